"""Icons: Material Design glyphs by qtawesome, in the palette's colours, crisp at every scale."""

from __future__ import annotations

import qtawesome
from PySide6.QtGui import QIcon

from app.palette import Palette


def icon(name: str, palette: Palette, colour: str = "") -> QIcon:
    """A glyph in the palette's colours.

    Args:
        name: of a Material Design icon, without qtawesome's prefix: "undo".
        colour: "#rrggbb" in place of the palette's text colour.
    """
    return qtawesome.icon(
        f"mdi6.{name}",
        color=colour or palette.text,
        color_disabled=palette.border,
        color_on=colour or palette.accent,
        color_active=colour or palette.text,
    )
