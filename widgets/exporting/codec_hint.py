"""Hint about the codec of an MP4 of a size, and what plays it."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel

from widgets.controls.panel_parts import muted
from widgets.services.context import Context


class Plays:
    """A sentence about the encoder that will be used; it is tried before anything is said.

    Attributes:
        label: says it.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self.label: QLabel = muted(wrap=True)
        self._size: tuple[int, int] | None = None

    def say_of(self, width: int, height: int) -> None:
        """Say what a movie of this many pixels will be."""
        size = (width, height)
        if size == self._size:
            return
        self._size = size

        def job() -> str:
            # Loads FFmpeg, and asks the system's encoders: only off the GUI thread.
            from app.export.encoders import encoder_for
            from app.export.movies import even_size

            return encoder_for(*even_size(*size)).plays

        self._context.run_in_background(job, self.label.setText, None, lambda: size == self._size)

    def close(self) -> None:
        """Say nothing more."""
        self._size = None
