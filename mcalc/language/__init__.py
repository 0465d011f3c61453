"""From text to tree: the grammar, what people mistype, which name has which shape."""
