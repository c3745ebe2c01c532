"""Ablating every channel: equal to patches one by one, by three methods, ranked with intervals."""

from __future__ import annotations

import json

import numpy as np
import pytest

from app.errors import MazescopeError, PatchError
from app.field.log_odds import log_odds
from app.interventions.compiled_stack import compile_stack
from app.interventions.patches import Mean, PatchStack, Resample, Zero
from app.maze.generator import levels
from app.maze.maze import Maze
from app.maze.routes import decision_square
from app.policy.layers import DEFAULT_LAYER
from app.policy.policy import Policy
from app.studies.ablate import AblateQuestion
from app.studies.batched_forward import Question, answers
from app.studies.level_set import LevelSet, of_mazes


def small(count: int) -> LevelSet:
    found = [maze for maze in levels(15, np.arange(200)) if maze.dim <= 7 and decision_square(maze).square is not None]
    return of_mazes(found[:count])


def change(policy: Policy, maze: Maze, stack: PatchStack) -> float:
    decision = decision_square(maze)
    moves = np.array([decision.to_cheese]), np.array([decision.to_top_right])
    compiled = compile_stack(stack, policy, maze)
    (answer,) = answers(policy, [Question(maze, np.array([decision.square]), (compiled,))])
    return float(log_odds(answer.patched[0].logits, *moves)[0] - log_odds(answer.original.logits, *moves)[0])


def test_each_number_is_that_patch(small_policy: Policy, device: str) -> None:
    asked = small(3)
    found = AblateQuestion(small_policy, asked, seed=7).run(device=device)
    assert found.methods == ("zero", "mean", "resample")
    for row, maze in enumerate(asked.mazes):
        for channel in (0, 13, 31):
            patches = (
                Zero(layer=DEFAULT_LAYER, channels=(channel,)),
                Mean(layer=DEFAULT_LAYER, channels=(channel,), seed=7),
                Resample(layer=DEFAULT_LAYER, channels=(channel,), source_seed=7 + row),
            )
            for place, patch in enumerate(patches):
                expected = change(small_policy, maze, PatchStack((patch,)))
                assert found.log_odds[row, place, channel] == pytest.approx(expected, abs=1e-3), patch


def test_the_ranking_is_by_size_and_has_its_intervals(small_policy: Policy) -> None:
    found = AblateQuestion(small_policy, small(8), methods=("zero",)).run()
    sizes = abs(found.log_odds[:, 0].mean(axis=0))
    assert (np.diff(sizes[found.ranking()]) <= 0).all()
    printed = found.to_json()
    assert json.loads(json.dumps(printed, allow_nan=False)) == printed
    assert printed["n"] == 8
    first = printed["zero"][0]
    assert first["channel"] == found.ranking()[0]
    assert first["low"] <= first["median"] <= first["high"]
    assert len(printed["zero"]) == 32
    assert len(found.records) == 8 * 32
    assert "n = 8 decision squares" in found.findings[0]
    assert found.plots[0].series[0].n == 8
    both = AblateQuestion(small_policy, small(2), methods=("zero", "mean")).run()
    assert both.findings[-1].endswith(" over 32 channels.")


def test_layers_without_pixels_and_inside_blocks_can_be_asked(small_policy: Policy) -> None:
    for layer, count in (("embedder.block2.res1.relu1", 32), ("embedder.relufc", 256)):
        assert AblateQuestion(small_policy, small(1), layer, ("zero",)).run().log_odds.shape == (1, 1, count)


def test_what_cannot_be_asked(small_policy: Policy) -> None:
    with pytest.raises(PatchError, match="an output of the network"):
        AblateQuestion(small_policy, small(1), "fc_policy")
    with pytest.raises(PatchError, match="expected some of zero, mean, resample"):
        AblateQuestion(small_policy, small(1), methods=("gradient",))
    with pytest.raises(MazescopeError, match="expected at least one"):
        AblateQuestion(small_policy, LevelSet(()))


def test_the_cheese_channel_of_the_reference_comes_first(reference_policy: Policy) -> None:
    asked = of_mazes(levels(15, np.arange(30)))
    found = AblateQuestion(reference_policy, asked, methods=("zero",)).run()
    assert found.ranking()[0] == 10
    assert found.means[0, 10] < -3
