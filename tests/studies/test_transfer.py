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
    assert printed["directions"]["another level's, 3 channels"]["n"] == 18
    assert len(found.records) == 6 * (12 + 2 * 3)
    assert "The mean difference steers" in found.findings[1]
    # Two of each of the levels that are held out, a quarter of 24.
    assert set(printed["probe_observations"].values()) == {12}
    assert found.findings[1].count(", n = 12)") == 2
    assert [plot.name for plot in found.plots] == ["directions", "by_distance"]


def test_other_levels_vectors_are_tried_on_a_few_channels_as_well(small_policy: Policy) -> None:
    few, all_of_them = (TransferQuestion(small_policy, some(4), pairs=2, controls=2, top=top).run() for top in (1, 32))
    np.testing.assert_allclose(few.pairs, all_of_them.pairs, atol=1e-4)
    np.testing.assert_allclose(all_of_them.pairs_on_top, all_of_them.pairs, atol=1e-4)
    assert not np.allclose(few.pairs_on_top, few.pairs, atol=1e-2)
    bars = few.plots[0].series[1]
    assert bars.y[few.plots[0].x.categories.index("another level's")] == np.median(few.pairs_on_top)


def test_a_file_of_a_vector_is_one_more_direction_by_the_distance_of_its_cheese(
    small_policy: Policy, tmp_path: Path, device: str
) -> None:
    asked = some(6)
    source, layer = asked.mazes[0], "embedder.block2.res2.resadd"
    values = word_vector("cheese", small_policy, source, layer).numpy()
    vector = ActivationVector(
        "from the first",
        "cheese",
        layer,
        values,
        small_policy.weights_hash,
        maze_a=source,
        maze_b=source.with_cheese(None),
    )
    path = tmp_path / "first.safetensors"
    save_vector(path, vector)
    question = TransferQuestion(small_policy, asked, str(path), pairs=2, controls=2, top=3)
    found = question.run(device=device)
    assert found.layer == question.layer == layer
    # On the level it was taken on, it is that level's own; on the others it is not.
    assert found.changes["the file's"][0] == pytest.approx(found.changes["own"][0], abs=1e-4)
    assert not np.allclose(found.changes["the file's"][1:], found.changes["own"][1:], atol=1e-3)
    for row, maze in enumerate(asked.mazes):
        assert source.cheese is not None
        assert maze.cheese is not None
        assert found.file_distances is not None
        assert found.file_distances[row] == pytest.approx(np.hypot(*np.subtract(source.cheese, maze.cheese)))
    # Where others' vectors are added, this one gives what another level's gives from that level.
    pair = found.sources.index(asked.levels[0].name)
    assert found.pairs[pair] == pytest.approx(found.changes["the file's"][pair // 2], abs=1e-4)
    printed = found.to_json()
    assert json.loads(json.dumps(printed, allow_nan=False)) == printed
    assert printed["directions"]["the file's"]["n"] == 6
    far = [each["distance"] for each in printed["file_by_distance"]]
    assert far == sorted(far)
    assert far[0] == 0
    assert [table.name for table in found.tables] == ["directions", "by_distance", "file_by_distance"]
    assert "vector from the first" in found.findings[0]
    assert [series.name for series in found.plots[1].series] == ["own vector", "another level's", "the file's"]
    of_file = [row for row in found.records.rows() if row[1] == "the file's"]
    assert {row[2] for row in of_file} == {"from the first"}


def test_a_file_that_no_single_level_made_has_no_distances(small_policy: Policy, tmp_path: Path) -> None:
    shape = (32, 16, 16)
    values = np.random.default_rng(0).standard_normal(shape)
    vector = ActivationVector("drawn", "random", "embedder.block2.res2.resadd", values, small_policy.weights_hash)
    path = tmp_path / "drawn.safetensors"
    save_vector(path, vector)
    found = TransferQuestion(small_policy, some(4), str(path), pairs=1, controls=2, top=3).run()
    assert found.to_json()["file_by_distance"] == []
    assert [table.name for table in found.tables] == ["directions", "by_distance"]
    assert found.to_json()["directions"]["the file's"]["n"] == 4


def test_files_that_cannot_be_transferred(small_policy: Policy, tmp_path: Path) -> None:
    layer = "embedder.block2.res2.resadd"
    for name, values in (("some", np.ones((32, 16, 16))), ("none", np.zeros((32, 16, 16)))):
        save_vector(
            tmp_path / f"{name}.safetensors",
            ActivationVector(name, "random", layer, values, small_policy.weights_hash),
        )
    with pytest.raises(PatchError, match=r"is of embedder.block2.res2.resadd, not of embedder.block1.res1.resadd"):
        TransferQuestion(small_policy, some(3), str(tmp_path / "some.safetensors"), "embedder.block1.res1.resadd")
    with pytest.raises(PatchError, match="is zero everywhere"):
        TransferQuestion(small_policy, some(3), str(tmp_path / "none.safetensors"))


def test_what_cannot_be_asked(small_policy: Policy) -> None:
    with pytest.raises(PatchError, match="There is no vector file mouse"):
        TransferQuestion(small_policy, some(3), "mouse")
    with pytest.raises(MazescopeError, match="coefficient of 0"):
        TransferQuestion(small_policy, some(3), coefficient=0)
    with pytest.raises(MazescopeError, match="0 pairs were asked for"):
        TransferQuestion(small_policy, some(3), pairs=0)
    with pytest.raises(MazescopeError, match=r"2 of 2 levels .* expected at least 3"):
        TransferQuestion(small_policy, some(2)).run()
