"""Keeping the user's work: sessions, autosave, recovery."""
