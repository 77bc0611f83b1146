"""Benchmarks: one file a figure, each runnable alone; `python -m bench` runs them all."""
