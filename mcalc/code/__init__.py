"""A derivation as a NumPy function."""
