"""The numbers by which a result is told, in tables and archives."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pytest

from app.export.numbers import csv_bytes, npz_bytes
from app.field.engine import Engine
from app.field.measures import decision_probabilities
from app.field.requests import FieldRequest, FieldResult
from app.field.rollout_values import Rollouts, Rule
from app.interventions.patches import Noise, PatchStack
from app.maze.routes import decision_square
from app.policy.policy import Policy
from app.studies.rollouts import rollouts
from tests.pictures import forked_level, random_field, result_of

STACK = PatchStack((Noise(sigma=20.0),))


@pytest.fixture(scope="module")
def walked(small_policy: Policy) -> tuple[FieldResult, Rollouts]:
    maze, engine = forked_level(), Engine("cpu")
    result = engine.compute(FieldRequest(maze, small_policy, STACK))
    engine.close()
    return result, rollouts(small_policy, maze, STACK, Rule(True, 3))


def lines(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(content.decode().splitlines()[1:]))


def test_a_csv_says_what_the_window_says_at_a_glance(walked: tuple[FieldResult, Rollouts]) -> None:
    result, walks = walked
    table = lines(csv_bytes(result, {}, patched=True, rollouts=[walks]))
    marked = [(int(line["row"]), int(line["col"])) for line in table if line["decision"] == "1"]
    assert marked == [decision_square(result.request.maze).square]
    for prefix, field, episode in (
        ("", result.original, walks.original),
        ("patched_", result.patched, walks.patched),
    ):
        expected = decision_probabilities(field)
        for line in table:
            assert (float(line[f"{prefix}p_cheese"]), float(line[f"{prefix}p_top_right"])) == pytest.approx(expected)
            assert int(line[f"{prefix}rollout_steps"]) == episode.steps
            assert line[f"{prefix}rollout_reached"] == str(int(episode.reached))
    assert {(line["rollout_moves"], line["rollout_seed"]) for line in table} == {("sampled", "3")}


def test_an_npz_says_the_same(walked: tuple[FieldResult, Rollouts]) -> None:
    result, walks = walked
    with np.load(io.BytesIO(npz_bytes(result, {}, patched=True, rollouts=[walks]))) as found:
        assert tuple(found["decision"]) == decision_square(result.request.maze).square
        assert (found["p_cheese"], found["p_top_right"]) == pytest.approx(decision_probabilities(result.original))
        patched = (found["patched_p_cheese"], found["patched_p_top_right"])
        assert patched == pytest.approx(decision_probabilities(result.patched))
        assert found["rollout_steps"] == walks.original.steps
        assert found["patched_rollout_steps"] == walks.patched.steps
        assert bool(found["patched_rollout_reached"]) == walks.patched.reached
        assert (str(found["rollout_moves"]), int(found["rollout_seed"])) == ("sampled", 3)


def test_what_a_maze_has_not_is_left_out(walked: tuple[FieldResult, Rollouts]) -> None:
    maze = forked_level().with_cheese(None)
    result = result_of(random_field(maze, 0), random_field(maze, 1))
    greedy = replace(walked[1], rule=Rule(False, 3))
    line = lines(csv_bytes(result, {}, patched=True, rollouts=[greedy]))[0]
    assert (line["decision"], line["p_cheese"], line["patched_p_top_right"]) == ("0", "", "")
    assert (line["rollout_moves"], line["rollout_seed"]) == ("greedy", "")
    with np.load(io.BytesIO(npz_bytes(result, {}, patched=True, rollouts=[greedy]))) as found:
        assert tuple(found["decision"]) == (-1, -1)
        assert np.isnan(found["p_cheese"])
        assert found["rollout_seed"] == -1
