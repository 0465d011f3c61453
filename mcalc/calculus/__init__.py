"""Networks in index notation: differentiation by contraction, and the way back to matrices."""
