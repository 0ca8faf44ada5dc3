"""Run work on foreign input in a child process with time, memory, page and pixel limits."""
