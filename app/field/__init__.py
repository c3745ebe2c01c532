"""The vector field of a policy over a maze, what is measured on it, and the engine that computes it."""
