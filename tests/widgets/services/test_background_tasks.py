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
