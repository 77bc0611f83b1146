"""Spaces as records: making, listing, inviting, and the rules of their life outside the stage."""
