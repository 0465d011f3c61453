"""The tree, the operator table, and how an expression is built and written."""
