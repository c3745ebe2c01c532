"""The network with every stage a named module, its checkpoints, and the geometry of its layers."""
