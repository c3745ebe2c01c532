"""The registry of actions, from which menus, tool bar, command palette, shortcut list and tooltips are made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

FRAME = 16
"""Milliseconds: of a screen with sixty frames a second."""


@dataclass(frozen=True, kw_only=True)
class Spec:
    """An action as data.

    Attributes:
        id: dotted name, "edit.undo"; settings and tests use it.
        title: as menus say it, without mnemonic.
        handler: what it does; a checkable action's handler is given whether it is now checked.
        keys: shortcuts, the first of which is shown.
        icon: a qtawesome name, or "".
        group: heading in the list of shortcuts and in the command palette.
        tip: one sentence for tooltip and status bar; the title when empty.
        checkable: whether it is a toggle.
        words: what else people call it, or look for when they mean it: the palette of commands finds it by the
            beginnings of these words, and shows none of them.
        enabled_when: whether the action can be done now, asked by `ActionRegistry.refresh`; None for always.
        title_now: a title that depends on what is open, asked by `refresh` too: "Undo paint walls".
        tip_now: likewise a tip, for one that says why it cannot be done.
    """

    id: str
    title: str
    handler: Callable[..., object]
    keys: tuple[str, ...] = ()
    icon: str = ""
    group: str = "General"
    tip: str = ""
    checkable: bool = False
    words: str = ""
    enabled_when: Callable[[], bool] | None = None
    title_now: Callable[[], str] | None = None
    tip_now: Callable[[], str] | None = None


class ActionRegistry(QObject):
    """All actions of the window, by id.

    Args:
        on_error: told of what a handler raises; without it, it is passed on to Qt.

    Attributes:
        dragging: whether one edit after another may be under way: what can be done is then asked less often.

    Signals:
        added(str): an action was registered.
    """

    added = Signal(str)

    def __init__(self, parent: QObject | None = None, *, on_error: Callable[[Exception], object] | None = None) -> None:
        super().__init__(parent)
        self._on_error = on_error
        self._specs: dict[str, Spec] = {}
        self._actions: dict[str, QAction] = {}
        self._window: QWidget | None = None
        self._icon: Callable[[str], object] | None = None
        self.dragging: Callable[[], bool] = lambda: False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(FRAME)
        self._soon.timeout.connect(self._frame_over)
        self._outdated = False

    def add(self, spec: Spec, *, checked: bool = False) -> QAction:
        """Register an action and make its QAction.

        Raises:
            ValueError: when the id is taken, or one of the keys is another action's.
        """
        if spec.id in self._specs:
            raise ValueError(f"there already is an action {spec.id}")
        for key in spec.keys:
            owner = self.owner_of(key)
            if owner:
                raise ValueError(f"{key} already belongs to {owner}")
        action = QAction(spec.title, self)
        action.setObjectName(spec.id)
        action.setShortcuts([QKeySequence(key) for key in spec.keys])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setCheckable(spec.checkable)
        action.setChecked(checked)
        action.setEnabled(spec.enabled_when is None or spec.enabled_when())
        # Menus of a mac would otherwise move actions called "About" or "Settings" about.
        action.setMenuRole(QAction.MenuRole.NoRole)
        action.triggered.connect(lambda on: self._do(spec, on))
        self._specs[spec.id] = spec
        self._actions[spec.id] = action
        self.describe(
            spec.id,
            None if spec.title_now is None else spec.title_now(),
            None if spec.tip_now is None else spec.tip_now(),
        )
        if self._window is not None:
            self._window.addAction(action)
        if self._icon is not None and spec.icon:
            action.setIcon(self._icon(spec.icon))  # type: ignore[arg-type]
        self.added.emit(spec.id)
        return action

    def _do(self, spec: Spec, on: bool) -> None:
        try:
            spec.handler(*((on,) if spec.checkable else ()))
        except Exception as error:
            if self._on_error is None:
                raise
            self._on_error(error)

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def __contains__(self, name: str) -> bool:
        return name in self._actions

    def __iter__(self) -> Iterator[Spec]:
        return iter(self._specs.values())

    def spec(self, name: str) -> Spec:
        """The action as data."""
        return self._specs[name]

    def owner_of(self, key: str) -> str:
        """Id of the action that has this shortcut, or ""."""
        wanted = QKeySequence(key)
        for name, action in self._actions.items():
            if wanted in action.shortcuts():
                return name
        return ""

    def describe(self, name: str, title: str | None = None, tip: str | None = None) -> None:
        """Set title and tooltip; the tooltip always ends with the shortcut."""
        spec, action = self._specs[name], self._actions[name]
        action.setText(title or spec.title)
        sentence = tip or spec.tip or title or spec.title
        action.setStatusTip(sentence)
        shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        # Tooltips, unlike the status bar, end without a full stop.
        short = sentence.removesuffix(".")
        action.setToolTip(f"{short}  ({shown})" if shown else short)

    def refresh(self, *_: object) -> None:
        """Enable, disable and name all actions as their specs say now; during a drag, at most once a frame.

        The first change of a drag counts at once, so that it can be undone by key from the start.
        """
        dragging = self.dragging()
        if dragging and self._soon.isActive():
            self._outdated = True
            return
        self._refresh_now()
        if dragging:
            self._soon.start()
        else:
            self._soon.stop()

    def _frame_over(self) -> None:
        if self._outdated:
            self.refresh()

    def _refresh_now(self) -> None:
        self._outdated = False
        for name, spec in self._specs.items():
            if spec.enabled_when is not None:
                self._actions[name].setEnabled(spec.enabled_when())
            if spec.title_now is not None and (title := spec.title_now()) != self._actions[name].text():
                self.describe(name, title)
            if spec.tip_now is not None and (tip := spec.tip_now()) != self._actions[name].statusTip():
                self.describe(name, tip=tip)

    def trigger(self, name: str) -> None:
        """Do an action as a click would: not while it is disabled."""
        self._actions[name].trigger()

    def attach(self, window: QWidget) -> None:
        """Make all shortcuts, also later ones, live in a window."""
        self._window = window
        window.addActions(list(self._actions.values()))

    def set_icons(self, icon: Callable[[str], object]) -> None:
        """Draw all icons again: `icon(name)` gives a QIcon in the palette's colours."""
        self._icon = icon
        for name, spec in self._specs.items():
            if spec.icon:
                self._actions[name].setIcon(icon(spec.icon))  # type: ignore[arg-type]
