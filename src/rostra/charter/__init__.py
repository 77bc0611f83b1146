"""The charter: what the operator chose for this square, changed while it runs."""
