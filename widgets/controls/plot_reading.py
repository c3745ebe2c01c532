"""Words of a plot: its series in the legend, and their numbers at a place for the line under it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from app.drawing.stacked_bars import Segment
from app.number_format import short

if TYPE_CHECKING:
    from app.studies.study import Plot, Series


def reading(plot: Plot, x: float, piece: Segment | None = None) -> str:
    """The numbers of a plot's series at the point nearest to a place, in a line; of a piece, of its series alone."""
    parts: list[str] = []
    where = ""
    for series in plot.series if piece is None else (piece.series,):
        if series.y.ndim != 1 or not len(series.x):
            continue
        at = int(np.abs(series.x - x).argmin())
        names = plot.x.categories
        here = float(series.x[at])
        where = names[round(here)] if names and 0 <= round(here) < len(names) else short(here)
        if np.isfinite(series.y[at]):
            parts.append(f"{series.name} {short(float(series.y[at]))}".strip())
    place = where if piece is not None else f"{plot.x.name} {where}"
    return f"{place}: {' · '.join(parts)}" if parts else ""


def legend_entry(series: Series, colour: str) -> str:
    """A series in the legend, as rich text: its sign in its colour, and its name."""
    if series.kind in ("bars", "stack"):
        sign = "□" if series.control else "■"
    else:
        sign = "╍╍" if series.control else "━━"
    return f'<span style="color:{colour}">{sign}</span>&nbsp;{escape(series.name).replace(" ", "&nbsp;")}'
