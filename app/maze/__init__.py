"""Mazes as values, where they come from, and the exact picture of them that a policy sees."""
