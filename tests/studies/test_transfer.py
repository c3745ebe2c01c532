"""Transfer: every direction has the norm of the level's own vector, and is added as the patch would add it."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from app.errors import MazescopeError, PatchError
from app.field.level_forward import LevelForward
from app.field.log_odds import log_odds
from app.interventions.compiled_stack import compile_stack
from app.interventions.dynamic_vectors import word_vector
from app.interventions.patches import AddVector, PatchStack
from app.interventions.vectors import ActivationVector, save_vector
from app.maze.generator import levels
from app.maze.routes import decision_square
from app.policy.layers import DEFAULT_LAYER
from app.policy.policy import Policy
from app.studies import transfer
from app.studies.batched_forward import Question, answers
from app.studies.level_set import LevelSet, of_mazes
from app.studies.transfer import TransferQuestion, vectors_of


@pytest.fixture(autouse=True)
def _few_probed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "PROBED", 24)


def some(number: int) -> LevelSet:
    found = [maze for maze in levels(15, np.arange(200)) if decision_square(maze).square is not None]
    return of_mazes(found[:number])


def test_vectors_are_those_of_the_words(small_policy: Policy) -> None:
    mazes = some(4).mazes
    for word in ("cheese", "top-right"):
        found = vectors_of(word, mazes, DEFAULT_LAYER, LevelForward(small_policy))
        for maze, vector in zip(mazes, found, strict=True):
            expected = word_vector(word, small_policy, maze, DEFAULT_LAYER)
            np.testing.assert_allclose(vector.numpy(), expected.numpy(), atol=1e-4)


def test_directions_are_added_at_the_norm_of_the_own_vector(small_policy: Policy, tmp_path: Path, device: str) -> None:
    asked, number_of = some(5), count()
    found = TransferQuestion(small_policy, asked, coefficient=-1.5, pairs=2, controls=2, top=3).run(device=device)
    vectors = [word_vector("cheese", small_policy, maze, DEFAULT_LAYER) for maze in asked.mazes]
    by_name = {level.name: number for number, level in enumerate(asked.levels)}
    for row, maze in enumerate(asked.mazes):
        own = vectors[row]
        others = [vectors[by_name[found.sources[2 * row + place]]] for place in range(2)]
        mean = sum(vectors[:row] + vectors[row + 1 :]) / 4
        decision = decision_square(maze)
        moves = np.array([decision.to_cheese]), np.array([decision.to_top_right])
        expected = [found.changes["own"][row], found.changes["mean of other levels"][row], *found.pairs[2 * row :][:2]]
        for direction, number in zip((own, mean, *others), expected, strict=True):
            values = (direction * (own.norm() / direction.norm())).numpy()
            vector = ActivationVector("v", "averaged", DEFAULT_LAYER, values, small_policy.weights_hash)
            path = tmp_path / f"{next(number_of)}.safetensors"
            save_vector(path, vector)
            stack = PatchStack((AddVector(layer=DEFAULT_LAYER, vector=str(path), coefficient=-1.5),))
            compiled = compile_stack(stack, small_policy, maze)
            (answer,) = answers(small_policy, [Question(maze, np.array([decision.square]), (compiled,))])
            change = log_odds(answer.patched[0].logits, *moves) - log_odds(answer.original.logits, *moves)
            assert number == pytest.approx(float(change[0]), abs=2e-3)
        cheeses = [asked.mazes[by_name[found.sources[2 * row + place]]].cheese for place in range(2)]
        for place, cheese in enumerate(cheeses):
            assert maze.cheese is not None
            assert cheese is not None
            assert found.distances[2 * row + place] == pytest.approx(np.hypot(*np.subtract(maze.cheese, cheese)))
    assert asked.levels[0].name not in found.sources[:2]


def test_what_is_said_and_written(small_policy: Policy) -> None:
    found = TransferQuestion(small_policy, some(6), pairs=3, controls=2, top=3).run()
    printed = found.to_json()
    assert json.loads(json.dumps(printed, allow_nan=False)) == printed
    assert printed["n"] == 6
    assert printed["directions"]["random"]["n"] == 12
    assert printed["directions"]["another level's"]["n"] == printed["pairs"] == 18
    assert {"own, 3 channels", "probe, 3 channels", "mean difference"} <= set(printed["directions"])
    assert len(found.records) == 6 * (12 + 3)
    assert "The mean difference steers" in found.findings[1]
    assert [plot.name for plot in found.plots] == ["directions", "by_distance"]


def test_what_cannot_be_asked(small_policy: Policy) -> None:
    with pytest.raises(PatchError, match="expected one of cheese, top-right"):
        TransferQuestion(small_policy, some(3), "mouse")
    with pytest.raises(MazescopeError, match="coefficient of 0"):
        TransferQuestion(small_policy, some(3), coefficient=0)
    with pytest.raises(MazescopeError, match="0 pairs were asked for"):
        TransferQuestion(small_policy, some(3), pairs=0)
    with pytest.raises(MazescopeError, match=r"2 of 2 levels .* expected at least 3"):
        TransferQuestion(small_policy, some(2)).run()
