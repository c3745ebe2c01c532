"""Jobs off the GUI thread leave nothing to the garbage collector, however they end."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from app.progress import Cancelled
from tests.widgets.waiting import wait_until
from widgets.services.background_tasks import Background


class Large:
    """Something that a job holds while it runs."""


@pytest.fixture
def background(qapp: QApplication) -> Iterator[Background]:
    del qapp
    found = Background()
    yield found
    found.close()
    found.deleteLater()


@pytest.mark.parametrize("ends", [None, Cancelled(), ValueError("no such maze")], ids=["done", "cancelled", "failed"])
def test_what_a_job_held_goes_with_it(background: Background, ends: Exception | None) -> None:
    held: list[weakref.ref[Large]] = []
    told: list[str] = []

    def job() -> str:
        large = Large()
        held.append(weakref.ref(large))
        if ends is not None:
            raise type(ends)(*ends.args)
        return "done"

    assert not gc.isenabled()
    background.run(job, told.append, lambda error: told.append(type(error).__name__))
    wait_until(lambda: bool(told) and not background.busy, 10_000)
    assert told == ["done" if ends is None else type(ends).__name__]
    assert held[0]() is None


def test_jobs_that_begin_each_other_are_told_of_once(background: Background) -> None:
    said: list[bool] = []
    background.busy_changed.connect(said.append)
    done: list[int] = []

    def begin() -> None:
        background.run(lambda: len(done), after)

    def after(number: int) -> None:
        done.append(number)
        if len(done) < 20:
            begin()

    begin()
    wait_until(lambda: said[-1:] == [False], 10_000)
    assert done == list(range(20))
    assert said == [True, False], "whoever waits a while before telling of work would never tell"
