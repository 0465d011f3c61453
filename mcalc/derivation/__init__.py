"""Steps as data: the derivative is derived here, line by line, each with its rule and reason."""
