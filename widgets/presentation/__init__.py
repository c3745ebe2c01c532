"""Presentation: only the maze, everything larger, and what the speaker presses shown."""
