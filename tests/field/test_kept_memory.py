"""Memory of the processor's evaluator: of plans that were tried, of mazes that were left, and freed memory."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from app.field import cpu
from app.field.cpu import CpuEvaluator
from app.field.devices import Device
from app.field.engine import Engine, FieldRequest
from app.field.execution_plan import Plans
from app.field.fast_fields import FastFields
from app.field.field_parts import field_parts
from app.field.windowed_forward import never
from app.maze.levels import random_level
from tests.field.strategies import random_policy

PATIENCE = 120


@pytest.fixture
def evaluator(tmp_path: Path) -> CpuEvaluator:
    return CpuEvaluator(Device("cpu", "CPU"), Plans(tmp_path / "plans.json"))


def test_of_the_plans_that_were_tried_only_the_fastest_keeps_memory(evaluator: CpuEvaluator, tmp_path: Path) -> None:
    policy, other = random_policy(1, 0), random_policy(1, 1)
    request = FieldRequest(random_level(15, 7, 0), policy)
    plan = evaluator.plan(policy, request.maze)
    evaluator.on_thread(plan, threading.get_ident)
    before = set(threading.enumerate())
    evaluator.tune(request, never)
    kernel = evaluator.plan(policy, request.maze).kernel
    assert set(evaluator._convolutions) == {(policy.weights_hash, kernel)}
    # What a thread kept for convolutions of another plan went with it.
    assert not [thread for thread in threading.enumerate() if thread in before and thread.name.startswith("field_")]
    evaluator.convolutions(other, evaluator.plan(other, request.maze))
    FastFields(evaluator, Plans(tmp_path / "plans.json")).measure(request, never)
    assert {key[1] for key in evaluator._convolutions} == {kernel}
    evaluator.close()


def test_activations_of_mazes_that_were_left_go_before_there_are_too_many(
    evaluator: CpuEvaluator, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = random_policy(1, 0)
    requests = [FieldRequest(random_level(15, 7, seed), policy) for seed in range(3)]
    each = max(len(request.maze.squares) for request in requests) * 32 * 8 * 8 * 4
    monkeypatch.setattr(cpu, "KEPT_LAST_BYTES", 2 * each)
    for number, request in enumerate(requests):
        for _ in field_parts(evaluator, request, never, None):
            pass
        assert len(evaluator._last) == min(number + 1, 2)
    # The two of the newest are there, and say what a computation says.
    kept = evaluator.last_stage(requests[-1])[0].clone()
    evaluator._last.clear()
    assert (kept - evaluator.last_stage(requests[-1])[0]).abs().max() == 0
    evaluator.close()


def test_freed_memory_is_returned_when_nothing_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    returned = threading.Event()
    monkeypatch.setattr(cpu, "give_memory_back", returned.set)
    monkeypatch.setattr(cpu, "JOBS_WORTH_A_TRIM", 3)
    engine, policy = Engine("cpu"), random_policy(1, 0)
    whole = threading.Semaphore(0)
    engine.on_result = lambda result: whole.release() if result.complete else None
    for seed in range(3):
        assert not returned.is_set()
        engine.request(FieldRequest(random_level(15, 7, seed), policy))
        assert whole.acquire(timeout=PATIENCE)
    assert returned.wait(PATIENCE)
    engine.close()
