"""One panel in a window of its own: a document, an engine, and gestures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.plugin import QtBot

from app.document.document import Document, OpenMaze, State
from app.field.engine import Engine
from app.interventions.patches import NO_PATCHES, Patch, PatchStack
from app.maze.ascii import from_ascii
from app.maze.maze import Maze
from app.policy.policy import Policy
from tests.widgets.waiting import wait_until
from widgets.services.context import Context
from widgets.services.settings import Settings
from widgets.style import theme

W = TypeVar("W", bound=QWidget)

FORKED = """
#######
#....T#
#.###.#
#C#...#
#.#.#.#
#M....#
#######
""".replace("T", ".")
"""A decision at the mouse: up to the cheese, or right to the corner."""


class Desk:
    """A context with an engine, and what a user does to the panel on it."""

    def __init__(self, context: Context, qtbot: QtBot) -> None:
        self.context, self.qtbot = context, qtbot
        self.document = context.document
        self.reports: list[str] = []
        context.reported.connect(lambda kind, sentence, _: self.reports.append(f"{kind}: {sentence}"))

    @property
    def patches(self) -> tuple[Patch, ...]:
        """The stack as it is."""
        return self.document.state.stack.patches

    @property
    def verbs(self) -> list[str]:
        """The entries of the undo list, oldest first."""
        return [entry.verb for entry in self.document.history.done]

    def put(self, kind: Callable[[Context], W], width: int = 340, height: int = 640) -> W:
        """Make a panel, show it, and wait until the engine has answered."""
        with theme.dressed_at_the_end():
            panel = kind(self.context)
        self.qtbot.addWidget(panel)
        panel.resize(width, height)
        panel.show()
        self.qtbot.waitExposed(panel)
        self.answered()
        return panel

    def answered(self) -> None:
        """Wait for the field and the activations of what is open."""
        if self.document.state.policy is not None:
            wait_until(self._whole)
        QApplication.processEvents()

    def _whole(self) -> bool:
        state, bridge = self.document.state, self.context.bridge
        answer, seen = bridge.answer, bridge.latest_activations
        return (
            answer is not None
            and seen is not None
            and (answer.request.maze, answer.request.stack) == (state.maze, state.stack)
            and (seen.request.maze, seen.request.stack) == (state.maze, state.stack)
            and answer.request.policy == seen.request.policy == state.policy
            and (seen.request.layer, seen.request.square) == (self.context.view.layer, bridge.inspected_square)
        )

    def idle(self) -> None:
        """Wait until nothing runs in the background."""
        self.wait(lambda: not self.context.busy)

    def wait(self, until: Callable[[], bool], timeout: int = 30_000) -> None:
        """Wait for something to become true."""
        wait_until(until, timeout)

    @staticmethod
    def click(widget: QWidget, at: QPoint | None = None, modifier: Qt.KeyboardModifier | None = None) -> None:
        """A left click, in the middle unless told."""
        where = widget.rect().center() if at is None else at
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, modifier or Qt.KeyboardModifier.NoModifier, where)
        QApplication.processEvents()

    @staticmethod
    def drag(widget: QWidget, *points: QPoint) -> None:
        """Press on the first point, move over the others, release on the last."""
        QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=points[0])
        for point in points[1:]:
            QTest.mouseMove(widget, point)
            QApplication.processEvents()
        QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=points[-1])
        QApplication.processEvents()

    @staticmethod
    def key(widget: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
        """Press and release a key in a widget."""
        widget.setFocus()
        QTest.keyClick(widget, key, modifier or Qt.KeyboardModifier.NoModifier)
        QApplication.processEvents()

    @staticmethod
    def choose(box: QWidget, value: str) -> None:
        """Choose a value of a combo box with the keyboard: open nothing, step to it, as arrow keys do."""
        wanted, here = box.findData(value), box.currentIndex()  # type: ignore[attr-defined]
        assert wanted >= 0, value
        box.setFocus()
        for _ in range(200):
            if here == wanted:
                break
            QTest.keyClick(box, Qt.Key.Key_Down if wanted > here else Qt.Key.Key_Up)
            here = box.currentIndex()  # type: ignore[attr-defined]
        QApplication.processEvents()
        assert here == wanted


MakeDesk = Callable[..., Desk]


@pytest.fixture
def make_desk(qtbot: QtBot, qapp: QApplication, small_policy: Policy, tmp_path: Path) -> Iterator[MakeDesk]:
    """Makes desks: with a policy (a small random one), a maze (a forked one) and a stack (none)."""
    contexts: list[Context] = []

    def make(
        policy: Policy | None = small_policy,
        maze: Maze | None = None,
        stack: PatchStack = NO_PATCHES,
    ) -> Desk:
        shown = maze or from_ascii(FORKED)
        other = replace(shown, cheese=None)
        tabs = (OpenMaze(1, "Forked", shown, shown), OpenMaze(2, "Bare", other, other))
        settings = Settings(tmp_path / "settings.json")
        settings.set("theme", "light")
        context = Context(Document(State(tabs, 1, policy, stack)), settings)
        context.apply_theme()
        context.bridge.attach(Engine("cpu"))
        contexts.append(context)
        return Desk(context, qtbot)

    yield make
    for context in contexts:
        context.close()
        context.deleteLater()


@pytest.fixture
def desk(make_desk: MakeDesk) -> Desk:
    """A desk with the forked maze, a small policy and an empty stack."""
    return make_desk()


@pytest.fixture
def large_text(qapp: QApplication) -> Iterator[None]:
    """Text at twice its size."""
    theme.set_text_scale(qapp, 2.0)
    yield
    theme.set_text_scale(qapp, 1.0)
