"""Transfer: does a vector of one level steer on another, and how do mean, probe and random directions compare?

Every direction is scaled to the norm of the level's own vector, so that only where it points differs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Final

import numpy as np
import torch
from torch import Tensor

from app.errors import MazescopeError, PatchError
from app.field.level_forward import LevelForward, from_layer_shape, in_layer_shape
from app.field.log_odds import log_odds
from app.field.machines import HERE, Machines
from app.field.number_check import check_finite
from app.field.vector_field import move_probabilities
from app.interventions.compatibility import fitting_layer
from app.interventions.dynamic_vectors import WORDS
from app.interventions.patches import AddVector
from app.interventions.probes import Concept, train_probe
from app.interventions.vectors import ActivationVector, read_vector
from app.maze.maze import Maze
from app.maze.moves import DOWN, LEFT, RIGHT, UP
from app.policy.layers import DEFAULT_LAYER
from app.policy.policy import Policy
from app.progress import Progress, go_on
from app.studies.decision_levels import DecisionLevel, decision_levels, each_piece
from app.studies.level_set import LevelSet
from app.studies.study import Partial, Question, Recipe, key_of, read_only, unheard
from app.studies.sweep import random_direction, resumable_layers
from app.studies.transfer_result import FROM_FILE, TransferResult

PAIRS: Final = 10
CONTROLS: Final = 5
TOP: Final = 5
PROBED: Final = 400
"""Levels that a probe is trained on, a quarter of them held out."""

CONCEPTS: Final = {UP: ("above", 1.0), DOWN: ("above", -1.0), RIGHT: ("right of", 1.0), LEFT: ("right of", -1.0)}
"""By the move to the cheese: the statement about the cheese that a probe is trained for, and its sign."""


@dataclass(frozen=True)
class TransferQuestion(Question):
    """Question: steering by other directions than a level's own vector, at the decision squares of these levels.

    Attributes:
        policy: the policy, otherwise unpatched.
        levels: the levels; those without a decision square are left out.
        vector: a word, "cheese" or "top-right"; or the path of a vector's file, which is one more direction, next to
            the cheese vectors of the levels (of a top-right vector, next to theirs).
        layer: one that a run can resume after; of a file, its own. Empty for that, or the usual one.
        coefficient: times what every direction is added.
        pairs: how many other levels' vectors are tried on each.
        controls: how many random directions.
        top: to how many channels, those of the probe's largest weights, directions are also restricted.
        seed: of pairs, probes and random directions.
        machines: what computes.

    Raises:
        PatchError: for what is neither a word nor a vector's file, a file of zeros, an unknown layer, one that is not
            the file's, or one that a run cannot resume after.
        MazescopeError: for no level, a coefficient of 0, or too few pairs or controls.
    """

    study: ClassVar[str] = "transfer"

    policy: Policy
    levels: LevelSet
    vector: str = "cheese"
    layer: str = ""
    coefficient: float = -1.0
    pairs: int = PAIRS
    controls: int = CONTROLS
    top: int = TOP
    seed: int = 0
    machines: Machines = field(default=HERE, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "layer", self._checked_layer())
        if not self.coefficient:
            raise MazescopeError("A coefficient of 0 adds nothing; expected another, such as -1.")
        for name, least in (("pairs", 1), ("controls", 2), ("top", 1)):
            if getattr(self, name) < least:
                what = "channels" if name == "top" else name
                raise MazescopeError(f"{getattr(self, name)} {what} were asked for; expected at least {least}.")
        if not len(self.levels):
            raise MazescopeError("No level was named; expected at least one.")

    def _checked_layer(self) -> str:
        width = self.policy.width
        if self.file is None:
            return resumable_layers((self.layer or DEFAULT_LAYER,), width)[0]
        own = fitting_layer(AddVector(layer=self.file.layer, vector=self.vector), self.policy).name
        if self.layer and resumable_layers((self.layer,), width)[0] != own:
            raise PatchError(f"The vector {self.vector} is of {own}, not of {self.layer}.")
        if not self.file.norm:
            raise PatchError(f"The vector {self.vector} is zero everywhere and points nowhere.")
        return resumable_layers((own,), width)[0]

    @property
    def file(self) -> ActivationVector | None:
        """The vector of the file; None for a word.

        Raises:
            PatchError: when the file cannot be read.
        """
        return None if self.vector in WORDS else read_vector(self.vector)

    @property
    def word(self) -> str:
        """The word that names each level's own vector."""
        if self.file is None:
            return self.vector
        return self.file.kind if self.file.kind in WORDS else "cheese"

    def run(self, *, device: str = "cpu", progress: Progress = go_on, partial: Partial = unheard) -> TransferResult:
        """Measure.

        Raises:
            MazescopeError: when fewer than three levels have a decision square and a vector.
            PatchError: when the network goes beyond what float32 holds, or the layer does not tell where the cheese is.
            Cancelled: when `progress` says not to continue.
        """
        del partial
        machines = self.machines.on(device)
        levels = decision_levels(self.levels)
        total, count = self._total(levels, progress, machines)
        there = tuple(level for level, is_there in zip(levels, count, strict=True) if is_there)
        if len(there) < 3:
            raise MazescopeError(
                f"{len(there)} of {len(self.levels)} levels have a decision square and a {self.word} vector; "
                "expected at least 3."
            )
        probes = {
            relation: train_probe(
                self.policy,
                Concept(relation),
                self.layer,
                world=there[0].start.world,
                count=PROBED,
                seed=self.seed,
                progress=progress,
            )
            for relation in ("above", "right of")
        }
        directions = {
            (relation, kind): getattr(probe, attribute).values
            for relation, probe in probes.items()
            for kind, attribute in (("probe", "direction"), ("mean difference", "mean_difference"))
        }
        file = self.file
        work = _TransferToLevel(
            self.word,
            self.layer,
            self.coefficient,
            self.controls,
            self.top,
            self.seed,
            total,
            len(there),
            directions,
            None if file is None else np.array(file.values),
        )
        rng = np.random.default_rng([self.seed, 3])
        pieces = []
        for place, level in enumerate(there):
            others = np.delete(np.arange(len(there)), place)
            chosen = rng.choice(others, size=min(self.pairs, len(others)), replace=False)
            pieces.append(_Piece(level, tuple(there[int(other)] for other in chosen)))
        found = list(each_piece(work, self.policy, pieces, progress, machines))
        names = tuple(found[0].changes)
        return TransferResult(
            self,
            self.layer,
            self.coefficient,
            tuple(level.name for level in there),
            {name: read_only([each.changes[name] for each in found]) for name in names},
            {name: read_only([each.probs[name] for each in found]) for name in names},
            tuple(piece.others[place].name for piece in pieces for place in range(len(piece.others))),
            read_only([distance for each in found for distance in each.distances]),
            read_only([change for each in found for change in each.pairs]),
            read_only([change for each in found for change in each.pairs_on_top]),
            {relation: probe.accuracy for relation, probe in probes.items()},
            {relation: 2 * probe.held_out for relation, probe in probes.items()},
            self.controls,
            self.top,
            "" if file is None else file.name,
            None if file is None else _distances_to(file, there),
        )

    def recipe(self) -> Recipe:
        """As data that fits JSON."""
        file = {} if self.file is None else {"vector_sha256": self.file.digest}
        return {
            "policy": {"name": self.policy.name, "weights_sha256": self.policy.weights_hash},
            "levels": self.levels.recipe(),
            "vector": self.vector,
            **file,
            "layer": self.layer,
            "coefficient": self.coefficient,
            "pairs": self.pairs,
            "controls": self.controls,
            "top": self.top,
            "seed": self.seed,
        }

    def words(self) -> tuple[str, ...]:
        """The arguments of the command line."""
        seed = () if self.seed == 0 else ("--seed", str(self.seed))
        numbers = ("--pairs", str(self.pairs), "--controls", str(self.controls), "--top", str(self.top))
        step = f"--coefficient={key_of(self.coefficient)}"
        return (*self.levels.words(), "--vector", self.vector, "--layer", self.layer, step, *numbers, *seed)

    def _total(
        self, levels: tuple[DecisionLevel, ...], progress: Progress, machines: Machines
    ) -> tuple[np.ndarray, list[bool]]:
        """The sum of all levels' vectors in float64, of the layer's shape, and which of them are not zero."""
        total, there = None, []
        work = _VectorOfLevel(self.word, self.layer)
        for vector in each_piece(work, self.policy, levels, progress, machines):
            total = vector.astype(np.float64) if total is None else total + vector
            there.append(bool(vector.any()))
        assert total is not None
        return total, there


