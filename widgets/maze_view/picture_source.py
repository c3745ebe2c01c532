"""Source of a picture of a maze and its field."""

from __future__ import annotations

from typing import Any, Protocol

from app.document.document import Document
from app.drawing.palette import Palette
from widgets.services.engine_bridge import EngineBridge


class PictureSource(Protocol):
    """A document with its field and the colours to draw both in: the window's context, or what it is compared with."""

    @property
    def document(self) -> Document: ...
    @property
    def bridge(self) -> EngineBridge: ...
    @property
    def palette(self) -> Palette: ...
    @property
    def palette_changed(self) -> Any:
        """Qt's signal with the new palette."""
