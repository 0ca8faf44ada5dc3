"""The deal record and what follows from it: money, dates, plans, penalties, changes. No I/O, no clock."""
