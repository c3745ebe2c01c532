"""Every colour of the application, in a light and a dark version.

The colours that mean something (`MEANINGS`) differ by CIEDE2000 of 15 or more, pair by pair, to normal eyes and under
simulated protanopia, deuteranopia and tritanopia, by two models each (`app.drawing.colour`). Text has a contrast
of 4.5 or more on every surface.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Palette:
    """Colours as "#rrggbb".

    Attributes:
        name: "light" or "dark".
        window, panel, panel_raised: surfaces, from the rearmost to the frontmost.
        border: lines between surfaces.
        text, text_muted: on any surface, and on `open`.
        accent, accent_text: the chosen or default control, and text on it.
        wall, open, unreachable: the maze's cells; unreachable ones are open.
        grid_line: between open cells.
        cheese, mouse, decision, top_right: the things and marks in a maze.
        original, patched, difference: the three fields.
        warning, error: notices, as text on any surface.
        focus: the ring around what has the keyboard.
    """

    name: str
    window: str
    panel: str
    panel_raised: str
    border: str
    text: str
    text_muted: str
    accent: str
    accent_text: str
    wall: str
    open: str
    unreachable: str
    grid_line: str
    cheese: str
    mouse: str
    decision: str
    top_right: str
    original: str
    patched: str
    difference: str
    warning: str
    error: str
    focus: str


LIGHT: Final = Palette(
    name="light",
    window="#f2f4f7",
    panel="#fafbfc",
    panel_raised="#ffffff",
    border="#d3dae3",
    text="#151a21",
    text_muted="#556072",
    accent="#2356d4",
    accent_text="#ffffff",
    wall="#a9b3c1",
    open="#ffffff",
    unreachable="#eceff3",
    grid_line="#eef1f5",
    cheese="#fcd116",
    mouse="#8f8274",
    decision="#0b121d",
    top_right="#0a5a44",
    original="#3a70ee",
    patched="#e05206",
    difference="#6a0f8f",
    warning="#855300",
    error="#b3211a",
    focus="#2356d4",
)

DARK: Final = Palette(
    name="dark",
    window="#0e1115",
    panel="#14181e",
    panel_raised="#1c222a",
    border="#2e3743",
    text="#e9edf2",
    text_muted="#9ba7b7",
    accent="#7ea8ff",
    accent_text="#0b1220",
    wall="#434e5f",
    open="#15191f",
    unreachable="#1f252d",
    grid_line="#1d232b",
    cheese="#f4ea22",
    mouse="#827a72",
    decision="#f5fdfd",
    top_right="#66d79a",
    original="#4f7ff8",
    patched="#ff5414",
    difference="#de92b8",
    warning="#f0b23c",
    error="#ff8d84",
    focus="#7ea8ff",
)

PALETTES: Final = {"light": LIGHT, "dark": DARK}

MEANINGS: Final = (
    "open",
    "wall",
    "original",
    "patched",
    "difference",
    "cheese",
    "mouse",
    "decision",
    "top_right",
)
"""The colours by which a picture is read: no two may look alike to anybody."""

SURFACES: Final = ("window", "panel", "panel_raised", "open")
TEXTS: Final = ("text", "text_muted", "warning", "error", "accent")


def palette(name: str) -> Palette:
    """The palette of that name, "light" or "dark".

    Raises:
        KeyError: for another name.
    """
    return PALETTES[name]
