"""Frame of every study: a frozen Question, its run, and a frozen Result that window, prints and files share.

A study is one file here. It has a Question (policy, levels, stack, numbers), whose `run` measures, tells its progress,
can be cancelled and may hand over partial results; and a Result, which keeps the numbers and says them in three forms:
tables, plots (series as numbers, drawn by `app.drawing.plots` and by the window alike) and findings (sentences).
`docs/decisions/studies.md` says how to add one.
"""

from __future__ import annotations

import math
import shlex
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from app.document.recipe import PROGRAM, Recipe
from app.progress import Progress, go_on

Cell = float | int | str | bool | None
Partial = Callable[["Result"], None]
"""Hears of a result of what has been measured so far, on the thread that works."""


def unheard(result: Result) -> None:
    """The listener to partial results where nobody listens."""
    del result


def read_only(values: Any, dtype: Any = np.float64) -> np.ndarray:
    """A copy of an array, or an array of a sequence, that cannot be written to."""
    array = np.array(values, dtype=dtype)
    array.setflags(write=False)
    return array


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a table.

    Attributes:
        name: its heading; in files the column's name.
        values: a read-only array of numbers or truth values, NaN where there is none; or a tuple of texts and numbers,
            None where there is none.
        unit: of the numbers, such as "nats", "probability", "steps" or "ms"; empty for texts, counts and ratios.
        n: what every number of the column was measured on; None where rows differ (then a column named "n" says it) or
            where rows are single observations.
    """

    name: str
    values: np.ndarray | tuple[Cell, ...]
    unit: str = ""
    n: int | None = None

    def __post_init__(self) -> None:
        if isinstance(self.values, np.ndarray):
            object.__setattr__(self, "values", read_only(self.values, self.values.dtype))

    def cells(self) -> tuple[Cell, ...]:
        """The values as Python's own, None for NaN."""
        if isinstance(self.values, tuple):
            return self.values
        return tuple(None if isinstance(each, float) and math.isnan(each) else each for each in self.values.tolist())


@dataclass(frozen=True, eq=False)
class Table:
    """Rows under columns.

    Attributes:
        name: one word for files: "gates".
        columns: all of one length.
        title: a line above, for people; may name what the numbers are.

    Raises:
        ValueError: for columns of different lengths, or two of one name.
    """

    name: str
    columns: tuple[Column, ...]
    title: str = ""

    def __post_init__(self) -> None:
        if len({len(column.values) for column in self.columns}) > 1:
            raise ValueError(f"The columns of {self.name} differ in length; expected one length.")
        names = [column.name for column in self.columns]
        if len(set(names)) < len(names):
            raise ValueError(f"Two columns of {self.name} have one name; expected names that differ.")

    def __len__(self) -> int:
        return len(self.columns[0].values) if self.columns else 0

    def rows(self) -> Iterator[tuple[Cell, ...]]:
        """The rows, from the first to the last."""
        return zip(*(column.cells() for column in self.columns), strict=True)


@dataclass(frozen=True)
class Axis:
    """One axis of a plot.

    Attributes:
        name: what runs along it.
        unit: of its numbers.
        log: whether it is logarithmic (base 10).
        low, high: its ends; None for those of the numbers.
        categories: names of the places 0, 1, 2, ... where it has names instead of numbers.
    """

    name: str
    unit: str = ""
    log: bool = False
    low: float | None = None
    high: float | None = None
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Series:
    """One series of a plot, as numbers.

    Attributes:
        name: what the legend calls it; empty for none.
        x: (k,) float64.
        y: (k,) float64, NaN for a gap; or (m, k): m thin lines, such as one for each level.
        n: what each point was measured on; None where points are single observations.
        low, high: (k,) float64 ends of the interval of each point, or None.
        interval: what the interval is: "95 % bootstrap interval of the median"; needed with `low` and `high`.
        kind: how it is drawn. "stack": as pieces of bars, each on those of the series before it, upwards from 0 or
            downwards by its sign; "level": as a short line across each bar.
        role: a colour of the palette; empty for the next of those that tell series apart.
        control: whether it is what the others are compared with: drawn dashed.
    """

    name: str
    x: np.ndarray
    y: np.ndarray
    n: int | None = None
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    interval: str = ""
    kind: Literal["line", "points", "bars", "steps", "stack", "level"] = "line"
    role: str = ""
    control: bool = False

    def __post_init__(self) -> None:
        for name in ("x", "y", "low", "high"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, read_only(getattr(self, name)))


