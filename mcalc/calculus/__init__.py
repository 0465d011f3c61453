"""Differentiation by contraction: the local rules, from the value down to the variable."""
