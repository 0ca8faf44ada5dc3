"""The verbs: one module is one thing a user does; plain arguments in, a frozen result out."""
