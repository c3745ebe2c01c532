"""Presentation mode: only the maze, everything larger, and the speaker's keys shown."""
