"""Every dialog and overlay of the program, opened as a user opens it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QInputDialog, QWidget

from app.document.autosave import Recovered
from app.document.session_file import Session
from tests.widgets.conftest import Hand
from widgets.controls.error_dialog import ErrorDialog
from widgets.session.recovery import RecoveryDialog
from widgets.session.unsaved_changes import UnsavedQuestion

LONG = "The file of a policy with quite a long name.safetensors is neither a policy nor a vector: it holds 3 tensors."
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def newest(hand: Hand) -> QWidget:
    """The dialog in front."""
    QApplication.processEvents()
    dialogs = [found for found in hand.window.findChildren(QDialog) if found.isVisible()]
    assert dialogs
    assert not isinstance(dialogs[-1], ErrorDialog), dialogs[-1].details.toPlainText()
    return dialogs[-1]


def error(hand: Hand) -> QWidget:
    dialog = ErrorDialog.show_for(hand.window, LONG, "Traceback (most recent call last):\n" + "  line\n" * 30)
    dialog.fold.click()
    return dialog


def recovery(hand: Hand) -> QWidget:
    state = hand.document.state
    folder = hand.context.settings.file.parent
    left = []
    for number in range(5):
        file = folder / f"left {number}.json"
        file.write_text("{}")
        path = None if number % 2 else folder / "A talk with a long name about mazes.mazescope"
        left.append(Recovered(file, path, Session(state, None)))
    dialog = RecoveryDialog(hand.window, tuple(left), lambda *_: None)
    dialog.open()
    return dialog


def question(hand: Hand) -> QWidget:
    dialog = UnsavedQuestion(hand.window, "A talk with a long name about mazes", lambda _: None)
    dialog.open()
    return dialog


def rename(hand: Hand) -> QWidget:
    hand.window.tabs._rename(0)
    return hand.window.tabs.findChild(QInputDialog)


def by_key(key: Qt.Key, modifiers: Qt.KeyboardModifier) -> Callable[[Hand], QWidget]:
    def opened(hand: Hand) -> QWidget:
        hand.window.maze_view.canvas.setFocus()
        hand.key(key, modifiers)
        return newest(hand)

    return opened


def by_action(name: str) -> Callable[[Hand], QWidget]:
    def opened(hand: Hand) -> QWidget:
        hand.context.actions.trigger(name)
        return newest(hand)

    return opened


def export(what: str) -> Callable[[Hand], QWidget]:
    return lambda hand: hand.window.exports.open(what)


DIALOGS: dict[str, Callable[[Hand], QWidget]] = {
    "error": error,
    "recovery": recovery,
    "question": question,
    "rename": rename,
    "new maze": by_key(Qt.Key.Key_N, CONTROL | SHIFT),
    "export picture": export("picture"),
    "export rollout": export("rollout"),
    "export sweep": export("sweep"),
    "export edits": export("edits"),
    "export numbers": export("numbers"),
    "shortcuts": by_key(Qt.Key.Key_F1, Qt.KeyboardModifier.NoModifier),
    "definitions": by_action("help.definitions"),
    "about": by_action("help.about"),
}
"""All windows of their own, by name."""
