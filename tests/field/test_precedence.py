"""Precedence of the field that is shown: work on many levels waits for it between two steps."""

from __future__ import annotations

import threading

import pytest

from app.field import precedence
from app.field.engine import Engine, FieldRequest, FieldResult
from app.field.worker_threads import in_parallel
from app.maze.levels import random_level
from app.policy.policy import Policy


def test_pieces_of_work_wait_while_a_shown_field_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precedence, "LONGEST", 60)
    found: list[int] = []
    ended = threading.Event()

    def work() -> None:
        found.extend(in_parallel(lambda check: lambda piece: check() or piece, range(3), 2))
        ended.set()

    with precedence.shown_first():
        thread = threading.Thread(target=work)
        thread.start()
        assert not ended.is_set()
        assert not found
    assert ended.wait(30)
    thread.join()
    assert found == [0, 1, 2]


def test_work_goes_on_slowly_while_questions_never_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precedence, "LONGEST", 0.001)
    with precedence.shown_first():
        assert list(in_parallel(lambda check: lambda piece: check() or piece, range(3), 2)) == [0, 1, 2]


def test_the_engine_has_precedence_until_its_answer_is_whole(small_policy: Policy) -> None:
    engine, seen, whole = Engine("cpu"), [], threading.Event()

    def take(result: FieldResult) -> None:
        seen.append(precedence.is_taken())
        if result.complete:
            whole.set()

    try:
        engine.on_result = take
        engine.request(FieldRequest(random_level(15, 7, 0), small_policy))
        assert whole.wait(60)
    finally:
        engine.close()
    assert all(seen)
    assert not precedence.is_taken()
