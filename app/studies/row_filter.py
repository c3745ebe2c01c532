"""Filter of a table's rows by a condition in words: "P(cheese) < .1 and dim >= 11"."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from app.errors import MazescopeError

OPERATORS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "!=": operator.ne,
    "==": operator.eq,
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}
"""The comparisons, longest first."""

SPOKEN: Final = {"p(cheese)": "p_cheese", "p(top-right)": "p_top_right", "log-odds": "log_odds"}
"""Titles of some columns."""

LONGEST: Final = 500
"""Characters of a condition."""

_COMPARISON = re.compile(r"\s*(?P<name>.+?)\s*(?P<sign><=|>=|!=|==|=|<|>)\s*(?P<value>\S+)\s*")


def matching(text: str, columns: Mapping[str, Any]) -> np.ndarray:
    """The rows for which a condition holds.

    Args:
        text: comparisons "NAME SIGN VALUE" joined by "and" and "or" ("and" binds closer), without brackets. A value is
            a number, or "none" for what is missing. Empty: every row.
        columns: arrays of one length, by name; masked or NaN where there is none.

    Returns:
        (rows,) bool. A row without the number that is compared does not match, but for "= none".

    Raises:
        MazescopeError: for what is no condition, or names no column.
    """
    rows = len(next(iter(columns.values()))) if columns else 0
    if not text.strip():
        return np.ones(rows, dtype=bool)
    if len(text) > LONGEST:
        raise MazescopeError(f"The condition has {len(text)} characters; expected at most {LONGEST}.")
    found = np.zeros(rows, dtype=bool)
    for part in re.split(r"\s+or\s+", text.strip(), flags=re.IGNORECASE):
        every = np.ones(rows, dtype=bool)
        for comparison in re.split(r"\s+and\s+", part, flags=re.IGNORECASE):
            every &= _compared(comparison, columns)
        found |= every
    return found


def _compared(text: str, columns: Mapping[str, Any]) -> np.ndarray:
    match = _COMPARISON.fullmatch(text)
    if match is None:
        raise MazescopeError(f'"{text.strip()}" was found; expected a comparison such as dim >= 11.')
    name = match["name"].lower()
    name = SPOKEN.get(name, name.replace(" ", "_"))
    if name not in columns:
        near = [each for each in columns if name in each] or list(columns)
        raise MazescopeError(f'There is no column "{match["name"]}"; expected one such as {", ".join(near[:4])}.')
    values = np.ma.asarray(columns[name]).astype(np.float64)
    missing = np.ma.getmaskarray(values) | np.isnan(np.ma.filled(values, np.nan))
    if match["value"].lower() == "none":
        if match["sign"] not in ("=", "==", "!="):
            raise MazescopeError(f'"{text.strip()}" was found; expected = none or != none.')
        return missing if match["sign"] != "!=" else ~missing
    try:
        value = float(match["value"])
    except ValueError:
        raise MazescopeError(f'"{match["value"]}" is not a number; expected one, or none.') from None
    return np.asarray(OPERATORS[match["sign"]](np.ma.filled(values, np.nan), value)) & ~missing
