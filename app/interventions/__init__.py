"""Changes to a network as ordered, immutable data, and the activation vectors they may add."""
