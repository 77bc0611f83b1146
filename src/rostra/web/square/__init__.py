"""The pages of the square: timelines, threads, people, and writing."""
