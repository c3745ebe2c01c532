"""A screen of 800 x 600 at a scale of 1.25 has 640 x 480 pixels: nothing is cut there, and nothing scrolls sideways."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QSize
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from app.interventions.patches import (
    KINDS,
    AddVector,
    Mean,
    Noise,
    Offset,
    Patch,
    PatchStack,
    ProjectOut,
    Resample,
    Scale,
    SetValue,
    Zero,
)
from tests.widgets.conftest import Hand, MakeHand, Shared
from tests.widgets.dialogs import DIALOGS
from tests.widgets.panels.test_fitting import opened, widest
from tests.widgets.test_large_text import clipped
from widgets.controls.collapsible import Folding
from widgets.exporting.export_dialog import ExportDialog
from widgets.shell.docks import FRAME, Docks
from widgets.studies.explain_panel import PAGES

SCREEN = (640, 480)
ROOM = (SCREEN[0], SCREEN[1] - FRAME)
"""Pixels of the screen that a window has within its frame."""

LONGEST = 2**31 - 1
SQUARES = tuple((at, at) for at in range(12))
PATCHES: tuple[Patch, ...] = (
    *(kind() for kind in KINDS.values()),
    Zero(channels=(1, 2, 3), squares=((5, 5),)),
    Zero(channels=(400,)),
    Mean(size="same", count=99, seed=LONGEST),
    Resample(source_seed=LONGEST, per_channel=True, squares=SQUARES),
    Scale(positive=-10, negative=-9.875),
    SetValue(channels=(3,), square=(14, 14), value=-10, fill=-9.875),
    SetValue(channels=(3,), row=13, column=14),
    Offset(value=-9.875, layer="embedder.block3.res2.resadd"),
    AddVector(vector="top-right", coefficient=-9.875),
    ProjectOut(vector="top-right"),
    Noise(sigma=9.875, seed=LONGEST),
)
"""Every kind of patch, also with its longest words and numbers."""


@pytest.fixture(scope="module")
def shared(make_shared: MakeHand) -> Iterator[Shared]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Docks, "screen_height", SCREEN[1])
        hand = make_shared()
        hand.window.docks.reset()
        hand.window.resize(*ROOM)
        QTest.qWait(20)
        yield Shared(hand)


def sideways(root: QWidget) -> list[str]:
    """Areas that scroll to the side, and the parts that need the room."""
    QApplication.processEvents()
    return [
        f"{area.viewport().width()} pixels for {widest(area.widget())}"
        for area in root.findChildren(QScrollArea)
        if area.isVisible() and area.horizontalScrollBar().maximum() > 0
    ]


def as_narrow_as_can_be(hand: Hand, dock: QWidget) -> None:
    """Make the window, and the column of panels in it, as narrow as they become."""
    window = hand.window
    window.resize(window.minimumSizeHint())
    QTest.qWait(10)
    assert window.width() <= ROOM[0], widest(dock)
    assert window.height() <= ROOM[1], dock
    assert dock.width() < 250


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.kind)
def test_a_card_shows_all_its_words(shared_hand: Hand, patch: Patch) -> None:
    hand = shared_hand
    hand.document.do("One", lambda state: replace(state, stack=PatchStack((patch, patch, patch))))
    hand.window.docks.bring("patches")
    dock = hand.window.docks.docks["patches"]
    for card in dock.widget().cards.cards:
        card.set_open(True)
    for part in dock.findChildren(Folding):
        part.set_open(True)
    hand.answered()
    # The words under a curve come with the curve.
    hand.wait(lambda: not hand.context.busy)
    as_narrow_as_can_be(hand, dock)
    assert not sideways(dock)
    assert not clipped(dock.widget())


def test_every_kind_of_patch_is_looked_at() -> None:
    assert {type(patch) for patch in PATCHES} == set(KINDS.values())


def test_every_panel_shows_all_its_words(shared_hand: Hand) -> None:
    hand, docks = shared_hand, shared_hand.window.docks
    hand.document.do("All", lambda state: replace(state, stack=PatchStack(PATCHES[:3])))
    hand.context.view.inspect((1, 1))
    hand.answered()
    for name, dock in docks.docks.items():
        docks.bring(name)
        opened(dock.widget())
        for part in dock.widget().findChildren(Folding):
            part.set_open(True)
        hand.wait(lambda: not hand.context.busy)
        as_narrow_as_can_be(hand, dock)
        assert not sideways(dock), name
        assert not clipped(dock.widget()), name
    docks.docks["patches"].widget().finder.hide()


@pytest.mark.parametrize("name", PAGES)
def test_every_page_of_explain_shows_all_its_words(shared_hand: Hand, name: str) -> None:
    hand, docks = shared_hand, shared_hand.window.docks
    docks.bring("explain")
    dock = docks.docks["explain"]
    panel = dock.widget()
    panel.show_page(name)
    for part in panel.findChildren(Folding):
        part.set_open(True)
    QTest.qWait(10)
    as_narrow_as_can_be(hand, dock)
    assert not sideways(dock)
    # An answer that arrives now is laid out a moment later.
    hand.qtbot.waitUntil(lambda: not clipped(panel))
    docks.bring("patches")
    panel.pages[name].runner.cancel()
    hand.wait(lambda: not hand.context.busy)


@pytest.mark.parametrize("name", DIALOGS)
def test_every_dialog_fits(shared_hand: Hand, name: str) -> None:
    shared_hand.document.do("Swept", lambda state: replace(state, stack=PatchStack((Scale(),))))
    shared_hand.answered()
    dialog = DIALOGS[name](shared_hand)
    shared_hand.qtbot.waitExposed(dialog)
    QTest.qWait(10)
    least = dialog.minimumSizeHint().expandedTo(dialog.minimumSize())
    assert least.width() <= ROOM[0]
    assert least.height() <= ROOM[1]
    if isinstance(dialog, ExportDialog) and dialog.format.findData("mp4") >= 0:
        # With a line on what plays it, the one with most rows.
        dialog.format.setFocus()
        QTest.keyClicks(dialog.format, "MP4")
        assert dialog.format.currentData() == "mp4"
        least = dialog.minimumSizeHint()
        assert least.height() <= ROOM[1]
    dialog.resize(dialog.size().boundedTo(QSize(*ROOM)))
    # A bar that appears takes its room a moment later.
    QTest.qWait(60)
    assert not clipped(dialog)
    assert not sideways(dialog)
    dialog.close()
