"""Is an answer the derivative, and if not, how is it wrong: read it, compare it, explain it, show it."""
