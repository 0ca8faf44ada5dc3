"""Plain folders that outlive the program: layout, event log, deposit, verify, rebuild, export."""