@dataclass(frozen=True, eq=False)
class Grid:
    """Numbers in cells: a heat map with the numbers in it.

    Attributes:
        rows, columns: names of the rows, from the top, and of the columns.
        values: (rows, columns) float64, NaN where there is none.
        n: (rows, columns) int64, what each was measured on, or None.
        unit: of the values.
        diverging: whether 0 is the middle of the colours; otherwise they begin at the smallest value.
        marked: cells (row, column) to highlight.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: np.ndarray
    n: np.ndarray | None = None
    unit: str = ""
    diverging: bool = False
    marked: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", read_only(self.values))
        if self.n is not None:
            object.__setattr__(self, "n", read_only(self.n, np.int64))


@dataclass(frozen=True)
class Mark:
    """A place on a plot's x axis that something is said of: drawn as a tick, or as a line with its label."""

    x: float
    label: str = ""
    role: str = "text_muted"


@dataclass(frozen=True, eq=False)
class Plot:
    """Series over one pair of axes, or a grid.

    Attributes:
        name: one word for files and for the window's choice: "log_odds".
        title: the line above it.
        x, y: the axes; with a grid, their names only.
        series: from the rearmost to the frontmost.
        grid: instead of series.
        marks: on the x axis.
        note: a muted line below: n, intervals, approximations.
    """

    name: str
    title: str
    x: Axis
    y: Axis
    series: tuple[Series, ...] = ()
    grid: Grid | None = None
    marks: tuple[Mark, ...] = ()
    note: str = ""


class Question(ABC):
    """Base of a study's question; each study's own is a frozen dataclass of this kind."""

    study: ClassVar[str]
    """The word after `python main.py study`."""

    @abstractmethod
    def run(self, *, device: str = "cpu", progress: Progress = go_on, partial: Partial = unheard) -> Result:
        """Measure.

        Args:
            device: "cpu", "cuda" or "mps", as `app.field.devices.find_device` names them.
            progress: told how much of how much is done, between parts; it ends the run by returning False.
            partial: given results of what is done so far, where a study has such.

        Raises:
            MazescopeError: one sentence on what cannot be measured.
            Cancelled: when `progress` says not to continue.
        """

    @abstractmethod
    def recipe(self) -> Recipe:
        """All it takes to ask the same again, as data that fits JSON; see `recipe_of`."""

    @abstractmethod
    def words(self) -> tuple[str, ...]:
        """The arguments after `python main.py study STUDY` that ask the same."""

    def command(self, words: Sequence[str] | None = None) -> str:
        """The line for a shell that prints the same numbers.

        Args:
            words: its arguments; `words()` unless given. See `app.studies.command_files` for what is in no file yet.
        """
        return shlex.join(("python", "main.py", "study", self.study, *(self.words() if words is None else words)))

    def python(self, words: Sequence[str] | None = None) -> str:
        """The lines for a notebook that give the same result; arguments as of `command`."""
        given = (self.study, *(self.words() if words is None else words))
        said = ", ".join(repr(word) for word in given)
        return f"from app.cli.study_command import ask\n\nresult = ask({said})\nprint(result.to_json())"


class Result(ABC):
    """Base of a study's result; each study's own is a frozen dataclass that keeps its numbers in read-only arrays."""

    question: Question

    @property
    @abstractmethod
    def records(self) -> Table:
        """One row for each single observation: what CSV and Parquet files hold."""

    @property
    @abstractmethod
    def tables(self) -> tuple[Table, ...]:
        """The tables to read: each number with its n."""

    @property
    @abstractmethod
    def plots(self) -> tuple[Plot, ...]:
        """The pictures, as numbers; the first is the one to show where there is room for one."""

    @property
    @abstractmethod
    def findings(self) -> tuple[str, ...]:
        """The findings, in sentences; the first is the answer."""

    @abstractmethod
    def to_json(self) -> Any:
        """The JSON that `--json` prints."""

    @property
    def recipe(self) -> Recipe:
        """The way to get this result again: the question's recipe and the program's version."""
        return {"program": PROGRAM, "study": self.question.study, **self.question.recipe()}


def json_number(value: float | None) -> float | None:
    """A number as JSON has it: None for what is not finite."""
    return None if value is None or not math.isfinite(value) else float(value)


def key_of(number: float) -> str:
    """A coefficient as a key of JSON: "-1", "0.5"."""
    return format(number, "g")


def columns_of(rows: Sequence[Sequence[Cell]], heads: Sequence[tuple[str, str]]) -> tuple[Column, ...]:
    """Columns from rows; heads are (name, unit)."""
    turned = list(zip(*rows, strict=True)) if rows else [()] * len(heads)
    return tuple(Column(name, tuple(values), unit) for (name, unit), values in zip(heads, turned, strict=True))
