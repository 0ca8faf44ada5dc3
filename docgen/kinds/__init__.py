"""Which papers exist, and whether a deal is ready for one of them."""
