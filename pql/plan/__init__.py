"""Bound query to logical plan."""
