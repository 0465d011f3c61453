"""Results as Python: for NumPy, JAX and PyTorch, and as SymPy's own terms."""
