"""The window for tests, and a watch over what it leaves behind."""

from __future__ import annotations

import gc
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

# Settings, logs and autosaves of the one who runs the tests are neither read nor written.
os.environ["MAZESCOPE_HOME"] = tempfile.mkdtemp(prefix="mazescope-test-home-")

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.plugin import QtBot

from app.document.document import Document, OpenMaze, State
from app.field.engine import Engine
from app.maze.ascii import from_ascii
from app.maze.maze import Maze, Square
from app.policy.policy import Policy
from tests.widgets.left_behind import SHARED, new_timers, running, settle, threads_besides, top_level, where
from tests.widgets.waiting import wait_until
from widgets.main_window import MainWindow
from widgets.playback import rollout_loader
from widgets.services import context as context_module
from widgets.services import study_runner
from widgets.services.context import Context
from widgets.services.settings import Settings
from widgets.services.study_runner import StudyRunner
from widgets.shell import layout_memory

SMALL = """
#######
#....C#
#.###.#
#.#...#
#.#.#.#
#M....#
#######
"""

PARTS = ("view.legend", "view.playback")
"""Actions that show and hide parts of a window."""

HARMLESS = "This plugin does not support"
"""Beginning of the lines that Qt's offscreen platform prints on windows that it cannot arrange."""


def small_maze() -> Maze:
    """Side 7 in an easy world, with a loop."""
    return from_ascii(SMALL)


@pytest.fixture(scope="session", autouse=True)
def _short_pauses() -> None:
    """Pauses of the user that the program waits for are short: tests pause only where they wait."""
    rollout_loader.CALM, study_runner.PATIENCE = 20, 40  # type: ignore[misc]


@pytest.fixture(scope="module", autouse=True)
def _collected_by_the_gui_thread() -> Iterator[None]:
    """The garbage of a module is collected before other threads may collect again."""
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    settle()
    gc.enable()


