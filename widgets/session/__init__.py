"""What is kept of the user's work: sessions, autosave, recovery."""
