"""The guided round trip on sample deals, with paper, stamp and scanner simulated."""
