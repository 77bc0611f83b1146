"""What this machine can do for those who will speak and listen: facts, and what they mean."""
