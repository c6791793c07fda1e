"""AST and catalog to a bound query: names resolved, literals typed."""
