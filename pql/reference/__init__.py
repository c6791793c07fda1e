"""The executable definition of the language: bound queries answered over runs in memory, in plain Python.

Nothing here is fast, and nothing here knows SQL, plans or layouts. `model` is the data, `elements` what a
relation leads to, `values` what a field is, `checks` what a test means, `scopes` how conditions on related
elements go together, `order` and `search` the rest.
"""
