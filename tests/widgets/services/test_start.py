"""The start: what the first field does not need waits for it, and torch's libraries are loaded meanwhile."""

from __future__ import annotations

import subprocess
import sys

import pytest

from app.field.engine import Engine
from app.field.requests import FieldResult
from tests.widgets.conftest import MakeHand


def test_the_start_is_over_once_the_first_field_is_seen(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    start, bridge = hand.context.start, hand.context.bridge
    assert not start.under_way
    start.begin()
    assert start.under_way
    seen: list[FieldResult | None] = []
    start.over.connect(lambda: seen.append(bridge.answer))
    bridge.attach(Engine("cpu"))
    hand.wait(lambda: bool(seen))
    assert seen[0] is not None
    assert not start.under_way
    bridge.refresh()
    hand.answered()
    assert len(seen) == 1
    hand.wait(lambda: not hand.context.busy)


def test_a_start_without_a_field_is_over_when_that_is_told(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    hand.context.start.begin()
    hand.context.bridge.failed.emit("The field could not be computed.", "")
    assert not hand.context.start.under_way


def test_a_window_that_is_closed_at_its_start_has_nothing_left_to_wait_for(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    start, told = hand.context.start, []
    start.begin()
    start.over.connect(lambda: told.append(True))
    hand.document.mark_saved()
    hand.window.close()
    assert not start.under_way
    assert not start._timer.isActive()
    assert not told, "what waits for the first field begins no more"


@pytest.mark.skipif(sys.platform != "linux", reason="only there are they loaded early")
def test_torchs_libraries_are_loaded_early_and_torch_is_not_imported() -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from widgets.startup.early_torch import load_early\n"
        "load_early().join()\n"
        "print('torch' in sys.modules, 'libtorch_python.so' in Path('/proc/self/maps').read_text())\n"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert told.split() == ["False", "True"]
