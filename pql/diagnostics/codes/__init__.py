"""The codes, a file a group."""
