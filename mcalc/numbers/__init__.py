"""Values of names, what an expression and its derivatives are at them, and the numeric check of an answer."""
