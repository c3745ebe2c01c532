"""The response curve on the reference checkpoint and on the policy that ships: the numbers that were measured."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from app.cli.study_command import ask
from app.errors import MazescopeError, PatchError
from app.field.vector_field import move_probabilities
from app.interventions.compiled_stack import compile_stack
from app.interventions.patches import AddVector, Noise, PatchStack, Scale, SetValue, Zero
from app.interventions.vectors import ActivationVector, save_vector
from app.maze import generator
from app.maze.maze import Maze
from app.maze.routes import decision_square
from app.policy.layers import DEFAULT_LAYER
from app.policy.loading import load_policy
from app.policy.policy import Policy
from app.policy.policy_info import default_policy_path
from app.progress import Cancelled
from app.studies.batched_forward import fields
from app.studies.level_set import LevelSet, NamedLevel, of_mazes
from app.studies.response.origin import MovedNumber
from app.studies.response.question import ResponseQuestion
from app.studies.response.report import bends
from app.studies.response.result import ResponseResult
from app.studies.response.setup import numbers_between

TIMES = (-2.0, -1.0, -0.5, 1.0, 2.0)


def easy(count: int) -> LevelSet:
    levels = (NamedLevel(maze, f"easy {seed}", seed) for seed, maze in enumerate(generator.levels(15, range(count))))
    return LevelSet(tuple(levels), "easy", f"0:{count}")


def vector(word: str, **more: object) -> MovedNumber:
    return MovedNumber(PatchStack((AddVector(vector=word, **more),)), 0)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def reference_cheese(reference_policy: Policy, device: str) -> ResponseResult:
    return ResponseQuestion(reference_policy, easy(200), vector("cheese"), TIMES).run(device=device)


@pytest.fixture(scope="module")
def reference_top_right(reference_policy: Policy, device: str) -> ResponseResult:
    return ResponseQuestion(reference_policy, easy(200), vector("top-right"), (-1.0, 1.0)).run(device=device)


@pytest.fixture(scope="module")
def shipped(device: str) -> dict[str, ResponseResult]:
    policy = load_policy(default_policy_path())
    return {
        word: ResponseQuestion(policy, easy(200), vector(word), (-1.0, 1.0)).run(device=device)
        for word in ("cheese", "top-right")
    }


def odds(found: dict[str, dict[str, float]], which: str = "median") -> list[float]:
    return [found["-1"][which], found["1"][which]]


def test_the_cheese_vectors_numbers(reference_cheese: ResponseResult) -> None:
    found = json.loads(json.dumps(reference_cheese.to_json(), allow_nan=False))
    assert found["n"] == 108
    assert odds(found["log_odds_change"]) == pytest.approx([-12.09, 3.29], abs=0.02)
    assert odds(found["log_odds_change"], "mean") == pytest.approx([-12.20, 2.94], abs=0.02)
    frozen = found["frozen"]
    assert odds(frozen["all"]) == pytest.approx([-8.24, 8.33], abs=0.02)
    assert odds(frozen["all"], "mean") == pytest.approx([-8.03, 8.08], abs=0.02)
    assert odds(frozen["only"]["block2.res2.relu2"], "mean") == pytest.approx([-10.18, 4.62], abs=0.02)
    for stage, numbers in {
        "block2.res2.relu2": [-9.01, 4.94],
        "block2.res2.relu1": [-11.72, 3.40],
        "block3.maxpool": [-11.58, 2.92],
        "block3.res1.relu2": [-11.29, 4.30],
        "block3.res2.relu2": [-11.63, 4.70],
        "relu3": [-16.66, 3.38],
        "relufc": [-12.69, 2.91],
    }.items():
        assert odds(frozen["only"][stage]) == pytest.approx(numbers, abs=0.02), stage
    assert odds(frozen["all_but"]["block2.res2.relu2"]) == pytest.approx([-26.95, 4.30], abs=0.02)
    assert odds(frozen["all_but"]["relufc"]) == pytest.approx([-7.58, 8.43], abs=0.02)
    for stage, shares in {
        "block2.res2.relu2": [0.019, 0.012],
        "block3.res2.relu2": [0.125, 0.073],
        "relu3": [0.044, 0.025],
        "relufc": [0.157, 0.056],
    }.items():
        assert [found["flipped"][stage][t] for t in ("-1", "1")] == pytest.approx(shares, abs=0.001), stage
    shares = {"block2.res2": 0.169, "block3.maxpool": 0.210, "block3.res1": 0.257, "block3.res2": 0.254}
    shares |= {"relu3": 0.395, "fc": 0.299, "logits": 0.309}
    assert found["even_share_at"] == 1
    for layer, share in shares.items():
        assert found["even_share"][layer] == pytest.approx(share, abs=0.001), layer
    for layer, ratios in {
        "block2.res2": [1.57, 0.54, 0.98, 1.93],
        "block3.res2": [1.17, 0.68, 0.93, 1.64],
        "logits": [1.08, 0.75, 0.87, 1.32],
    }.items():
        assert [found["norm_ratio"][layer][t] for t in ("-2", "-0.5", "1", "2")] == pytest.approx(ratios, abs=0.006)
    assert found["p_cheese"]["-1"]["median"] == pytest.approx(0.055, abs=0.002)
    assert found["p_top_right"]["-1"]["median"] == pytest.approx(0.748, abs=0.002)
    assert found["p_cheese"]["1"]["mean"] == pytest.approx(0.875, abs=0.002)


def test_the_stage_that_bends_most_is_named(reference_cheese: ResponseResult) -> None:
    found = bends(reference_cheese)
    assert found is not None
    assert found.asymmetry == pytest.approx(-8.80, abs=0.02)
    assert found.stage == "embedder.block2.res2.relu2"
    assert found.only[found.stage] == pytest.approx(-4.07, abs=0.02)
    assert found.all_but[found.stage] == pytest.approx(-22.65, abs=0.02)
    assert reference_cheese.findings[0] == (
        "Most of the asymmetry is from block2.res2.relu2: with its gates kept, +1 and −1 move the median log-odds "
        "by +4.9 and −9.0 instead of +3.3 and −12.1; n = 108."
    )


def test_the_top_right_vectors_numbers(reference_top_right: ResponseResult) -> None:
    found = reference_top_right.to_json()
    assert (found["n"], found["left_out"]) == (79, {"no_decision_square": 92, "no_direction": 29})
    assert odds(found["log_odds_change"]) == pytest.approx([0.05, -1.38], abs=0.02)
    assert odds(found["log_odds_change"], "mean") == pytest.approx([0.12, -1.77], abs=0.02)
    assert odds(found["frozen"]["all"]) == pytest.approx([0.26, -0.20], abs=0.02)
    assert odds(found["frozen"]["all"], "mean") == pytest.approx([0.32, -0.38], abs=0.02)
    for layer, share in {"block2.res2": 0.199, "relu3": 0.460, "logits": 0.507}.items():
        assert found["even_share"][layer] == pytest.approx(share, abs=0.001)


def test_in_the_policy_that_ships_no_single_stage_does_it(shipped: dict[str, ResponseResult]) -> None:
    found = shipped["cheese"].to_json()
    assert odds(found["log_odds_change"]) == pytest.approx([-14.27, 2.88], abs=0.02)
    assert odds(found["frozen"]["all"]) == pytest.approx([-5.79, 5.71], abs=0.02)
    assert found["bends"]["stage"] is None
    assert found["bends"]["share"] == pytest.approx(0.38, abs=0.005)
    assert found["findings"][0].startswith("No single stage makes the asymmetry")
    found = shipped["top-right"].to_json()
    assert odds(found["log_odds_change"]) == pytest.approx([1.21, -4.22], abs=0.02)
    assert odds(found["log_odds_change"], "mean") == pytest.approx([1.43, -4.67], abs=0.02)
    assert odds(found["frozen"]["all"]) == pytest.approx([2.74, -2.78], abs=0.02)
    assert odds(found["frozen"]["all"], "mean") == pytest.approx([3.60, -3.60], abs=0.02)


def test_the_slope_is_the_curves_own(reference_policy: Policy) -> None:
    found = ResponseQuestion(reference_policy, easy(20), vector("cheese"), (-2e-4, 2e-4), frozen_at=()).run()
    secant = (found.log_odds[:, found.place(2e-4)] - found.log_odds[:, found.place(-2e-4)]) / 4e-4
    # In a level or two a gate changes even in so short a piece.
    assert np.median(np.abs(found.slope - secant)) < 0.05
    assert np.mean(np.abs(found.slope - secant) < 0.2) > 0.75


# --- every kind of number, layer and square is what the patched field says --------------------------------------------

STACKS = {
    "a vector at fc": (PatchStack((AddVector(layer="embedder.fc", coefficient=9.0),)), 0, "coefficient"),
    "a vector at relufc": (PatchStack((AddVector(layer="embedder.relufc"),)), 0, "coefficient"),
    "a vector at flatten": (PatchStack((AddVector(layer="embedder.flatten"),)), 0, "coefficient"),
    "a vector inside a block": (PatchStack((AddVector(layer="embedder.block3.res1.conv1"),)), 0, "coefficient"),
    "some channels": (PatchStack((AddVector(channels=(3, 10)),)), 0, "coefficient"),
    "a value": (PatchStack((SetValue(channels=(10,), square=(7, 7), fill=0.1),)), 0, "value"),
    "a sigma": (PatchStack((Noise(layer="embedder.block1.conv", seed=3),)), 0, "sigma"),
    "a factor": (PatchStack((Scale(channels=(1, 10)),)), 0, "factor"),
    "a positive factor": (PatchStack((Scale(layer="embedder.block2.conv", negative=2.0),)), 0, "positive"),
    "one of several": (
        PatchStack((Zero(layer="embedder.block3.conv"), SetValue(channels=(4,), row=3, column=3), Zero(channels=(7,)))),
        1,
        "value",
    ),
    "one that is off": (PatchStack((Zero(channels=(1,)), AddVector(enabled=False))), 1, "coefficient"),
    "one after a bend": (PatchStack((Scale(positive=2.0), AddVector())), 1, "coefficient"),
}


@pytest.mark.parametrize("name", STACKS)
def test_the_curve_is_that_of_the_patched_field(name: str, reference_policy: Policy) -> None:
    stack, position, number = STACKS[name]
    moved = MovedNumber(stack, position, number)
    maze = next(maze for maze in generator.levels(15, range(99)) if maze.dim == 5 and decision_square(maze).square)
    square = decision_square(maze).square
    found = ResponseQuestion(reference_policy, of_mazes([maze]), moved, (-1.5, 0.5, 1.0), frozen_at=()).run()
    for t in found.question.coefficients:
        patches = [moved.at(t) if at == position else patch for at, patch in enumerate(stack.patches)]
        compiled = compile_stack(PatchStack(tuple(patches)), reference_policy, maze)
        field = fields(reference_policy, maze, (compiled,))[1][0]
        row = field.index(square)
        got = move_probabilities(found.logits[:, found.place(t)])[0]
        np.testing.assert_allclose(got, field.probs[row], atol=2e-5)


def test_another_square_and_a_file_of_a_vector(reference_policy: Policy, tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(size=(32, 16, 16)).astype(np.float32)
    path = tmp_path / "v.safetensors"
    save_vector(path, ActivationVector("v", "difference", DEFAULT_LAYER, values, reference_policy.weights_hash))
    maze = next(maze for maze in generator.levels(15, range(99)) if maze.dim == 5)
    square = (int(maze.squares[5][0]), int(maze.squares[5][1]))
    found = ResponseQuestion(
        reference_policy, of_mazes([maze.with_cheese(None)]), vector(str(path)), (0.3,), square, frozen_at=()
    ).run()
    assert not found.has_choice
    assert "log_probabilities" in found.to_json()
    assert found.plots[0].name == "log_probabilities"
    compiled = compile_stack(PatchStack((AddVector(vector=str(path), coefficient=0.3),)), reference_policy, maze)
    field = fields(reference_policy, maze.with_cheese(None), (compiled,))[1][0]
    row = field.index(square)
    got = np.exp(found.log_probabilities[0, found.place(0.3)])
    np.testing.assert_allclose(got, field.probs[row], atol=2e-5)


def test_threads_that_share_one_level_give_what_one_walk_gives(small_policy: Policy) -> None:
    maze = next(maze for maze in generator.levels(15, range(30)) if decision_square(maze).square)
    long = ResponseQuestion(small_policy, of_mazes([maze])).run()
    assert len(long.coefficients) == 61
    again = ResponseQuestion(small_policy, of_mazes([maze] * 3)).run()
    for name in ("logits", "tangent"):
        np.testing.assert_allclose(getattr(long, name)[0], getattr(again, name)[2], atol=1e-4)
    for stage, shares in long.flipped.items():
        np.testing.assert_allclose(shares[0], again.flipped[stage][1], atol=1e-3)
        np.testing.assert_allclose(long.only[stage][0], again.only[stage][1], atol=1e-4)
        np.testing.assert_allclose(long.all_but[stage][0], again.all_but[stage][1], atol=1e-4)
    for layer in long.layers:
        np.testing.assert_allclose(long.even_share(layer)[0], again.even_share(layer)[0], atol=1e-4)
        np.testing.assert_allclose(long.norm_ratio(layer)[0], again.norm_ratio(layer)[0], atol=1e-3)
        # A straight line has no even part, and its own tangent.
        assert (long.even_share(layer) >= -1e-9).all()
        assert (long.even_share(layer) <= 1 + 1e-9).all()


def test_stages_of_ones_choice_kept_in_one_more_curve(reference_policy: Policy) -> None:
    stage = "embedder.block2.res2.relu2"
    question = ResponseQuestion(reference_policy, easy(12), vector("cheese"), (-1.0, 1.0), kept=(stage,))
    found = question.run()
    assert found.kept is not None
    at = [found.place(-1.0), found.place(1.0)]
    np.testing.assert_allclose(found.kept[:, at], found.only[stage], atol=1e-4)
    assert set(found.to_json()["frozen"]["kept"]) == {"stages", "-1", "1"}


def test_all_forms_of_a_result_say_the_same(reference_policy: Policy) -> None:
    question = ResponseQuestion(reference_policy, easy(8), vector("cheese"), numbers_between(-1, 1, 0.5))
    found = question.run()
    records = {column.name: column.values for column in found.records.columns}
    assert len(found.records) == found.levels * 5
    at_one = np.asarray(records["t"]) == 1.0
    median = float(np.median(np.asarray(records["log_odds_change"])[at_one]))
    assert found.to_json()["log_odds_change"]["1"]["median"] == pytest.approx(median)
    curve = next(series for series in found.plots[0].series if series.name == "median")
    assert curve.y[list(curve.x).index(1.0)] == pytest.approx(median)
    table = {column.name: column.values for column in found.tables[0].columns}
    assert np.asarray(table["median"])[-1] == pytest.approx(median)
    assert {plot.name for plot in found.plots} >= {"log_odds", "probability", "only_frozen", "layer logits"}
    again = ask(*("response", *question.words()))
    assert again.question == question
    assert again.to_json() == found.to_json()


def test_numbers_between_are_free_of_rounding() -> None:
    assert numbers_between(-3, 3, 0.1)[1] == -2.9
    assert len(numbers_between(-3, 3, 0.1)) == 61
    assert numbers_between(-0.01, 0.01, 0.001)[10] == 0
    assert numbers_between(1, 1, 0.5) == (1.0,)
    with pytest.raises(MazescopeError, match="at most"):
        numbers_between(0, 1e9, 1)
    with pytest.raises(MazescopeError, match="low to high"):
        numbers_between(1, 0, 0.1)


# --- what cannot be measured is one sentence --------------------------------------------------------------------------


def without_choice() -> Maze:
    return generator.level(15, 9).with_cheese(None)


def test_what_cannot_be_measured_is_said(small_policy: Policy) -> None:
    one = easy(3)
    for words, made in {
        "No level": lambda: ResponseQuestion(small_policy, LevelSet(())),
        "No finite coefficient": lambda: ResponseQuestion(small_policy, one, coefficients=()),
        "not a stage after": lambda: ResponseQuestion(small_policy, one, kept=("embedder.block1.maxpool",)),
        "no number 'value'": lambda: MovedNumber(PatchStack((AddVector(),)), 0, "value"),
        "Patch 2 was asked for": lambda: MovedNumber(PatchStack((AddVector(),)), 1),
        "no layer": lambda: ResponseQuestion(small_policy, one, vector("cheese", layer="nowhere"), kept=("x",)),
        "decision square": lambda: ResponseQuestion(small_policy, of_mazes([without_choice()])).run(),
        "is not open": lambda: ResponseQuestion(small_policy, one, square=(0, 0)).run(),
        "nothing moves": lambda: ResponseQuestion(
            small_policy, of_mazes([without_choice()]), square=without_choice().mouse
        ).run(),
        "beyond the numbers": lambda: ResponseQuestion(small_policy, easy(12), coefficients=(3e38,)).run(),
        "asked for the changes": lambda: ResponseQuestion(
            small_policy, easy(12), coefficients=(-1, 1), frozen_at=(), exact_gates=True
        ).run(),
        "bends the line": lambda: ResponseQuestion(
            small_policy, easy(12), MovedNumber(PatchStack((AddVector(), Scale(positive=3.0))), 0)
        ).run(),
    }.items():
        with pytest.raises((MazescopeError, PatchError), match=words):
            made()  # type: ignore[no-untyped-call]


def test_it_ends_when_told_and_tells_what_it_has(small_policy: Policy) -> None:
    heard: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> bool:
        heard.append((done, total))
        return done < 1

    with pytest.raises(Cancelled):
        ResponseQuestion(small_policy, easy(30)).run(progress=progress)
    assert heard[0][0] == 0
    assert heard[-1][0] == 1
