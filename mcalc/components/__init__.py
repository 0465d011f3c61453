"""A line of a derivation in components, for symbolic and for given sizes."""
