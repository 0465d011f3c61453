"""The commands, one file for those that belong together; each imports what is heavy when it runs."""
