"""Pictures: plots (`sampling`, drawn by `picture` or `terminal`), and graphs of the data flow."""
