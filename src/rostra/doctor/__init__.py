"""Whether this machine can hold what it is asked to."""
