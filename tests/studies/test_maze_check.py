"""Check that tells a maze policy from one of another game."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.field.rollout_values import Rule
from app.maze.generator import level
from app.paths import asset
from app.policy.loading import load_policy
from app.policy.network import random_network
from app.policy.policy import policy_of
from app.progress import Cancelled
from app.studies.maze_check import MazeCheck, check_policy
from app.studies.rollouts import rollout


def test_the_policy_that_ships_plays_mazes() -> None:
    policy = load_policy(asset("policies", "default.safetensors"))
    check = check_policy(policy, count=6)
    assert check.reached == sum(rollout(policy, level(15, seed), rule=Rule()).reached for seed in range(6))
    assert not check.another_game
    assert "perhaps" not in check.sentence
    assert check.moved_by_removal > 0.2
    assert check.moved_by_vector > 0.2


@pytest.mark.parametrize("seed", [0, 5])
def test_a_network_that_learned_no_maze_is_doubted(seed: int) -> None:
    check = check_policy(policy_of(random_network(1, seed), "other"))
    assert check.levels == 20
    assert check.another_game
    assert check.sentence.startswith(f"Reaches the cheese in {check.reached} of 20 levels, and ")
    assert check.sentence.endswith(": perhaps not a maze policy.")


def test_play_can_be_cancelled() -> None:
    with pytest.raises(Cancelled):
        check_policy(policy_of(random_network(1, 0), "other"), lambda *_: False, count=2)


def test_the_sentence_gives_the_counts() -> None:
    assert MazeCheck(20, 1, 0, 0, 0.0, 0.0).sentence == (
        "Reaches the cheese in 1 of 20 levels, and neither removing the cheese nor the cheese vector changes its "
        "choice: perhaps not a maze policy."
    )
    early = MazeCheck(20, 5, 4, 2, 0.105, 0.087)
    assert early.sentence == (
        "Reaches the cheese in 5 of 20 levels, and removing the cheese changes its choice in 4, subtracting the cheese "
        "vector in 2."
    )
    assert not early.another_game


def test_the_reference_checkpoint_is_a_maze_policy(reference_checkpoint: Path) -> None:
    assert not check_policy(load_policy(reference_checkpoint), count=6).another_game
