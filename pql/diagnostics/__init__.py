"""Diagnostics: the registry of codes, the data of a finding, its rendering."""
