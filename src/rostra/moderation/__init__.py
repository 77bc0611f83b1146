"""Fair moderation: reports, the queue, sanctions with reasons, the record of them."""
