"""Values as sums of products with named indices, and the way back to matrices."""
