"""Sums and products of scalars, like factors and like terms united."""