@dataclass(frozen=True)
class _Piece:
    level: DecisionLevel
    others: tuple[DecisionLevel, ...]


@dataclass(frozen=True)
class _VectorOfLevel:
    vector: str
    layer: str

    def __call__(self, level: DecisionLevel, forward: LevelForward) -> np.ndarray:
        return vectors_of(self.vector, (level.start,), self.layer, forward)[0].numpy()


@dataclass(frozen=True, eq=False)
class _Transferred:
    """One level: by direction the change of log-odds and P(cheese); of each pair the distance of the cheeses in cells
    and the change of log-odds, on all channels and on a few."""

    changes: dict[str, float]
    probs: dict[str, float]
    distances: tuple[float, ...]
    pairs: tuple[float, ...]
    pairs_on_top: tuple[float, ...]


@dataclass(frozen=True)
class _TransferToLevel:
    vector: str
    layer: str
    coefficient: float
    controls: int
    top: int
    seed: int
    total: np.ndarray
    count: int
    directions: dict[tuple[str, str], np.ndarray]
    given: np.ndarray | None

    def __call__(self, piece: _Piece, forward: LevelForward) -> _Transferred:
        level = piece.level
        starts = tuple(each.start for each in (level, *piece.others))
        own, *others = vectors_of(self.vector, starts, self.layer, forward)
        norm = own.double().norm()
        found, kept = self._directions(level, own, forward.policy.width)
        tried = [*found.values(), *others, *(_only(other, kept) for other in others)]
        scaled = torch.stack([_scaled(direction, float(norm)) for direction in tried])
        before = in_layer_shape(forward.at((level.there,), (self.layer,))[self.layer], self.layer)
        inputs = torch.cat([before, before + self.coefficient * scaled])
        logits = forward.logits(from_layer_shape(inputs, self.layer), self.layer)
        check_finite((logits[:1],), (logits[1:],))
        count = len(logits)
        odds = log_odds(logits, np.full(count, level.to_cheese), np.full(count, level.to_corner))
        probs = move_probabilities(logits)[1:, level.to_cheese]
        changes = odds[1:] - odds[0]
        names = list(found)
        cheese = level.start.cheese or (0, 0)
        return _Transferred(
            dict(zip(names, changes.tolist(), strict=False)),
            dict(zip(names, probs.tolist(), strict=False)),
            tuple(_apart(cheese, other.start) for other in piece.others),
            tuple(changes[len(names) : len(names) + len(others)].tolist()),
            tuple(changes[len(names) + len(others) :].tolist()),
        )

    def _directions(self, level: DecisionLevel, own: Tensor, width: int) -> tuple[dict[str, Tensor], Tensor]:
        """By name, the directions that every level has; and (channels,) bool, to which channels they are restricted."""
        relation, sign = CONCEPTS[level.to_cheese]
        # Without this level's own part.
        mean = torch.from_numpy(((self.total - own.double().numpy()) / (self.count - 1)).astype(np.float32))
        probe, difference = (
            sign * torch.from_numpy(np.array(self.directions[relation, kind])) for kind in ("probe", "mean difference")
        )
        given = {} if self.given is None else {FROM_FILE: torch.from_numpy(self.given)}
        found = {"own": own, **given, "mean of other levels": mean, "mean difference": difference, "probe": probe}
        for number in range(self.controls):
            unit = random_direction(self.layer, width, self.seed * 1000 + number)
            found[f"random {number + 1}"] = in_layer_shape(unit[None], self.layer)[0]
        channels = torch.argsort(probe.flatten(1).norm(dim=1) if probe.ndim > 1 else probe.abs(), descending=True)
        kept = torch.zeros(len(probe), dtype=torch.bool)
        kept[channels[: self.top]] = True
        return found | {f"{name}, {self.top} channels": _only(found[name], kept) for name in found}, kept


