"""The page code, both halves: what is printed and what is read back."""
