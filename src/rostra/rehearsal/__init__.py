"""A crowd of synthetic listeners that tells a host, before the event, what the server will bear."""
