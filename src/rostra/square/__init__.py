"""The public square: posts, who follows whom, timelines, notices, search."""
