"""Tables and plots of retargeting: settings next to each other, and path probability over distance and maze size."""

from __future__ import annotations

from typing import Final

import numpy as np

from app.studies.intervals import MEAN_INTERVAL, mean_interval
from app.studies.retarget_numbers import RetargetNumbers
from app.studies.study import Axis, Cell, Grid, Plot, Series, Table, columns_of

_WIDTH: Final = 5
"""Steps of one bin of distances."""

_MOST_CURVES: Final = 3

Curve = tuple[str, np.ndarray, bool]
"""Name, (n,) values by target, whether it is a control."""


def tables(result: RetargetNumbers) -> tuple[Table, ...]:
    """A line for each setting, then the means by distance and by size of maze."""
    return (
        _settings_table(result),
        _binned_table(result, "distance", _distance_bins(result.steps), "steps to the target"),
        _binned_table(result, "size", result.dims, "side of the maze"),
    )


def plots(result: RetargetNumbers) -> tuple[Plot, ...]:
    """Curves over distance, over size where sizes differ, and the grid of settings."""
    found = [
        _binned_plot(
            result, "distance", _distance_bins(result.steps), "Path probability by distance", Axis("distance", "steps")
        )
    ]
    if len(set(result.dims.tolist())) > 1:
        found.append(
            _binned_plot(
                result, "size", result.dims, "Path probability by size of maze", Axis("side of the maze", "squares")
            )
        )
    if len(result.settings) > 1:
        found.append(_grid_plot(result))
    return tuple(found)


def _distance_bins(steps: np.ndarray) -> np.ndarray:
    """The middle of each one's bin of distances."""
    return (steps - 1) // _WIDTH * _WIDTH + (_WIDTH + 1) // 2


def _curves(result: RetargetNumbers) -> list[Curve]:
    """The settings to draw, controls first; of many only the best ones."""
    means = [np.nan_to_num(_mean(values)[0], nan=-1) for values in result.patched]
    best = np.argsort(-np.array(means), kind="stable")[:_MOST_CURVES]
    found: list[Curve] = [("nothing set", result.base, True)]
    if not np.isnan(result.real).all():
        found.append(("the real cheese moved there", result.real, True))
    return [*found, *((result.name(int(at)), result.patched[at], False) for at in best)]


def _mean(values: np.ndarray) -> tuple[float, float, float, int]:
    """Mean, the ends of its 95 % interval and n, of the values that are there."""
    known = values[~np.isnan(values)]
    low, high = mean_interval(known)
    return (float(known.mean()) if len(known) else float("nan")), low, high, len(known)


def _settings_table(result: RetargetNumbers) -> Table:
    rows: list[tuple[Cell, ...]] = []
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = result.patched / result.base
    lines = [("nothing set", result.base, None), *((result.name(at), v, at) for at, v in enumerate(result.patched))]
    for name, values, at in lines:
        mean, low, high, n = _mean(values)
        known = np.array([]) if at is None else ratios[at][np.isfinite(ratios[at])]
        ratio = float(np.median(known)) if len(known) else None
        rows.append((name, n, mean, low, high, ratio, at is not None and at == result.best))
    if not np.isnan(result.real).all():
        mean, low, high, n = _mean(result.real)
        rows.append(("the real cheese moved there", n, mean, low, high, None, False))
    heads = (
        ("set at the target", ""),
        ("n", ""),
        ("mean path probability", "probability"),
        ("95 % from", "probability"),
        ("to", "probability"),
        ("median ratio to nothing set", ""),
        ("best", ""),
    )
    cheese = "removed" if result.cheese == "removed" else "kept"
    where = result.layer.removeprefix("embedder.")
    title = f"Path probability from the mouse to targets, channels of {where} set there, the levels' cheese {cheese}"
    return Table("settings", columns_of(rows, heads), title)


def _binned_table(result: RetargetNumbers, name: str, bins: np.ndarray, head: str) -> Table:
    curves = _curves(result)
    rows: list[tuple[Cell, ...]] = []
    for middle in sorted(set(bins.tolist())):
        chosen = bins == middle
        rows.append((int(middle), int(chosen.sum()), *(_mean(values[chosen])[0] for _, values, _ in curves)))
    heads = [(head, ""), ("n", ""), *((label, "probability") for label, _, _ in curves)]
    title = f"Mean path probability by {name}" + (f", in bins of {_WIDTH} steps" if name == "distance" else "")
    return Table(name, columns_of(rows, heads), title)


def _binned_plot(result: RetargetNumbers, name: str, bins: np.ndarray, title: str, axis: Axis) -> Plot:
    places = np.array(sorted(set(bins.tolist())), dtype=np.float64)
    series = []
    for label, values, control in _curves(result):
        numbers = np.array([_mean(values[bins == place])[:3] for place in places]).reshape(-1, 3)
        series.append(
            Series(
                label,
                places,
                numbers[:, 0],
                low=numbers[:, 1],
                high=numbers[:, 2],
                interval="95 %",
                control=control,
            )
        )
    counts = [int((bins == place).sum()) for place in places]
    note = f"n = {len(bins)} targets, {min(counts, default=0)} to {max(counts, default=0)} at a point; {MEAN_INTERVAL}"
    return Plot(name, title, axis, Axis("path probability", "probability", low=0, high=1), tuple(series), note=note)


def _grid_plot(result: RetargetNumbers) -> Plot:
    settings = result.settings
    rows = list(dict.fromkeys(each.channels for each in settings))
    columns = sorted({each.value for each in settings})
    values = np.full((len(rows), len(columns)), np.nan)
    counts = np.zeros(values.shape, dtype=np.int64)
    marked = []
    for at, each in enumerate(settings):
        place = rows.index(each.channels), columns.index(each.value)
        values[place], _, _, counts[place] = _mean(result.patched[at])
        if at == result.best:
            marked.append(place)
    names = tuple(", ".join(map(str, row[:6])) + (", ..." if len(row) > 6 else "") for row in rows)
    grid = Grid(names, tuple(f"{value:g}" for value in columns), values, counts, "probability", marked=tuple(marked))
    note = f"n = {int(counts.max(initial=0))} targets; the best is marked"
    return Plot("settings", "Mean path probability", Axis("value"), Axis("channels"), grid=grid, note=note)
