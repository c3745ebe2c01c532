"""About: the version, and the credits."""

from __future__ import annotations

import platform
import sys

from PySide6.QtCore import QSize, Qt, qVersion
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app import __version__
from app.maze.generator import EQUALS
from app.paths import asset
from widgets.help.help_window import HelpWindow, Titles
from widgets.help.licences import Part, parts
from widgets.services.context import Context
from widgets.services.log_file import log_file

SENTENCE = "See what a maze-solving policy wants at every square of a maze, change its mind, and find out why."
SOURCE = (
    "After <i>Understanding and controlling a maze-solving policy network</i> (Turner et al. 2023, "
    '<a href="https://arxiv.org/abs/2310.08043">arXiv 2310.08043</a>).'
)


def system_facts() -> str:
    """Facts that somebody who helps wants to know first."""
    system = f"{platform.system()} {platform.release()} ({platform.machine()})"
    lines = [
        f"Mazescope {__version__}, levels equal {EQUALS}",
        f"Python {sys.version.split()[0]}, Qt {qVersion()}",
        system,
    ]
    return "\n".join([*lines, f"Log: {log_file()}"])


class About(HelpWindow):
    """Name and version above; parts and their licences below."""

    def __init__(self, context: Context, window: QWidget) -> None:
        super().__init__(context, window, "About Mazescope", 820, 660)
        self.parts = parts()
        self.column.addLayout(self._head())
        note = QLabel("Mazescope is built on the work of others. These packages are installed here:")
        note.setProperty("muted", True)
        note.setWordWrap(True)
        titles = [" ".join(filter(None, (part.name, part.version))) for part in self.parts]
        self.list = Titles("Parts made by others", titles)
        self.title = QLabel()
        self.title.setWordWrap(True)
        self.title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName("The licence's text")
        side = QVBoxLayout()
        side.addWidget(self.title)
        side.addWidget(self.text, 1)
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(self.list, 2)
        row.addLayout(side, 3)
        self.column.addWidget(note)
        self.column.addLayout(row, 1)
        self.copy = QPushButton("Copy version and system")
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(system_facts()))
        self.add_close_button(self.copy)
        self.list.currentRowChanged.connect(lambda row: self._show(self.parts[row]))
        self.list.setCurrentRow(0)

    def _head(self) -> QHBoxLayout:
        mark = QLabel()
        mark.setPixmap(QIcon(str(asset("icons", "mazescope.svg"))).pixmap(QSize(72, 72), self.devicePixelRatioF()))
        mark.setAlignment(Qt.AlignmentFlag.AlignTop)
        name = QLabel(f"Mazescope {__version__}")
        font = name.font()
        font.setPointSizeF(font.pointSizeF() * 1.6)
        font.setBold(True)
        name.setFont(font)
        about, levels, source = QLabel(SENTENCE), QLabel(f"Levels equal {EQUALS}."), QLabel(SOURCE)
        source.setProperty("muted", True)
        source.setOpenExternalLinks(True)
        source.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        column = QVBoxLayout()
        column.setSpacing(4)
        for label in (name, about, levels, source):
            label.setWordWrap(True)
            column.addWidget(label)
        row = QHBoxLayout()
        row.setSpacing(18)
        row.addWidget(mark)
        row.addLayout(column, 1)
        return row

    def _show(self, part: Part) -> None:
        lines = [f"<b>{' '.join(filter(None, (part.name, part.version)))}</b>", part.licence, part.note]
        self.title.setText("<br>".join(line for line in lines if line))
        self.text.setPlainText(part.text or "The licence's text is not part of this installation.")
