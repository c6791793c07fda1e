"""Logical plan to SQL text and parameters."""
