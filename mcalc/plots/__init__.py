"""Pictures: the values on a grid (`sampling`), drawn with matplotlib (`picture`) or in the terminal (`terminal`)."""
