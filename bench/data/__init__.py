"""Generated data with a fixed seed."""
