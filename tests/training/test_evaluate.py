"""A policy is judged on evaluation levels alone, and what is written is what was measured."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from app.errors import MazescopeError, PolicyError
from app.maze.levels import random_level
from app.policy.loading import load_policy
from app.policy.network import random_network
from app.policy.policy import Policy, policy_of
from app.policy.policy_info import default_policy_path
from app.policy.saving import save_safetensors
from training.batched_rollouts import walk_all
from training.evaluate import evaluate, read_policy
from training.evaluation_levels import evaluation_levels, in_region


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(default_policy_path())


def test_scores_of_a_few_levels_are_written_and_read_back(policy: Policy, tmp_path: Path) -> None:
    source = read_policy(default_policy_path())
    written = evaluate(source, tmp_path, "judged", 6, selection=4)
    scores = json.loads((tmp_path / "judged.json").read_text())["scores"]
    assert scores == written["scores"]
    for part in ("training_distribution", "cheese_anywhere", "decision_squares"):
        assert scores[part]["n"] == 6
    assert 0 <= scores["training_distribution"]["greedy"] <= 1
    steered = scores["decision_squares"]["subtract_cheese_vector"]["embedder.block2.res1.resadd"]
    assert steered["cheese_mean"] < scores["decision_squares"]["unpatched"]["cheese_mean"]
    assert scores["cheese_channel"]["best_marker"]["peak_within_one_pixel"] > 0.5
    assert scores["decision_squares"]["best_layer"] in scores["decision_squares"]["subtract_cheese_vector"]
    again = load_policy(tmp_path / "judged.safetensors")
    assert again == policy
    assert again.metadata["scores"]["greedy"] == scores["training_distribution"]["greedy"]
    text = (tmp_path / "judged.md").read_text()
    assert text.startswith(f"# {source.name}")
    assert f"{100 * scores['training_distribution']['greedy']:.1f} %" in text


def test_evaluation_levels_keep_to_their_seeds() -> None:
    found = evaluation_levels("easy", 5, region=3, accept=lambda maze: maze.dim > 3, first=99_980)
    assert [level.maze.dim > 3 for level in found] == [True] * 5
    assert all(in_region(level.maze, 3) for level in found)
    with pytest.raises(MazescopeError, match="below seed 100000"):
        evaluation_levels("easy", 30, first=99_980)


def test_a_policy_that_training_did_not_write_is_refused(tmp_path: Path) -> None:
    save_safetensors(random_network(1, 0), tmp_path / "bare.safetensors", {"name": "bare"})
    with pytest.raises(PolicyError, match="expected a policy that training wrote"):
        read_policy(tmp_path / "bare.safetensors")


def test_the_default_policy_walks_and_a_random_one_does_not(policy: Policy) -> None:
    mazes = [random_level(15, 7, seed, region=5, background=seed % 9) for seed in range(20)]
    limits = [100] * len(mazes)
    assert walk_all(policy.network, mazes, limits).rate >= 0.9
    assert walk_all(policy.network, mazes, limits, seed=1).rate >= 0.9
    assert walk_all(policy_of(random_network(1, 0), "random").network, mazes, limits).rate <= 0.3


def test_walks_stop_at_their_limit_and_repeat_with_their_seed(policy: Policy) -> None:
    mazes = [random_level(15, 15, seed, region=1, background=0) for seed in range(4)]
    short = walk_all(policy.network, mazes, [3] * 4, seed=5)
    assert not short.reached.any()
    assert short.steps.tolist() == [3] * 4
    one, same = (walk_all(policy.network, mazes, [60] * 4, seed=5) for _ in range(2))
    assert np.array_equal(one.steps, same.steps)
