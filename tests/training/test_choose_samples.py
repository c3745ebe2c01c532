"""Samples are chosen by what they show."""

from __future__ import annotations

import pytest

from app.policy.loading import load_policy
from app.policy.policy_info import default_policy_path
from training.choose_samples import SMALLEST, choose
from training.evaluation_levels import evaluation_levels


@pytest.mark.full
def test_the_same_levels_give_the_same_samples_each_of_another_maze() -> None:
    policy = load_policy(default_policy_path())
    levels = evaluation_levels("easy", 150)
    samples = choose(policy, levels)
    assert len({sample.maze.walls for sample in samples}) == len(samples) == 5
    assert all(sample.maze.dim >= SMALLEST for sample in samples)
    assert choose(policy, levels) == samples
