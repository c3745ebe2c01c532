"""The study of retargeting: settings next to each other, over distance and size, and as a command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from app.cli.study_command import ask
from app.errors import MazescopeError, PatchError
from app.maze.levels import random_level
from app.policy.policy import Policy
from app.progress import Cancelled
from app.studies.level_set import of_mazes
from app.studies.retarget_curves import RetargetQuestion, RetargetResult
from app.studies.retarget_map import Setting, retarget_maps

LEVELS = of_mazes([random_level(15, 5, 1), random_level(15, 7, 2)])
SETTINGS = (Setting((10,), 5.5), Setting((10, 3), 5.5), Setting((10,), 1.0), Setting((10, 3), 1.0))


def test_every_level_gives_its_targets(small_policy: Policy, device: str) -> None:
    heard: list[RetargetResult] = []
    found = RetargetQuestion(small_policy, LEVELS, SETTINGS, targets=3).run(device=device, partial=heard.append)
    assert [len(each.maps) for each in heard] == [1, 2]
    assert found.patched.shape == (4, 6)
    assert not np.isnan(found.real).any()
    assert all(each.maze.cheese is None for each in found.maps), "the levels' own cheese is removed"
    assert len(found.records) == 6
    printed = found.to_json()
    assert json.loads(json.dumps(printed, allow_nan=False)) == printed
    assert (printed["n"], printed["levels"], printed["cheese"]) == (6, 2, "removed")
    means = [each["mean"] for each in printed["settings"]]
    assert means == pytest.approx(found.patched.mean(axis=1).tolist())
    assert [each["best"] for each in printed["settings"]] == [mean == max(means) for mean in means]
    assert printed["real_cheese"] == pytest.approx(found.real.mean())
    settings, distance, size = found.tables
    rows = list(settings.rows())
    assert [row[2] for row in rows] == pytest.approx([found.base.mean(), *means, found.real.mean()])
    assert sum(row[1] for row in distance.rows()) == sum(row[1] for row in size.rows()) == 6
    curves, sizes, grid = found.plots
    assert [series.control for series in curves.series[:2]] == [True, True]
    assert list(sizes.series[0].x) == [5, 7]
    assert grid.grid is not None
    assert grid.grid.values.shape == (2, 2)
    assert grid.grid.values[grid.grid.marked[0]] == pytest.approx(max(means))


def test_one_level_is_mapped_square_by_square(small_policy: Policy) -> None:
    maze = LEVELS.mazes[1]
    heard: list[RetargetResult] = []
    question = RetargetQuestion(small_policy, of_mazes([maze]), SETTINGS[:1], targets=None, cheese="kept", moved=False)
    found = question.run(partial=heard.append)
    expected = retarget_maps(small_policy, maze, SETTINGS[:1])
    assert found.maps[0].targets.tolist() == expected.targets.tolist()
    assert found.patched == pytest.approx(expected.patched, abs=1e-6)
    assert found.maps[0].maze.cheese == maze.cheese
    assert np.isnan(found.real).all()
    assert heard
    assert "real cheese" not in found.findings[0]
    assert len(found.plots) == 1


def test_the_same_targets_every_time_and_others_with_another_seed(small_policy: Policy) -> None:
    def targets(seed: int) -> list[list[int]]:
        question = RetargetQuestion(small_policy, LEVELS, SETTINGS[:1], targets=3, moved=False, seed=seed)
        return [square for each in question.run().maps for square in each.targets.tolist()]

    assert targets(0) == targets(0)
    assert targets(0) != targets(1)


def test_the_command_asks_the_same(reference_checkpoint: Path) -> None:
    checkpoint = str(reference_checkpoint)
    found = ask("retarget", checkpoint, "--seeds", "3,9", "--channels", "10", "--values", "5.5,2.3", "--targets", "2")
    assert [each["value"] for each in found.to_json()["settings"]] == [5.5, 2.3]
    assert ask("retarget", checkpoint, *found.question.words()).to_json() == found.to_json()
    default = ask("retarget", checkpoint, "--seeds", "3", "--values", "5.5", "--targets", "1", "--no-real-cheese")
    assert default.question.settings == (Setting((10,), 5.5),), "channel 10 marks the cheese"
    for words, sentence in (
        (("--channels", "10,10"), "twice"),
        (("--channels", "77"), "Channel 77"),
        (("--values", "much"), "'much'"),
        (("--set", "10"), "--set '10'"),
        (("--targets", "0"), "0 targets"),
        (("--layer", "block9"), "no layer"),
    ):
        with pytest.raises(MazescopeError, match=sentence):
            ask("retarget", checkpoint, "--seeds", "3", *words)


def test_what_cannot_be_asked_is_one_sentence(small_policy: Policy) -> None:
    with pytest.raises(MazescopeError, match="at least one"):
        RetargetQuestion(small_policy, of_mazes([]), SETTINGS)
    with pytest.raises(MazescopeError, match="0 settings"):
        RetargetQuestion(small_policy, LEVELS, ())
    with pytest.raises(PatchError, match="Channel 99"):
        RetargetQuestion(small_policy, LEVELS, (Setting((99,), 1.0),))
    with pytest.raises(Cancelled):
        RetargetQuestion(small_policy, LEVELS, SETTINGS, targets=1).run(progress=lambda done, total: done > total)
    alone = random_level(15, 5, 1)
    walled = alone.with_walls(tuple(tuple(map(int, s)) for s in alone.squares), wall=True).with_cheese(None)
    with pytest.raises(MazescopeError, match="reached"):
        RetargetQuestion(small_policy, of_mazes([walled]), SETTINGS).run()
