"""Who owes what on a day: the board of instalments, its ageing, the next letter, the limitation clock. Pure."""
