"""The window on a stage: only the maze, everything larger, and what the speaker presses shown."""

from widgets.presentation.presentation_mode import Presentation

__all__ = ["Presentation"]
