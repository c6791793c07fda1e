"""The index as a whole: refresh it from a store, open a snapshot, search.

`lineage_index` itself has the public names; nothing is imported here, for worker processes need little.
"""
