"""The tree: values, how they are built, what is known of them, and how names and sizes are spelled."""
