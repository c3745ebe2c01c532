"""Rollouts played, stepped and scrubbed over the maze."""
