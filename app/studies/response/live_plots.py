"""Plots of a live curve: the choice at one square against the number that a slider moves."""

from __future__ import annotations

from typing import Final

from app.maze.moves import MOVES
from app.studies.response.live_curve import LiveCurve
from app.studies.study import Axis, Plot, Series

LOG_ODDS: Final = "log_odds"
PROBABILITY: Final = "probability"
VARIATION: Final = "variation"
LOG_PROBABILITIES: Final = "log_probabilities"

TITLES: Final = {
    LOG_ODDS: "Log-odds, cheese over corner",
    PROBABILITY: "P(cheese) and P(top-right)",
    VARIATION: "Total variation from original",
    LOG_PROBABILITIES: "Log-probabilities of the moves",
}
"""Names of the plots, and what they are called."""

_ROLES: Final = ("original", "difference", "patched", "top_right", "text_muted")


def live_plot(curve: LiveCurve, name: str, number: str) -> Plot:
    """One plot of a curve.

    Args:
        curve: the curve; points that are still to come are gaps.
        name: one of `TITLES`; without a decision square the log-probabilities replace log-odds and the two chances.
        number: what runs along it: "coefficient".
    """
    x, row, col = curve.coefficients, *curve.square
    where = f"at the {'decision square' if curve.moves is not None else 'square'} (row {row}, column {col})"
    across = Axis(number, low=float(x[0]), high=float(x[-1]))
    odds, cheese, corner = curve.log_odds, curve.p_cheese, curve.p_top_right
    if name == VARIATION:
        lines = (Series("total variation", x, curve.total_variation, role="difference"),)
        return Plot(name, f"{TITLES[name]} {where}", across, Axis("total variation", low=0.0), lines)
    if name == LOG_ODDS and odds is not None:
        lines = (Series("log-odds", x, odds, role="original"),)
        return Plot(name, f"{TITLES[name]} {where}", across, Axis("log-odds", "nats"), lines)
    if name == PROBABILITY and cheese is not None and corner is not None:
        both = (Series("P(cheese)", x, cheese, role="patched"), Series("P(top-right)", x, corner, role="top_right"))
        return Plot(name, f"{TITLES[name]} {where}", across, Axis("probability", low=0.0, high=1.0), both)
    moves = tuple(
        Series(move, x, curve.log_probabilities[:, index], role=role)
        for index, (move, role) in enumerate(zip(MOVES, _ROLES, strict=True))
    )
    return Plot(LOG_PROBABILITIES, f"{TITLES[LOG_PROBABILITIES]} {where}", across, Axis("ln P", "nats"), moves)
