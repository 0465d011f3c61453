"""The rewriting engine: one canonical form, one table of rewritings, and a log of every use of it."""
