"""docgen: deal records drive numbered papers; the signed scans that come back file themselves."""
