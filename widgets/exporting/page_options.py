"""Options of an exported page: its background and the parts next to the mazes, kept for "Copy figure"."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from app.drawing.palette import LIGHT, Palette
from widgets.services.settings import Settings

BACKGROUNDS: Final = {"seen": "As seen", "white": "White", "transparent": "Transparent"}
OF_MOVIES: Final = ("seen", "white")
"""Movies are opaque."""

WHITE: Final = replace(LIGHT, window="#ffffff")
"""For a white page, whatever the window's own colours: those of a dark one would be pale on it."""


@dataclass(frozen=True)
class PageChoice:
    """Options of a page.

    Attributes:
        background: a key of `BACKGROUNDS`. A transparent page keeps the window's colours, for a page as light or dark.
        legend: whether it has a legend; None where the window's says it.
        numbers: whether P(cheese) and P(top-right) are below.
        names: whether the policy and the patches are named.
    """

    background: str = "seen"
    legend: bool | None = None
    numbers: bool = True
    names: bool = True

    def palette(self, seen: Palette) -> Palette:
        """The colours of a page whose window has `seen`."""
        return WHITE if self.background == "white" else seen

    def recipe(self, seen: Palette, legend: bool) -> dict[str, Any]:
        """The page of a file, from its recipe."""
        colours = self.palette(seen)
        ground = self.background if self.background == "transparent" else colours.window
        about = {"legend": legend, "numbers": self.numbers, "names": self.names}
        return {"background": ground, "palette": colours.name, **about}


def remembered(settings: Settings, *, movie: bool = False) -> PageChoice:
    """The choice of the last export of a kind; people edit such files."""
    kept, legend = settings.get(_background(movie)), settings.get("export.legend")
    known = kept in (OF_MOVIES if movie else tuple(BACKGROUNDS))
    return PageChoice(
        kept if known else "seen",
        legend if isinstance(legend, bool) else None,
        settings.flag("export.numbers", True),
        settings.flag("export.names", True),
    )


def remember(settings: Settings, choice: PageChoice, *, movie: bool) -> None:
    """Keep a choice for the next export of its kind."""
    settings.set(_background(movie), choice.background)
    settings.set("export.legend", choice.legend)
    settings.set("export.numbers", choice.numbers)
    settings.set("export.names", choice.names)


def _background(movie: bool) -> str:
    return f"export.background.{'movie' if movie else 'picture'}"
