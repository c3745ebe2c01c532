"""Levels seen in training are found by drawing the run's mazes again; rollouts on other levels are counted apart."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from app.maze.levels import cheese_in_region
from app.policy.policy_info import default_policy_path
from training.batches import batch_mazes, make_batch
from training.config import Config
from training.met import add_to_card, config_of, mazes_met
from training.model_card import IMITATION, card

SHIPPED = Config(seed=1, observations=2_000_000, decay=0.5, size_power=2.0)
"""The run of the policy that ships."""


def test_the_batches_of_the_shipped_policy_can_be_made_again() -> None:
    digest = hashlib.sha256()
    for step in (0, 5, 100):
        batch = make_batch(SHIPPED, step)
        digest.update(batch.observations.contiguous().numpy().tobytes())
        digest.update(batch.targets.numpy().tobytes())
    assert digest.hexdigest().startswith("394288615f4ec72b")


def test_a_run_knows_its_own_mazes_and_no_others() -> None:
    config = replace(SHIPPED, mazes=8, observations=64)
    met = mazes_met(config, 3)
    drawn = [maze for step in range(3) for maze, _ in batch_mazes(config, step)]
    assert met.drawn == len(drawn) == 24
    assert met.distinct == len({(maze.walls, maze.dim, maze.cheese) for maze in drawn})
    large = next(maze for maze in drawn if maze.dim >= 11)
    other = large.with_background((large.background + 1) % 9)
    assert met.knows(large)
    assert met.knows_picture(large)
    assert met.knows(other)
    assert not met.knows_picture(other)
    moved = next(m for m in (cheese_in_region(large, seed, 5) for seed in range(50)) if m.cheese != large.cheese)
    assert not met.knows(moved)
    later = [maze for maze, _ in batch_mazes(config, 3) if maze.dim >= 11]
    assert later
    assert not any(met.knows(maze) for maze in later)


@pytest.mark.full
def test_the_counts_are_put_into_scores_and_card(tmp_path: Path) -> None:
    source = default_policy_path()
    shutil.copy(source, tmp_path / "policy.safetensors")
    about = json.loads(source.with_suffix(".json").read_text())
    about["steps"] = 40
    about["scores"]["levels"] = 30
    (tmp_path / "policy.json").write_text(json.dumps(about))
    found = add_to_card(tmp_path / "policy.json")
    assert found["training_mazes"]["drawn"] == 40 * 32
    for part in ("training_distribution", "cheese_anywhere"):
        assert found[part]["met"]["levels"] + found[part]["never_met"]["n"] == found[part]["n"] == 30
        assert found[part]["met"]["same_background"] <= found[part]["met"]["levels"]
    # Forty batches hold most of the mazes of side 3 and few others.
    assert found["cheese_anywhere"]["met"]["levels"] > 0
    assert found["cheese_anywhere"]["met"]["sides"][0] == 3
    written = json.loads((tmp_path / "policy.json").read_text())
    assert written["scores"]["decision_squares"] == about["scores"]["decision_squares"]
    text = (tmp_path / "policy.md").read_text()
    assert "## Levels that it has met" in text
    assert IMITATION in text
    assert card(written, written["scores"]) == text


def test_older_files_of_a_policy_hold_its_configuration() -> None:
    about = json.loads(default_policy_path().with_suffix(".json").read_text())
    assert config_of(about) == SHIPPED