@pytest.fixture(autouse=True)
def leaves_nothing_behind(qtlog: object, request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test that leaves a thread, a running timer or a top-level widget, or makes Qt complain."""
    del request
    # As in the program, where a collector of its own sees to it: no other thread ever destroys a widget.
    gc.disable()
    threads = set(threading.enumerate())
    timers, widgets = running(new_timers()), top_level()
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()
    made = new_timers()
    gc.collect(1)
    left = threads_besides(threads)
    assert not left, f"threads are still running: {where(left)}"
    left_running = [owners for timer, owners in running(made).items() if timer not in timers]
    assert not left_running, f"timers are still running: {left_running}"
    assert not top_level() - widgets, f"top-level widgets are left: {top_level() - widgets}"
    complaints = [
        record.message
        for record in qtlog.records  # type: ignore[attr-defined]
        if record.type_name in ("QtWarningMsg", "QtCriticalMsg", "QtFatalMsg")
        and not record.message.startswith(HARMLESS)
    ]
    assert not complaints, f"Qt complained: {complaints}"


class Hand:
    """A user's gestures in the window: real mouse and key events, at squares of the maze."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot
        self.context = window.context
        self.document = window.context.document

    @property
    def maze(self) -> Maze:
        """The maze in front."""
        return self.document.state.maze

    @property
    def canvas(self) -> object:
        """The first canvas in sight."""
        return self.window.maze_view.canvas

    def at(self, square: Square) -> QPoint:
        """The place of a square on the canvas, in pixels."""
        return self.window.maze_view.canvas.pixel_at(square)

    def press(self, square: Square, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        """Press a button on a square."""
        QTest.mousePress(self.window.maze_view.canvas.viewport(), button, pos=self.at(square))

    def move(self, square: Square) -> None:
        """Move the pointer to a square."""
        QTest.mouseMove(self.window.maze_view.canvas.viewport(), self.at(square))
        QApplication.processEvents()

    def release(self, square: Square, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        """Let a button go on a square."""
        QTest.mouseRelease(self.window.maze_view.canvas.viewport(), button, pos=self.at(square))

    def drag(self, *squares: Square, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        """Press on the first square, move over the others, release on the last."""
        self.press(squares[0], button)
        for square in squares[1:]:
            self.move(square)
        self.release(squares[-1], button)

    def click(self, square: Square) -> None:
        """Click a square."""
        self.drag(square)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press and release a key where the keyboard is."""
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifier)
        QApplication.processEvents()

    def wait(self, until: Callable[[], bool], timeout: int = 30_000) -> None:
        """Wait for something to become true."""
        wait_until(until, timeout)

    def answered(self) -> None:
        """Wait for the whole field of what is open."""

        picture = self.window.maze_view.picture

        def whole() -> bool:
            answer, state = self.context.bridge.answer, self.document.state
            return (
                answer is not None
                and (answer.request.maze, answer.request.stack) == (state.maze, state.stack)
                and answer.request.policy == state.policy
                # An answer from before the maze was another for a while counts as one, and is not yet shown again.
                and picture.original is answer.original
            )

        self.wait(whole)


MakeHand = Callable[..., Hand]


class Windows:
    """Makes windows: on a maze (the small one), with a policy (a small random one), an engine, and a selected tool.

    Where the tool is None, it is the one that the settings tell.
    """

    def __init__(self, qtbot: QtBot, policy: Policy, folder: Path) -> None:
        self._qtbot, self._policy, self._folder = qtbot, policy, folder
        self._hands: list[Hand] = []

    def __call__(
        self,
        maze: Maze | None = None,
        *,
        policy: Policy | str | None = "",
        engine: bool = True,
        tool: str | None = "wall",
    ) -> Hand:
        """One more window; its policy is the small one where it is ""."""
        shown = maze or small_maze()
        policy = self._policy if isinstance(policy, str) else policy
        document = Document(State((OpenMaze(1, "Small", shown, shown),), 1, policy))
        settings = Settings(self._folder / "settings.json")
        settings.set("theme", "light")
        if tool is not None:
            settings.set("tool", tool)
        context = Context(document, settings)
        context.apply_theme()
        window = MainWindow(context)
        self._qtbot.addWidget(window)
        window.show()
        self._qtbot.waitExposed(window)
        if SHARED:
            # The window that is shared is in front.
            window.activateWindow()
            self._qtbot.waitUntil(window.isActiveWindow)
        window.maze_view.canvas.setFocus()
        hand = Hand(window, self._qtbot)
        self._hands.append(hand)
        if engine:
            context.bridge.attach(Engine("cpu"))
            if policy is not None:
                hand.answered()
        return hand

    def close(self) -> None:
        """Close all of them."""
        # Qt's offscreen platform ends in a crash when it still holds data that Python made.
        QApplication.clipboard().clear()
        for hand in self._hands:
            hand.document.mark_saved()
            hand.window.close()
            hand.window.deleteLater()
            hand.context.deleteLater()


SOON = 60
"""Milliseconds after which choices and arrangements are remembered where a test waits for that."""


@pytest.fixture
def remembered_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows made from here on remember choices and arrangements sooner than for a user."""
    monkeypatch.setattr(context_module, "REMEMBERED_AFTER", SOON)
    monkeypatch.setattr(layout_memory, "SETTLED", SOON)


@pytest.fixture
def make_hand(qtbot: QtBot, qapp: QApplication, small_policy: Policy, tmp_path: Path) -> Iterator[MakeHand]:
    """Makes windows of the test's own; see `Windows`."""
    windows = Windows(qtbot, small_policy, tmp_path)
    yield windows
    windows.close()


@pytest.fixture
def own_hand(make_hand: MakeHand) -> Hand:
    """A window of the test's own on the small maze, with its field computed."""
    return make_hand()


@pytest.fixture
def hand(own_hand: Hand) -> Hand:
    """As `own_hand`, where a module does not make its own `hand` of `shared_hand`."""
    return own_hand


class Shared:
    """A window that serves all tests of a module, each of which finds it as it was when this was made.

    The document with its history, the view with its zoom and comparison, the tool, the theme, legend and rollout bar,
    the settings, the size and the keyboard are put back; playing stops at step 0, and messages go. What else a test
    does, such as to move panels, it undoes itself, or it takes `own_hand`, a window of its own; so does one that looks
    at the edits of the last minutes or at the library of vectors, which stay.
    """

    def __init__(self, hand: Hand) -> None:
        document, context = hand.document, hand.context
        self._hand, self._size = hand, hand.window.size()
        self._history, self._saved = document.history.copy(), document.saved
        self._view, self._tool = context.view.to_json(), context.view.tool
        self._settings = dict(context.settings._values)
        self._theme = context.theme
        self._parts = {name: context.actions[name].isChecked() for name in PARTS}
        SHARED.extend((hand.window, context))

    def for_next(self, qtbot: QtBot) -> Hand:
        """The window, put back."""
        hand, context = self._hand, self._hand.context
        hand.qtbot = qtbot
        hand.window.playback.player.pause()
        hand.window.playback.player.restart()
        hand.document.return_to(self._history.copy())
        hand.document.saved = self._saved
        hand.window.files._set_path(None)
        context.view.restore(self._view)
        context.view.set_mode(self._view["mode"])
        context.view.set_tool(self._tool)
        context.view.set_hover(None)
        hand.window.maze_view.canvas.marks.set_cursor_square(None)
        if context.theme != self._theme:
            context.set_theme(self._theme)
        for name, shown in self._parts.items():
            if context.actions[name].isChecked() != shown:
                context.actions.trigger(name)
        for name in {*context.settings._values, *self._settings}:
            context.settings.set(name, self._settings.get(name))
        if hand.window.size() != self._size:
            hand.window.resize(self._size)
        hand.window.activateWindow()
        hand.window.maze_view.canvas.setFocus()
        QApplication.processEvents()
        hand.window.message_bar.clear()
        if context.bridge.engine is not None:
            hand.answered()
            if not hand.window.playback.player.fresh:
                hand.window.playback.player._loader.load_soon()
        return hand

    def rest(self) -> None:
        """End what a test has set going, so that its threads are no other test's."""
        hand = self._hand
        hand.window.playback.player.pause()
        loader = hand.window.playback.player._loader
        loader._calm.stop()
        loader._task.cancel()
        for runner in hand.window.findChildren(StudyRunner):
            runner.cancel()
        hand.window.compare.stop()
        hand.wait(lambda: not hand.context.busy)


@pytest.fixture(scope="module")
def make_shared(
    request: pytest.FixtureRequest, qapp: QApplication, small_policy: Policy, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MakeHand]:
    """Makes windows for all tests of a module; see `Windows` and `Shared`."""
    windows = Windows(QtBot(request), small_policy, tmp_path_factory.mktemp("shared"))
    yield windows
    windows.close()
    SHARED.clear()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(scope="module")
def shared(make_shared: MakeHand) -> Shared:
    """The module's window on the small maze, with its field computed."""
    return Shared(make_shared())


@pytest.fixture
def shared_hand(shared: Shared, qtbot: QtBot) -> Iterator[Hand]:
    """The shared window, put back as it was."""
    yield shared.for_next(qtbot)
    shared.rest()
