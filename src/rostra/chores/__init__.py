"""Work that must be done later and must not be lost: a row with a state, and a crank."""
