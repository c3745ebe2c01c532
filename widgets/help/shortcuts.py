"""All keys and gestures on one page (F1), made from the registry of actions."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from widgets.controls.fuzzy_match import match
from widgets.controls.keycaps import KeyCaps, keys_of
from widgets.help.gestures import GESTURES
from widgets.help.help_window import HelpWindow
from widgets.services.context import Context

COLUMNS = 2


@dataclass(frozen=True)
class Entry:
    """A line of the list: what happens, the shortcuts for it, and what else it is looked for by."""

    title: str
    shortcuts: tuple[tuple[str, ...], ...]
    words: str = ""


def entries(context: Context) -> dict[str, list[Entry]]:
    """All keys, by heading: the registry's actions, then gestures."""
    found: dict[str, list[Entry]] = {}
    for spec in context.actions:
        shortcuts = tuple(keys_of(sequence) for sequence in context.actions[spec.id].shortcuts())
        if shortcuts:
            found.setdefault(spec.group, []).append(Entry(spec.title, shortcuts, spec.words))
    for group, gestures in GESTURES.items():
        # The gestures of a panel are listed with its commands.
        found.setdefault(group, []).extend(Entry(gesture.title, (gesture.keys,)) for gesture in gestures)
    return found


class Group(QFrame):
    """The entries under one heading."""

    def __init__(self, context: Context, title: str, found: list[Entry]) -> None:
        super().__init__()
        self.heading = QLabel(title)
        self.heading.setProperty("heading", True)
        self.rows: list[tuple[Entry, QWidget]] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 10)
        column.setSpacing(3)
        column.addWidget(self.heading)
        for entry in found:
            row = self._row(context, entry)
            self.rows.append((entry, row))
            column.addWidget(row)

    @staticmethod
    def _row(context: Context, entry: Entry) -> QWidget:
        widget = QWidget()
        line = QHBoxLayout(widget)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        title = QLabel(entry.title)
        title.setWordWrap(True)
        title.setProperty("muted", True)
        line.addWidget(title, 1)
        for number, keys in enumerate(entry.shortcuts):
            if number:
                line.addWidget(QLabel("or"))
            line.addWidget(KeyCaps(context, keys))
        return widget

    def show_matching(self, typed: str) -> int:
        """Show the entries that hold the letters typed; says how many do."""
        count = 0
        for entry, row in self.rows:
            keys = " ".join(" ".join(keys) for keys in entry.shortcuts)
            text = f"{entry.title} {keys} {self.heading.text()} {entry.words}"
            words = typed.casefold().split()
            shown = all(word in text.casefold() for word in words) or match(typed, entry.title) is not None
            row.setVisible(shown)
            count += shown
        self.setVisible(count > 0)
        return count


class ShortcutList(HelpWindow):
    """The list, with a line that narrows it."""

    def __init__(self, context: Context, window: QWidget) -> None:
        super().__init__(context, window, "Keys and gestures", 900, 720)
        self.line = QLineEdit()
        self.line.setPlaceholderText("Find a key or what it does…")
        self.line.setAccessibleName("Find")
        self.line.setClearButtonEnabled(True)
        self.line.textChanged.connect(self._narrow)
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(2, 2, 14, 2)
        grid.setHorizontalSpacing(44)
        self.groups = [Group(context, title, found) for title, found in entries(context).items()]
        # Two columns, unless the text is too large for them.
        widest = max((group.minimumSizeHint().width() for group in self.groups), default=0)
        sides: list[list[Group]] = [[] for _ in range(COLUMNS if COLUMNS * (widest + 44) < self.width() - 80 else 1)]
        for group in self.groups:
            shortest = min(sides, key=lambda side: sum(len(each.rows) + 2 for each in side))
            shortest.append(group)
        for number, side in enumerate(sides):
            column = QVBoxLayout()
            for group in side:
                column.addWidget(group)
            column.addStretch(1)
            grid.addLayout(column, 0, number)
            grid.setColumnStretch(number, 1)
        area = QScrollArea()
        area.setAccessibleName("Keys and gestures")
        area.setProperty("reading", True)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        self.none = QLabel("No matching keys or gestures.")
        self.none.setProperty("muted", True)
        self.none.hide()
        for widget in (self.line, self.none):
            self.column.addWidget(widget)
        self.column.addWidget(area, 1)
        self.add_close_button()
        self.line.setFocus()

    def _narrow(self, typed: str) -> None:
        self.none.setVisible(sum(group.show_matching(typed) for group in self.groups) == 0)
