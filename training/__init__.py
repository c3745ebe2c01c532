"""Training and evaluation of the policies in assets/policies."""
