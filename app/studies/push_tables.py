"""Tables and plots of pushes: means by part, by direction of cheese and top right, and accuracies over k."""

from __future__ import annotations

from typing import Final

import numpy as np

from app.maze.moves import LEFT, MOVES, NOOP
from app.studies.push_aggregation import Aggregation
from app.studies.push_bars import bars, strongest
from app.studies.push_numbers import PushNumbers
from app.studies.study import Axis, Cell, Grid, Plot, Series, Table, columns_of

_SHOWN: Final = 12


def tables(result: PushNumbers) -> tuple[Table, ...]:
    """Means over levels with their standard errors, means by direction, and the accuracies."""
    return (_means_table(result), _cells_table(result), *_aggregation_tables(result))


def plots(result: PushNumbers) -> tuple[Plot, ...]:
    """The mean pushes as bars and as numbers, the pushes by direction, the accuracy over k."""
    return (_bars_plot(result), _means_plot(result), _cells_plot(result), *_aggregation_plots(result))


def _means_table(result: PushNumbers) -> Table:
    n = len(result.levels)
    errors = result.push.std(axis=0, ddof=1) / np.sqrt(n) if n > 1 else np.full_like(result.mean, np.nan)
    rows: list[tuple[Cell, ...]] = []
    for part in strongest(result.mean, len(result.mean)):
        rows.append((int(part), n, *result.mean[part].tolist(), float(errors[part].max())))
    rows.append(("biases", n, *result.biases.astype(np.float64).mean(axis=0).tolist(), None))
    heads = [
        (result.part, ""),
        ("n", ""),
        *((move, "logits") for move in MOVES),
        ("largest standard error", "logits"),
    ]
    where = result.layer.removeprefix("embedder.")
    return Table("push", columns_of(rows, heads), f"Mean push of each {result.part} of {where} at the decision square")


def _cells_table(result: PushNumbers) -> Table:
    movers = _movers(result)
    rows: list[tuple[Cell, ...]] = [
        (cell.name, cell.levels, *(float(cell.push[part, move]) for move, part in movers)) for cell in result.cells
    ]
    heads = [
        ("where", ""),
        ("n", ""),
        *((f"{MOVES[move]}, {result.part} {part}", "logits") for move, part in movers),
    ]
    title = (
        f"Mean push of each move's largest {result.part} for its move, by the first moves to cheese and top right "
        f"and by whether the cheese is in the top-right {result.region} x {result.region}"
    )
    return Table("conditional", columns_of(rows, heads), title)


def _movers(result: PushNumbers) -> list[tuple[int, int]]:
    return [(move, result.ranking(move)[0][0]) for move in range(LEFT, NOOP)]


def _aggregation_tables(result: PushNumbers) -> tuple[Table, ...]:
    known = result.aggregation
    if known is None:
        return ()
    rows = [
        (int(count), known.levels, *(float(values[at]) for values in _curves(known)), known.base_rate)
        for at, count in enumerate(known.counts)
    ]
    heads = (
        ("k", ""),
        ("n", ""),
        ("accuracy", "share"),
        ("random k", "share"),
        ("95 % of random k from", "share"),
        ("to", "share"),
        ("base rate", "share"),
    )
    title = (
        f"Does the summed push of the k {result.part}s that push most tell the greedy move? "
        f"{known.left_out} levels are left out: their greedy move is neither"
    )
    return (Table("aggregation", columns_of(rows, heads), title),)


def _bars_plot(result: PushNumbers) -> Plot:
    n = len(result.levels)
    where = result.layer.removeprefix("embedder.")
    return bars(
        "bars",
        f"Mean push for each move, {result.part}s of {where}",
        result.part,
        strongest(result.mean),
        result.mean,
        result.biases.astype(np.float64).mean(axis=0),
        note=f"n = {n} decision squares; exact, with the biases the sum of the logits",
        n=n,
    )


def _means_plot(result: PushNumbers) -> Plot:
    parts = strongest(result.mean, _SHOWN)
    grid = Grid(
        tuple(f"{result.part} {part}" for part in parts), MOVES, result.mean[parts], unit="logits", diverging=True
    )
    return Plot(
        "push",
        f"Mean push of the {len(parts)} strongest {result.part}s",
        Axis("move"),
        Axis(result.part),
        grid=grid,
        note=f"n = {len(result.levels)} decision squares; exact, with the biases the sum of the logits",
    )


def _cells_plot(result: PushNumbers) -> Plot:
    movers = _movers(result)
    values = np.array([[cell.push[part, move] for move, part in movers] for cell in result.cells])
    counts = np.repeat([[cell.levels] for cell in result.cells], len(movers), axis=1)
    grid = Grid(
        tuple(cell.name for cell in result.cells),
        tuple(f"{MOVES[move]}: {part}" for move, part in movers),
        values,
        counts,
        "logits",
        diverging=True,
    )
    note = f"each move's largest {result.part}, its mean push for its move; first moves to cheese and top right"
    return Plot("conditional", "Push by direction", Axis(f"move: {result.part}"), Axis("where"), grid=grid, note=note)


def _aggregation_plots(result: PushNumbers) -> tuple[Plot, ...]:
    known = result.aggregation
    if known is None:
        return ()
    series = (
        Series(
            f"random {result.part}s",
            known.counts,
            known.control,
            known.levels,
            known.control_low,
            known.control_high,
            "95 % of random sets",
            control=True,
        ),
        Series("always the commoner move", known.counts, np.full(len(known.counts), known.base_rate), control=True),
        Series("those that push most", known.counts, known.accuracy, known.levels),
    )
    return (
        Plot(
            "aggregation",
            f"Greedy move told by the push of k {result.part}s",
            Axis(f"{result.part}s", log=True),
            Axis("accuracy", "share", high=1),
            series,
            note=f"n = {known.levels}; ranked on the other half of the levels; {known.left_out} left out",
        ),
    )


def _curves(known: Aggregation) -> tuple[np.ndarray, ...]:
    return known.accuracy, known.control, known.control_low, known.control_high
