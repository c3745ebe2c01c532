"""The sample mazes open, and show what their sentences say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.document.samples import INDEX, Sample, load_samples, save_samples
from app.errors import MazeError, MazescopeError
from app.field.measures import decision_probabilities, mean_total_variation
from app.interventions.compiled_stack import compile_stack
from app.interventions.patches import PatchStack, Zero
from app.maze.levels import random_level
from app.policy.loading import load_policy
from app.policy.policy_info import default_policy_path
from app.studies.batched_forward import fields


def test_the_program_opens_on_a_level_where_the_fields_visibly_differ() -> None:
    policy = load_policy(default_policy_path())
    opening = load_samples()[0]
    compiled = compile_stack(opening.stack, policy, opening.maze)
    assert not compiled.problems
    original, (patched,) = fields(policy, opening.maze, [compiled])
    before, after = decision_probabilities(original), decision_probabilities(patched)
    assert before is not None
    assert after is not None
    assert before[0] > 0.9
    assert after[0] < 0.1
    assert after[1] > 0.8
    assert mean_total_variation(original, patched) > 0.1


def test_the_samples_were_chosen_for_the_policy_that_ships() -> None:
    index = json.loads((default_policy_path().parent.parent / "samples" / INDEX).read_text())
    assert index["policy"] == load_policy(default_policy_path()).weights_hash


def test_every_sample_fits_the_policy() -> None:
    policy = load_policy(default_policy_path())
    samples = load_samples()
    assert len({sample.name for sample in samples}) == len(samples) >= 4
    for sample in samples:
        assert not compile_stack(sample.stack, policy, sample.maze).problems, sample.name
        assert sample.sentence.endswith(".")


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    samples = (
        Sample("one", "One", "First.", random_level(15, 5, 1), PatchStack((Zero(channels=(1, 2)),))),
        Sample("two", "Two", "Second.", random_level(25, 9, 2)),
    )
    save_samples(tmp_path / "new", samples, "0" * 64)
    assert load_samples(tmp_path / "new") == samples


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, "cannot be read"),
        ("{", "not JSON"),
        ("[]", "not a list of sample mazes"),
        ('{"format": "mazescope-samples", "version": 2}', "version 1"),
        ('{"format": "mazescope-samples", "version": 1, "samples": []}', "lists no samples"),
        ('{"format": "mazescope-samples", "version": 1, "samples": [{"file": "a.json"}]}', "lacks a text"),
        (
            '{"format": "mazescope-samples", "version": 1, "samples": '
            '[{"file": "../a.json", "title": "A", "sentence": "A."}]}',
            "is in another folder",
        ),
        (
            '{"format": "mazescope-samples", "version": 1, "samples": '
            '[{"file": "a.json", "title": "A", "sentence": "A."}]}',
            "a.json",
        ),
    ],
)
def test_a_malformed_list_is_refused_in_a_sentence(tmp_path: Path, text: str | None, expected: str) -> None:
    if text is not None:
        (tmp_path / INDEX).write_text(text)
    with pytest.raises(MazescopeError, match=expected) as caught:
        load_samples(tmp_path)
    assert isinstance(caught.value, MazeError)
