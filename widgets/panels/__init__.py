"""The panels next to the maze view."""
