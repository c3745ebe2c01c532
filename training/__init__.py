"""How the policies in assets/policies were made, and how they were judged."""
