"""The study of outcomes: one row a level, with and without a stack."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from app.cli.study_command import ask
from app.errors import MazescopeError
from app.export.study_files import study_bytes
from app.interventions.patches import AddVector, PatchStack
from app.maze.levels import random_level
from app.policy.policy import Policy
from app.progress import Cancelled
from app.studies.level_set import of_mazes
from app.studies.outcome import OutcomeQuestion, OutcomeResult

LEVELS = of_mazes([random_level(15, 5, 1), random_level(15, 7, 2).with_cheese(None), random_level(15, 3, 3)])


def test_each_level_has_a_row(small_policy: Policy, device: str) -> None:
    heard: list[int] = []

    def listen(result: OutcomeResult) -> None:
        heard.append(len(result.outcomes))

    found = OutcomeQuestion(small_policy, LEVELS, steps=40).run(device=device, partial=listen)
    assert heard == [1, 2, 3]
    printed = found.to_json()
    assert json.loads(json.dumps(printed, allow_nan=False)) == printed
    assert [set(row) for row in printed] == [{"seed", "level", "reach", "expected_steps", "greedy_steps"}] * 3
    assert (printed[1]["reach"], printed[1]["expected_steps"], printed[1]["greedy_steps"]) == (None, None, None)
    assert printed[0]["reach"] == found.outcomes[0].original.reach
    assert len(found.records) == 3
    (summary,) = found.tables
    ((name, n, mean, low, high, *_),) = summary.rows()
    reaches = [each.original.reach for each in found.outcomes if each.original.reach is not None]
    assert (name, n) == ("original", 2)
    assert mean == pytest.approx(np.mean(reaches))
    assert low <= mean <= high
    assert list(found.plots[0].series[0].y) == sorted(reaches)
    assert f"{mean:.3f} (n = 2 levels)" in found.findings[0]


def test_a_stack_adds_its_own_half(small_policy: Policy, device: str) -> None:
    stack = PatchStack((AddVector(coefficient=-3.0),))
    found = OutcomeQuestion(small_policy, LEVELS, stack, steps=40).run(device=device)
    assert found.patched
    assert [row["patched"]["reach"] for row in found.to_json()] == [each.patched.reach for each in found.outcomes]
    assert "patched_reach" in {column.name for column in found.records.columns}
    assert len(found.plots[0].series) == len(list(found.tables[0].rows())) == len(found.findings) == 2
    assert found.recipe["patches"][0]["coefficient"] == -3


def test_what_has_no_plot_makes_no_picture_and_says_so(small_policy: Policy) -> None:
    found = OutcomeQuestion(small_policy, of_mazes([LEVELS.mazes[0].with_cheese(None)]), steps=20).run()
    assert b"seed" in study_bytes("csv", found)
    with pytest.raises(MazescopeError, match="nothing to draw"):
        study_bytes("svg", found)


def test_no_cheese_anywhere_is_said(small_policy: Policy) -> None:
    found = OutcomeQuestion(small_policy, of_mazes([LEVELS.mazes[1]]), steps=5).run()
    assert "No level has a cheese" in found.findings[0]
    assert next(iter(found.tables[0].rows()))[1:3] == (0, None)


def test_it_can_be_cancelled(small_policy: Policy) -> None:
    with pytest.raises(Cancelled):
        OutcomeQuestion(small_policy, LEVELS).run(progress=lambda done, _: done < 1)


def test_what_cannot_be_asked_is_one_sentence(small_policy: Policy) -> None:
    with pytest.raises(MazescopeError, match="0 steps"):
        OutcomeQuestion(small_policy, LEVELS, steps=0)
    with pytest.raises(MazescopeError, match="at least one"):
        OutcomeQuestion(small_policy, of_mazes([]))


def test_the_command_asks_the_same(reference_checkpoint: Path) -> None:
    found = ask("outcome", str(reference_checkpoint), "--world", "easy", "--seeds", "9,6", "--steps", "60")
    printed = found.to_json()
    assert [row["seed"] for row in printed] == [9, 6]
    assert set(printed[0]) == {"seed", "reach", "expected_steps", "greedy_steps"}
    assert printed[0]["reach"] == pytest.approx(0.58662, abs=1e-5)
    assert printed[0]["greedy_steps"] is None
    again = ask("outcome", str(reference_checkpoint), *found.question.words())
    assert again.to_json() == printed
