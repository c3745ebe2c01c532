"""The session: saving, autosave, recovery."""
