"""Each result as a page of blocks: one file a result."""
