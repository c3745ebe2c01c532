"""The engine between two threads: its worker, and one that computes for itself (an export)."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable

import pytest
import torch

import app.field.engine as engine_module
from app.field.cpu import CpuEvaluator
from app.field.devices import Device
from app.field.engine import Engine, FieldRequest
from app.field.evaluator import Evaluator, Job
from app.field.maze_scene import Scene
from app.field.torch_threads import one_thread_here
from app.field.windowed_forward import Check
from app.maze.levels import random_level
from tests.field.plain import assert_exact
from tests.field.strategies import random_policy

PATIENCE = 60


def request(seed: int = 0) -> FieldRequest:
    return FieldRequest(random_level(15, 7, seed), random_policy(1))


def beside(work: Callable[[], object]) -> threading.Thread:
    """The work on a thread of its own."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_whoever_computes_does_not_wait_for_the_search_of_the_fastest_way(
    make_engine: Callable[..., Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "IDLE_SECONDS", 0.01)
    engine = make_engine()
    searching = threading.Event()

    def tune(_: FieldRequest, check: Check) -> None:
        """A search without an end, asking between its trials as searches do."""
        while True:
            check()
            searching.set()
            time.sleep(0.001)

    engine._evaluator.tune = tune  # type: ignore[method-assign]
    engine.request(request(1))
    assert searching.wait(PATIENCE)
    found = []
    computing = beside(lambda: found.append(engine.compute(request(2))))
    computing.join(PATIENCE)
    assert found, "it waits for the search"
    assert_exact(found[0])


def test_a_device_is_not_closed_while_another_thread_computes_on_it(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine()
    old, job, close = engine._evaluator, engine._evaluator.job, engine._evaluator.close
    begun, go_on, closed = threading.Event(), threading.Event(), threading.Event()

    def slow_job(asked: FieldRequest) -> object:
        begun.set()
        assert go_on.wait(PATIENCE)
        assert not closed.is_set()
        return job(asked)

    old.job = slow_job  # type: ignore[method-assign,assignment]
    old.close = lambda: (closed.set(), close())  # type: ignore[method-assign,assignment,func-returns-value]
    found = []
    computing = beside(lambda: found.append(engine.compute(request(1))))
    assert begun.wait(PATIENCE)
    engine.set_device("cpu")
    engine.request(request(2))
    assert not closed.wait(0.2)
    go_on.set()
    computing.join(PATIENCE)
    assert_exact(found[0])
    assert closed.wait(PATIENCE), "it is never closed"
    assert engine._evaluator is not old
    assert isinstance(engine._evaluator, Evaluator)


def test_a_thread_of_the_engine_divides_no_work_and_the_others_do() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    found = []

    def work() -> None:
        one_thread_here()
        # Large enough to be divided: torch takes its default over when a thread first wants to.
        torch.ones(1_000_000).relu()
        found.append(torch.get_num_threads())

    def usual() -> None:
        torch.ones(1_000_000).relu()
        found.append(torch.get_num_threads())

    try:
        # One after the other: what is promised is about threads that start later.
        for each in (work, usual):
            beside(each).join(PATIENCE)
        assert found == [1, 3]
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


def test_overtaken_requests_leave_nothing_to_the_garbage_collector(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine()
    answered = threading.Semaphore(0)
    complete = threading.Event()

    def answer(result: object) -> None:
        answered.release()
        if getattr(result, "complete", False):
            complete.set()

    engine.on_result = answer
    # Squares enough for several parts, so that all but the last request are stopped behind their first.
    mazes = [random_level(25, 25, seed) for seed in range(8)]
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        for maze in mazes:
            engine.request(FieldRequest(maze, random_policy(4)))
            assert answered.acquire(timeout=PATIENCE)
        complete.clear()
        engine.request(request(1))
        assert complete.wait(PATIENCE)
        gc.collect()
        left = [type(found).__name__ for found in gc.garbage if isinstance(found, (torch.Tensor, Scene))]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert left == []


class Full(CpuEvaluator):
    """A graphics processor whose memory does not suffice for anything."""

    def job(self, request: FieldRequest) -> Job:
        del request
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")


def test_two_threads_that_run_out_of_memory_both_go_on_with_the_cpu(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine()
    engine._evaluator.close()
    full = engine._evaluator = Full(Device("cuda", "A small GPU"))
    told: list[str] = []
    engine.on_error = lambda sentence, _: told.append(sentence)
    both, found = threading.Barrier(2), []
    fell_back = engine._fell_back

    def together(error: Exception, used: Evaluator) -> bool:
        """Both have failed before either changes the device."""
        both.wait(PATIENCE)
        return fell_back(error, used)

    engine._fell_back = together  # type: ignore[method-assign]
    threads = [beside(lambda seed=seed: found.append(engine.compute(request(seed)))) for seed in (1, 2)]
    for thread in threads:
        thread.join(PATIENCE)
    assert len(found) == 2, "one of them gave up"
    for result in found:
        assert_exact(result)
    assert engine._evaluator.device.key == "cpu"
    assert engine._evaluator is not full
    assert [sentence.partition(";")[0] for sentence in told] == ["A small GPU ran out of memory"]
