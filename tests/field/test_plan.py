"""The execution plan remembered on this machine: found again, and harmless when its file is damaged."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from app.field.cpu import CpuEvaluator
from app.field.devices import Device
from app.field.execution_plan import Plan, Plans, default_plan, thread_counts
from app.field.requests import FieldRequest
from app.field.square_order import order_of_squares
from app.field.windowed_forward import Stopped
from tests.field.plain import plain_outputs
from tests.field.strategies import random_policy
from tests.field.test_exactness import OPEN

PLAN = Plan("embedder.block2.conv", 24, "plain", 1)


def test_a_plan_is_found_again(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "plans.json"
    Plans(path).remember(1, 15, PLAN)
    Plans(path).remember(4, 25, default_plan(4))
    assert Plans(path).find(1, 15) == PLAN
    assert Plans(path).find(4, 25) == default_plan(4)
    assert Plans(path).find(1, 25) is None


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 65 + b"]" * 65, b'{"a": {}}'],
    ids=["empty", "cut", "list", "null", "no text", "deep", "other"],
)
def test_a_spoilt_file_counts_as_empty(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "plans.json"
    path.write_bytes(content)
    assert Plans(path).find(1, 15) is None
    Plans(path).remember(1, 15, PLAN)
    assert Plans(path).find(1, 15) == PLAN


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"embedder.block2.conv"', '"embedder.block9"'),
        ('"chunk": 24', '"chunk": 0'),
        ('"chunk": 24', '"chunk": 1e99'),
        ('"chunk": 24', '"chunk": true'),
        ('"plain"', '"abacus"'),
        ('"threads": 1', '"threads": 100000'),
        ('"threads": 1', '"thread": 1'),
    ],
)
def test_a_plan_this_program_would_not_write_is_not_followed(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "plans.json"
    Plans(path).remember(1, 15, PLAN)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    assert Plans(path).find(1, 15) is None


def test_a_folder_that_cannot_be_written_to_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    Plans(tmp_path / "file" / "plans.json").remember(1, 15, PLAN)


def test_what_is_found_fastest_is_remembered_and_used(tmp_path: Path) -> None:
    path = tmp_path / "plans.json"
    evaluator, request = CpuEvaluator(Device("cpu", "CPU"), Plans(path)), FieldRequest(OPEN, random_policy(1))
    try:
        assert evaluator.plan(request.policy, OPEN) == default_plan(1)
        trials = 0

        def stop_after_two() -> None:
            nonlocal trials
            trials += 1
            if trials > 2:
                raise Stopped

        with pytest.raises(Stopped):
            evaluator.tune(request, stop_after_two)
        assert not path.exists()
        evaluator.tune(request, lambda: None)
        found = Plans(path).find(1, OPEN.world)
        assert found is not None
        assert found.threads in thread_counts()
        assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("field trial")]
        assert evaluator.plan(request.policy, OPEN) == found
        for answer in evaluator.job(request).answers(order_of_squares(OPEN), lambda: None):
            logits, _ = plain_outputs(request, OPEN.squares[answer.rows], patched=False)
            np.testing.assert_allclose(answer.original[0], logits, rtol=0, atol=1e-4)
    finally:
        evaluator.close()


def test_everything_remembered_is_in_one_folder_when_one_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MAZESCOPE_HOME", str(tmp_path))
    Plans().remember(1, 15, PLAN)
    assert (tmp_path / "cache" / "plans.json").is_file()
