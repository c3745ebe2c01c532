"""Bars of pushes: for each move the strongest parts, those that push for it upwards, those against it downwards."""

from __future__ import annotations

from typing import Final

import numpy as np

from app.maze.moves import MOVES
from app.studies.study import Axis, Plot, Series

ROLES: Final = ("original", "patched", "cheese", "difference", "top_right", "mouse")
"""Colours of the parts that have one of their own, the strongest first: apart to colour-blind eyes, too."""

MOST: Final = len(ROLES)


def strongest(pushes: np.ndarray, count: int = MOST) -> list[int]:
    """The parts with the largest push for any move, or against, that largest first.

    Args:
        pushes: (..., parts, 5): over squares, where there are several, the largest counts.
        count: how many at most.
    """
    sizes = np.abs(pushes).max(axis=-1).reshape(-1, pushes.shape[-2]).max(axis=0)
    return [int(part) for part in np.argsort(-sizes, kind="stable")[:count]]


def bars(
    name: str,
    title: str,
    part: str,
    shown: list[int],
    pushes: np.ndarray,
    biases: np.ndarray,
    *,
    note: str,
    n: int | None = None,
    ends: tuple[float, float] | None = None,
) -> Plot:
    """A plot of stacked bars, one for each move: the shown parts, all others as one, the biases, and a line at the net.

    Args:
        name, title, note: of the plot.
        part: the word for a part: "channel".
        shown: parts with a colour of their own, at most `MOST`, from 0 outwards.
        pushes: (parts, 5) pushes for LEFT DOWN UP RIGHT NOOP, in logits.
        biases: (5,) what the biases add.
        n: levels that they are means of; None for a single observation.
        ends: (lowest, highest) of the axis; None for those of the bars.
    """
    places = np.arange(len(MOVES))
    others = np.delete(np.arange(len(pushes)), shown)
    net = pushes.astype(np.float64).sum(axis=0) + biases
    series = [
        Series(f"{part} {each}", places, pushes[each], kind="stack", role=role)
        for each, role in zip(shown, ROLES, strict=False)
    ]
    if len(others):
        total = pushes[others].sum(axis=0)
        series.append(Series(f"{len(others)} other {part}s", places, total, kind="stack", role="wall"))
    series.append(Series("biases", places, biases, kind="stack", role="text_muted", control=True))
    series.append(Series("net", places, net, n, kind="level", role="text"))
    names = tuple(
        f"{move} {value:+.1f}".replace("-", "−") for move, value in zip(MOVES, net.round(1) + 0.0, strict=True)
    )
    low, high = ends or (None, None)
    across, up = Axis("move, and its net", categories=names), Axis("push", "logits", low=low, high=high)
    return Plot(name, title, across, up, tuple(series), note=note)


def common_ends(pushes: np.ndarray, biases: np.ndarray) -> tuple[float, float]:
    """Ends of an axis on which the bars of all squares have room, with the room that a plot leaves around.

    Args:
        pushes: (squares, parts, 5).
        biases: (squares, 5).
    """
    parts = np.concatenate([pushes, biases[:, None]], axis=1).astype(np.float64)
    low, high = float(np.minimum(parts, 0).sum(axis=1).min()), float(np.maximum(parts, 0).sum(axis=1).max())
    room = 0.06 * (high - low) or 1.0
    return low - room, high + room
