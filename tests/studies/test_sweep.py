"""The sweep: equal to patches added one by one, its controls of equal norm, and the recorded medians by layer."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from app.errors import MazescopeError, PatchError
from app.field.log_odds import log_odds
from app.field.machines import Machines
from app.interventions.compiled_stack import compile_stack
from app.interventions.dynamic_vectors import word_vector
from app.interventions.patches import AddVector, PatchStack
from app.interventions.vectors import ActivationVector, save_vector
from app.maze.generator import levels
from app.maze.routes import decision_square
from app.policy.policy import Policy
from app.progress import Cancelled
from app.studies.batched_forward import Question, answers
from app.studies.level_set import LevelSet, NamedLevel
from app.studies.sweep import SweepQuestion, mean_cosine, random_direction
from app.studies.sweep_result import student_quantile

LAYERS = ("embedder.block1.res1.resadd", "embedder.block2.res1.resadd", "embedder.block3.maxpool", "embedder.fc")


def seeds(stop: int) -> LevelSet:
    named = [NamedLevel(maze, f"easy {seed}", seed) for seed, maze in enumerate(levels(15, np.arange(stop)))]
    return LevelSet(tuple(named), "easy", f"0:{stop}")


@pytest.mark.parametrize("word", ["cheese", "top-right"])
def test_each_cell_is_that_patch(small_policy: Policy, word: str, device: str) -> None:
    question = SweepQuestion(small_policy, seeds(6), word, LAYERS[::-1], (2, -1, 0), controls=0)
    found = question.run(device=device)
    assert found.layers == LAYERS
    assert found.coefficients == (-1, 0, 2)
    with_decision = [level.maze for level in seeds(6).levels if decision_square(level.maze).square is not None]
    assert len(found.levels) == len(with_decision) == len(found.base)
    for row, maze in enumerate(with_decision):
        decision = decision_square(maze)
        stacks = tuple(
            compile_stack(PatchStack((AddVector(layer=layer, vector=word, coefficient=step),)), small_policy, maze)
            for layer in LAYERS
            for step in (-1.0, 2.0)
        )
        (answer,) = answers(small_policy, [Question(maze, np.array([decision.square]), stacks)])
        moves = np.array([decision.to_cheese]), np.array([decision.to_top_right])
        base = log_odds(answer.original.logits, *moves)[0]
        assert found.base[row] == pytest.approx(base, abs=1e-4)
        expected = np.array([log_odds(each.logits, *moves)[0] - base for each in answer.patched]).reshape(-1, 2)
        if found.norms[row].all():
            np.testing.assert_allclose(found.change[row, :, [0, 2], 0].T, expected, atol=1e-3)
            assert (found.change[row, :, 1] == 0).all()
        else:
            assert not found.norms[row].any()
            assert np.isnan(found.change[row]).all()


def test_controls_have_the_norm_of_the_vector_and_their_seeds(small_policy: Policy) -> None:
    for stage in LAYERS:
        directions = [random_direction(stage, 1, seed) for seed in range(3)]
        for each in directions:
            assert float(each.double().norm()) == pytest.approx(1)
        assert float((directions[0] * directions[1]).sum()) == pytest.approx(0, abs=0.3)
        assert torch.equal(random_direction(stage, 1, 1), directions[1])
    one = SweepQuestion(small_policy, seeds(4), layers=LAYERS, coefficients=(-1,), controls=2)
    first, again = one.run(), SweepQuestion(small_policy, seeds(4), layers=LAYERS, coefficients=(-1,), controls=2).run()
    assert np.array_equal(first.change, again.change)
    other = SweepQuestion(small_policy, seeds(4), layers=LAYERS, coefficients=(-1,), controls=2, seed=1).run()
    assert np.array_equal(first.change[..., 0], other.change[..., 0])
    assert not np.array_equal(first.change[..., 1:], other.change[..., 1:])


def test_threads_change_nothing(small_policy: Policy) -> None:
    found = [
        SweepQuestion(
            small_policy, seeds(12), layers=LAYERS[:2], coefficients=(1,), controls=2, machines=Machines(threads)
        ).run()
        for threads in (1, 3)
    ]
    assert found[0].change.tobytes() == found[1].change.tobytes()
    assert found[0].cosine.tobytes() == found[1].cosine.tobytes()


def test_mean_cosine_is_over_all_pairs() -> None:
    vectors = np.random.default_rng(0).standard_normal((7, 20))
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    pairs = [units[one] @ units[other] for one in range(7) for other in range(one)]
    assert mean_cosine(units.sum(axis=0), 7) == pytest.approx(np.mean(pairs))
    assert np.isnan(mean_cosine(units[0], 1))


def test_quantiles_of_students_distribution() -> None:
    tabled = {1: 12.7062, 2: 4.3027, 3: 3.1824, 4: 2.7764, 9: 2.2622, 19: 2.0930, 100: 1.9840}
    for degrees, expected in tabled.items():
        assert student_quantile(degrees) == pytest.approx(expected, rel=5e-3)


def test_a_file_of_a_vector_is_swept_at_its_own_layer(small_policy: Policy, tmp_path: Path) -> None:
    level = next(each for each in seeds(6).levels if decision_square(each.maze).square is not None)
    values = word_vector("cheese", small_policy, level.maze, LAYERS[1]).numpy()
    path = tmp_path / "v.safetensors"
    save_vector(path, ActivationVector("v", "averaged", LAYERS[1], values, small_policy.weights_hash))
    one = LevelSet((level,), "easy", "0")
    of_file = SweepQuestion(small_policy, one, str(path), coefficients=(-1, 1), controls=2)
    of_word = SweepQuestion(small_policy, one, layers=LAYERS[1:2], coefficients=(-1, 1), controls=2)
    assert of_file.layers == LAYERS[1:2]
    assert "nan" not in of_file.run().findings[0]
    np.testing.assert_allclose(of_file.run().change, of_word.run().change, atol=1e-4)
    with pytest.raises(PatchError, match="not among the layers"):
        SweepQuestion(small_policy, one, str(path), LAYERS[2:])


def test_what_is_said_and_written(small_policy: Policy) -> None:
    found = SweepQuestion(small_policy, seeds(8), layers=LAYERS, coefficients=(-1, 0, 1), controls=3).run()
    printed = found.to_json()
    assert json.loads(json.dumps(printed, allow_nan=False)) == printed
    assert printed["n"] == len(found.levels)
    assert set(printed["latest"]) == {"-1", "1"}
    cell = printed["layers"]["block2.res1"]["log_odds_change"]["-1"]
    assert cell["median"] == pytest.approx(np.median(found.change[:, 1, 0, 0]))
    assert cell["control_low"] < np.median(found.change[:, 1, 0, 1]) < cell["control_high"]
    assert len(found.records) == found.change.size
    assert len(found.tables[0]) == 4
    assert [plot.name for plot in found.plots] == ["grid", "depth", "cosine"]
    assert sum(series.control for series in found.plots[1].series) == 2
    assert f"n = {len(found.levels)}" in found.findings[0]


def test_what_cannot_be_asked(small_policy: Policy) -> None:
    with pytest.raises(PatchError, match=r"cannot resume after embedder\.block2\.res1\.conv1"):
        SweepQuestion(small_policy, seeds(2), layers=("embedder.block2.res1.conv1",))
    with pytest.raises(PatchError, match="no vector file mouse"):
        SweepQuestion(small_policy, seeds(2), "mouse")
    with pytest.raises(MazescopeError, match="No coefficient but 0"):
        SweepQuestion(small_policy, seeds(2), coefficients=(0,))
    with pytest.raises(MazescopeError, match="at least 2 to tell a spread"):
        SweepQuestion(small_policy, seeds(2), controls=1)
    with pytest.raises(MazescopeError, match="None of 1 levels has a decision square"):
        SweepQuestion(small_policy, LevelSet(seeds(3).levels[2:])).run()
    with pytest.raises(PatchError, match="beyond"):
        SweepQuestion(small_policy, seeds(2), layers=LAYERS[:1], coefficients=(1e38,), controls=0).run()
    with pytest.raises(Cancelled):
        SweepQuestion(small_policy, seeds(30), layers=LAYERS[:1]).run(progress=lambda done, _: done < 4)


def test_subtracting_the_cheese_vector_on_the_reference(reference_policy: Policy) -> None:
    recorded = {"block1.res1": 0.040, "block2.res1": 0.055, "block2.res2": 0.284, "block3.res1": 0.655}
    layers = tuple(f"embedder.{name}.resadd" for name in (*recorded, "block3.res2"))
    found = SweepQuestion(reference_policy, seeds(200), layers=layers, coefficients=(-1, 1), controls=2).run()
    cells = found.to_json()["layers"]
    assert cells["block2.res1"]["n"] == 108
    for name, expected in recorded.items():
        assert cells[name]["log_odds_change"]["-1"]["median_p_cheese"] == pytest.approx(expected, abs=0.002)
    default = cells["block2.res1"]["log_odds_change"]
    assert default["-1"]["median"] == pytest.approx(-12.09, abs=0.02)
    assert default["1"]["median"] == pytest.approx(3.29, abs=0.02)
    assert found.latest(-1.0) == "embedder.block3.res1.resadd"
