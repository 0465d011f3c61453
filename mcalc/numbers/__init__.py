"""The NumPy meaning of an expression, and the numeric check of an answer."""
