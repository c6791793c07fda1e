"""Text to AST: the grammar, the nodes, the parser."""
