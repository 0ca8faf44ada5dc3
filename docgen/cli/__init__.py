"""The command line: one module per command; prints what services return."""
