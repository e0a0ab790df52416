"""Measurements behind the README's figures: one script a promise. `make bench` runs them and rebuilds the table."""
