"""A crowd of synthetic listeners: what it does, how it is conducted, and what came of it."""
