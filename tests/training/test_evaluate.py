"""A policy is judged on evaluation levels alone, and what is written is what was measured."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.errors import MazescopeError, PolicyError
from app.field.measures import path_probability
from app.field.vector_field import VectorField
from app.interventions.activations import inputs_of
from app.maze.levels import random_level
from app.maze.maze import Maze
from app.maze.procgen_client import Procgen
from app.policy.info import default_policy_path
from app.policy.loading import load_policy
from app.policy.network import random_network
from app.policy.policy import Policy, policy_of
from app.policy.saving import save_safetensors
from training.evaluate import evaluate, read_policy
from training.levels import evaluation_levels, in_region
from training.retargeting import Setting, markers, path_probabilities
from training.rollouts import walk_all
from training.steering import choices, fork, steered_choices


@pytest.fixture(scope="module")
def procgen() -> Iterator[Procgen]:
    if not Procgen.available():
        pytest.skip("needs procgen")
    with Procgen() as game:
        yield game


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(default_policy_path())


@pytest.mark.procgen
def test_scores_of_a_few_levels_are_written_and_read_back(policy: Policy, procgen: Procgen, tmp_path: Path) -> None:
    source = read_policy(default_policy_path())
    written = evaluate(source, procgen, tmp_path, "judged", 6, selection=4)
    scores = json.loads((tmp_path / "judged.json").read_text())["scores"]
    assert scores == written["scores"]
    for part in ("training_distribution", "cheese_anywhere", "decision_squares"):
        assert scores[part]["n"] == 6
    assert 0 <= scores["training_distribution"]["greedy"] <= 1
    assert scores["decision_squares"]["best_layer"] in scores["decision_squares"]["subtract_cheese_vector"]
    again = load_policy(tmp_path / "judged.safetensors")
    assert again == policy
    assert again.metadata["scores"]["greedy"] == scores["training_distribution"]["greedy"]
    text = (tmp_path / "judged.md").read_text()
    assert text.startswith(f"# {source.name}")
    assert f"{100 * scores['training_distribution']['greedy']:.1f} %" in text


@pytest.mark.procgen
def test_evaluation_levels_are_procgens_and_keep_to_their_seeds(procgen: Procgen) -> None:
    found = evaluation_levels(procgen, "easy", 5, region=3, accept=lambda maze: maze.dim > 3, first=99_980)
    assert [level.maze.dim > 3 for level in found] == [True] * 5
    assert all(in_region(level.maze, 3) for level in found)
    with pytest.raises(MazescopeError, match="below seed 100000"):
        evaluation_levels(procgen, "easy", 30, first=99_980)


def test_a_policy_that_training_did_not_write_is_refused(tmp_path: Path) -> None:
    save_safetensors(random_network(1, 0), tmp_path / "bare.safetensors", {"name": "bare"})
    with pytest.raises(PolicyError, match="expected a policy that training wrote"):
        read_policy(tmp_path / "bare.safetensors")


def test_the_default_policy_walks_and_a_random_one_does_not(policy: Policy) -> None:
    mazes = [random_level(15, 7, seed, region=5, theme=seed % 9) for seed in range(20)]
    limits = [100] * len(mazes)
    assert walk_all(policy.network, mazes, limits).rate >= 0.9
    assert walk_all(policy.network, mazes, limits, seed=1).rate >= 0.9
    assert walk_all(policy_of(random_network(1, 0), "random").network, mazes, limits).rate <= 0.3


def test_walks_stop_at_their_limit_and_repeat_with_their_seed(policy: Policy) -> None:
    mazes = [random_level(15, 15, seed, region=1, theme=0) for seed in range(4)]
    short = walk_all(policy.network, mazes, [3] * 4, seed=5)
    assert not short.reached.any()
    assert short.steps.tolist() == [3] * 4
    one, same = (walk_all(policy.network, mazes, [60] * 4, seed=5) for _ in range(2))
    assert np.array_equal(one.steps, same.steps)


def test_the_cheese_vector_turns_the_mouse_away(policy: Policy) -> None:
    mazes = [random_level(15, 11, seed, theme=seed % 9) for seed in range(40)]
    forks = [item for item in map(fork, mazes) if item is not None]
    assert len(forks) > 10
    before = np.median(choices(policy.network, forks)[:, 0])
    after = np.median(steered_choices(policy.network, forks, -1.0)["embedder.block2.res1.resadd"][:, 0])
    assert before > 0.6
    assert after < 0.3
    unchanged = steered_choices(policy.network, forks, 0.0)
    np.testing.assert_allclose(unchanged["embedder.block3.conv"], choices(policy.network, forks), atol=1e-5)


def test_path_probabilities_are_those_of_the_whole_field(policy: Policy) -> None:
    maze = random_level(15, 9, 3, theme=2)
    assert maze.cheese is not None
    bare = maze.with_cheese(None)
    nothing, something = path_probabilities(
        policy.network, [bare], [maze.cheese], [None, Setting("embedder.block2.res1.resadd", 3, 5.5)]
    )[:, 0]
    assert nothing == pytest.approx(path_probability(whole_field(policy, bare), maze.cheese), abs=1e-5)
    assert something != pytest.approx(nothing, abs=1e-6)


def test_markers_are_ranked_by_how_often_their_peak_is_at_the_cheese(policy: Policy) -> None:
    mazes = [random_level(15, 9, seed, theme=seed % 9) for seed in range(30)]
    ranked = markers(policy.network, mazes)
    assert ranked[0].hits >= 0.9
    assert [marker.hits for marker in ranked] == sorted((marker.hits for marker in ranked), reverse=True)


def whole_field(policy: Policy, maze: Maze) -> VectorField:
    """The field of the unpatched policy over a maze."""
    logits, value = policy.network(inputs_of([maze.with_mouse((int(row), int(col))) for row, col in maze.squares]))
    return VectorField(maze, maze.squares, logits.numpy(), value.numpy())