def _distances_to(file: ActivationVector, levels: tuple[DecisionLevel, ...]) -> np.ndarray:
    """(n,) distances, in cells, of each level's cheese from that of the level a file's vector was taken on; NaN where
    it was taken on none, on several, or in another world."""
    source = file.maze_a
    if source is None or source.cheese is None:
        return read_only(np.full(len(levels), np.nan))
    return read_only(
        [_apart(source.cheese, level.start) if level.start.world == source.world else np.nan for level in levels]
    )


def vectors_of(word: str, mazes: tuple[Maze, ...], stage: str, forward: LevelForward) -> Tensor:
    """(n, *layer shape): the vectors that a word names on each maze, zero where its two mazes are one."""
    first, second = WORDS[word]
    pairs = [make(maze) for make in (first, second) for maze in mazes]
    x = in_layer_shape(forward.at(pairs, (stage,))[stage], stage)
    vectors = x[: len(mazes)] - x[len(mazes) :]
    alike = [one == other for one, other in zip(pairs[: len(mazes)], pairs[len(mazes) :], strict=True)]
    vectors[torch.tensor(alike)] = 0
    return vectors


def _scaled(direction: Tensor, norm: float) -> Tensor:
    length = float(direction.double().norm())
    return direction * (norm / length) if length else direction


def _only(direction: Tensor, kept: Tensor) -> Tensor:
    return direction * kept.view(-1, *(1,) * (direction.ndim - 1))


def _apart(cheese: tuple[int, int], other: Maze) -> float:
    return float(np.hypot(*np.subtract(cheese, other.cheese or cheese)))
