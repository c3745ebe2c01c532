"""Pushes for each move at chosen squares of one maze: one square, or up to five next to each other.

Exact, under the stack as it is; see `app.studies.exact_push`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final

import numpy as np

from app.errors import MazescopeError, PatchError
from app.field.number_check import check_finite
from app.interventions.channel_sets import ChannelSet, weightiest
from app.interventions.compiled_stack import compile_stack
from app.interventions.layer_activations import inputs_of
from app.interventions.patches import NO_PATCHES, PatchStack
from app.interventions.patches_file import stack_to_json
from app.maze.maze import Square
from app.maze.moves import MOVES
from app.policy.layers import layer
from app.policy.network_copies import network_on
from app.policy.policy import Policy
from app.policy.stages import run
from app.progress import Cancelled, Progress, go_on
from app.studies.exact_push import LAST_PIXELS, Patched, Push, push
from app.studies.level_set import LevelSet
from app.studies.push_bars import bars, common_ends, strongest
from app.studies.push_numbers import CHANNELS, DIRECTIONS, UNITS
from app.studies.study import (
    Axis,
    Cell,
    Column,
    Grid,
    Partial,
    Plot,
    Question,
    Recipe,
    Result,
    Table,
    columns_of,
    json_number,
    read_only,
    unheard,
)

MOST_SQUARES: Final = 5
_SHOWN: Final = 8
"""Parts that a plot shows, the strongest; all the others are one line."""


@dataclass(frozen=True)
class SquarePushQuestion(Question):
    """Question: pushes for each move with the mouse on these squares.

    Attributes:
        policy: the policy.
        levels: one level.
        squares: one to five open squares.
        stack: the patches; they act up to relu3.
        layer: `CHANNELS` or `UNITS`.

    Raises:
        MazescopeError: for another number of levels or squares, or a square that is not open.
        PatchError: for another layer.
    """

    study: ClassVar[str] = "push"

    policy: Policy
    levels: LevelSet
    squares: tuple[Square, ...]
    stack: PatchStack = NO_PATCHES
    layer: str = CHANNELS

    def __post_init__(self) -> None:
        if len(self.levels) != 1:
            raise MazescopeError(f"{len(self.levels)} levels were found; pushes at a square are those of one level.")
        if not 1 <= len(self.squares) <= MOST_SQUARES:
            raise MazescopeError(f"{len(self.squares)} squares were found; expected 1 to {MOST_SQUARES}.")
        maze = self.levels.levels[0].maze
        for square in self.squares:
            if not maze.is_open(square) or square == maze.cheese:
                raise MazescopeError(f"The square {square} was asked for; expected an open one, without the cheese.")
        if layer(self.layer, self.policy.width).name not in (CHANNELS, UNITS):
            raise PatchError(f"Pushes at {self.layer} are not a sum of the logits; expected {CHANNELS} or {UNITS}.")

    def run(self, *, device: str = "cpu", progress: Progress = go_on, partial: Partial = unheard) -> SquarePushResult:
        """Measure.

        Raises:
            PatchError: when the stack acts after relu3, or drives the network beyond what float32 holds.
            PolicyError: when the network is there by itself.
            Cancelled: when `progress` says not to continue.
        """
        del partial
        if not progress(0, 1):
            raise Cancelled
        maze = self.levels.levels[0].maze
        network = network_on(self.policy, device)
        compiled = compile_stack(self.stack, self.policy, maze, device=device)
        squares = np.array(self.squares)
        patched = Patched(compiled, squares)
        inputs = inputs_of([maze.with_mouse(square) for square in self.squares]).to(device)
        edit = compiled.edit(squares)
        kept = run(network, inputs, edit=edit, edited=compiled.layers, keep=(LAST_PIXELS,)).kept[LAST_PIXELS]
        found = push(network, kept, patched)
        check_finite(() if compiled.layers else (found.logits,), (found.logits,))
        progress(1, 1)
        return SquarePushResult(self, found)

    def recipe(self) -> Recipe:
        """As data that fits JSON."""
        return {
            "policy": self.policy.name,
            "weights": self.policy.weights_hash,
            "levels": self.levels.recipe(),
            "squares": [list(square) for square in self.squares],
            "layer": self.layer,
            **stack_to_json(self.stack),
        }

    def words(self) -> tuple[str, ...]:
        """The arguments of the command line; patches are a file of their own there."""
        squares = (word for row, col in self.squares for word in ("--square", f"{row},{col}"))
        return (*self.levels.words(), "--layer", self.layer, *squares)


@dataclass(frozen=True, eq=False)
class SquarePushResult(Result):
    """The pushes at each square.

    Attributes:
        question: what was asked.
        found: the pushes, one row a square.
    """

    question: SquarePushQuestion
    found: Push

    def sets(self) -> tuple[ChannelSet, ...]:
        """A named set for each direction: the fewest parts that make up 80 % of what pushes for it on the first square.

        Patches name channels, so the parts are channels or units of the question's layer.
        """
        name = self.question.layer
        found = [weightiest(MOVES[move], name, self.parts[0, :, move].tolist()) for move in DIRECTIONS]
        return tuple(each for each in found if each is not None)

    @cached_property
    def parts(self) -> np.ndarray:
        """(squares, parts, 5) float32 push for LEFT DOWN UP RIGHT NOOP."""
        return read_only(self.found.channels if self.question.layer == CHANNELS else self.found.units, np.float32)

    @cached_property
    def biases(self) -> np.ndarray:
        """(squares, 5) float32: what the biases add; with the parts, `found.logits`."""
        if self.question.layer == CHANNELS:
            return read_only(self.found.biases, np.float32)
        return read_only(np.tile(self.found.unit_biases, (len(self.parts), 1)), np.float32)

    @property
    def part(self) -> str:
        """The word for a part: "channel" or "unit"."""
        return "channel" if self.question.layer == CHANNELS else "unit"

    @property
    def _under(self) -> str:
        """A heading's words on the patches; empty where none acts."""
        return " under the patches" if self.question.stack.any_enabled else ""

    def strongest(self, square: int) -> list[int]:
        """The parts of one square, the largest push for any move, or against, first."""
        return [int(at) for at in np.argsort(-np.abs(self.parts[square]).max(axis=1), kind="stable")]

    def name(self, square: int) -> str:
        """The name of a square: "(3, 7)"."""
        row, col = self.question.squares[square]
        return f"({row}, {col})"

    @property
    def records(self) -> Table:
        """One row for each square and part."""
        n, parts, _ = self.parts.shape
        squares = np.repeat(np.array(self.question.squares), parts, axis=0)
        columns = [
            Column("row", squares[:, 0]),
            Column("col", squares[:, 1]),
            Column(self.part, np.tile(np.arange(parts), n)),
            *(Column(MOVES[move], self.parts[:, :, move].ravel(), "logits") for move in range(len(MOVES))),
        ]
        return Table("pushes", tuple(columns))

    @property
    def tables(self) -> tuple[Table, ...]:
        """For each square every part, the biases, and their sum: the mean logits of the moves, less their mean."""
        found = []
        for square in range(len(self.parts)):
            rows: list[tuple[Cell, ...]] = [
                (str(part), *self.parts[square, part].astype(float).tolist()) for part in self.strongest(square)
            ]
            rows.append(("biases", *self.biases[square].astype(float).tolist()))
            rows.append(("sum", *self.found.logits[square].astype(float).tolist()))
            heads = [(self.part, ""), *((move, "logits") for move in MOVES)]
            title = f"Push of each {self.part} with the mouse on {self.name(square)}{self._under}; n = 1 observation"
            found.append(Table(f"square{square + 1}", columns_of(rows, heads), title))
        return tuple(found)

    @property
    def plots(self) -> tuple[Plot, ...]:
        """Of each square the bars, on one scale and in one choice of colours; then its strongest parts as numbers."""
        note = f"exact: the sum differs from the logits by {self.found.remainder():.1g} at most"
        shown, ends = strongest(self.parts), common_ends(self.parts, self.biases)
        stacks = [
            bars(
                f"square{square + 1}",
                f"Push with the mouse on {self.name(square)}{self._under}",
                self.part,
                shown,
                self.parts[square],
                self.biases[square],
                note=note,
                ends=ends if len(self.parts) > 1 else None,
            )
            for square in range(len(self.parts))
        ]
        return (*stacks, *(self._grid(square, note) for square in range(len(self.parts))))

    def _grid(self, square: int, note: str) -> Plot:
        """The strongest parts of a square, the others together, the biases, and the net."""
        order = self.strongest(square)
        shown, others = order[:_SHOWN], order[_SHOWN:]
        rows = [
            self.parts[square, shown],
            self.parts[square, others].sum(axis=0),
            self.biases[square],
            self.found.logits[square],
        ]
        names = (*(f"{self.part} {part}" for part in shown), f"{len(others)} others", "biases", "net")
        grid = Grid(names, MOVES, np.vstack(rows), unit="logits", diverging=True)
        title = f"{self.part.capitalize()}s' pushes on {self.name(square)}{self._under}"
        return Plot(f"numbers{square + 1}", title, Axis("move"), Axis(self.part), grid=grid, note=note)

    @property
    def findings(self) -> tuple[str, ...]:
        """The largest push for the move that each square makes."""
        found = []
        for square in range(len(self.parts)):
            move = int(self.found.logits[square, list(DIRECTIONS)].argmax())
            part = int(self.parts[square, :, move].argmax())
            found.append(
                f"On {self.name(square)} {MOVES[move]} is pushed for most, by {self.part} {part} "
                f"({self.parts[square, part, move]:+.2f} of {self.found.logits[square, move]:+.2f})."
            )
        return tuple(found)

    def to_json(self) -> dict[str, Any]:
        """For each square every part of each direction, the largest first."""
        return {
            "layer": self.question.layer,
            "squares": [
                {
                    "square": list(self.question.squares[square]),
                    "push": {
                        MOVES[move]: [
                            [int(part), json_number(self.parts[square, part, move])]
                            for part in np.argsort(-self.parts[square, :, move], kind="stable")
                        ]
                        for move in DIRECTIONS
                    },
                    "biases": dict(zip(MOVES, map(float, self.biases[square]), strict=True)),
                    "sum": dict(zip(MOVES, map(float, self.found.logits[square]), strict=True)),
                }
                for square in range(len(self.parts))
            ],
        }
