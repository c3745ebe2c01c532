"""The answer in two numbers: P(cheese) and P(top-right) at the decision square, before and after."""

from __future__ import annotations

import math

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.field.measures import decision_probabilities
from app.number_format import fixed
from widgets.maze_view.picture import Picture
from widgets.services.context import Context
from widgets.style import theme

LABELS = ("P(cheese)", "P(top-right)")
Part = tuple[str, str, QFont]

ROUGH = "Fast while dragging: arrows in bfloat16; exact arrows and numbers follow"
"""In place of the numbers while there are only inexact ones."""

BESIDE = 26
"""Pixels left and right of numbers that have others next to them."""


class Numbers(QWidget):
    """The two numbers, large enough for the back of a room, or the sentence that says why there are none."""

    def __init__(self, context: Context, picture: Picture, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._picture = context, picture
        self._factor = self._text_scale = 1.0
        self._values: tuple[tuple[float, float], tuple[float, float] | None] | None = None
        self._sentence = self._title = ""
        self._stacked = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(
            "At the decision square, where the shortest paths to the cheese and to the top-right corner part: "
            "the probability of each path's first move there, without patches → with them"
        )
        picture.fields_changed.connect(self.refresh)
        picture.maze_changed.connect(self.refresh)
        # Methods, not lambdas: Qt releases them when a comparison ends and its numbers with it.
        context.palette_changed.connect(self.refresh)
        context.view.mode_changed.connect(self.refresh)
        self.refresh()

    @property
    def values(self) -> tuple[tuple[float, float], tuple[float, float] | None] | None:
        """((P(cheese), P(top-right)) before, the same after or None), or None where there are none."""
        return self._values

    @property
    def sentence(self) -> str:
        """The sentence in place of the numbers, or beneath them."""
        return self._sentence

    def set_factor(self, factor: float, text: float = 1.0) -> None:
        """Larger numbers, and a larger sentence beneath them, for a presentation."""
        self._factor, self._text_scale = factor, text
        self.updateGeometry()
        self.update()

    @property
    def line_height(self) -> int:
        """Pixels of its height with one number next to the other."""
        return round(QFontMetricsF(self._big()).height() + QFontMetricsF(self._small()).height() + 14)

    @property
    def stacked_width(self) -> int:
        """Pixels across that it needs with one number below the other."""
        label, big = self._fonts()
        widest = max(QFontMetricsF(label).horizontalAdvance(f"{each}   → ") for each in LABELS)
        return round(widest + QFontMetricsF(big).horizontalAdvance("0.000.00")) + 2 * BESIDE

    def set_stacked(self, stacked: bool) -> None:
        """Put one number below the other, next to the mazes, or next to the other, below the mazes."""
        if stacked != self._stacked:
            self._stacked = stacked
            self.updateGeometry()
            self.update()

    def set_title(self, title: str) -> None:
        """Say whose numbers they are, where there are others next to them; nothing when empty."""
        if title != self._title:
            self._title = title
            self.refresh()

    def refresh(self, *_: object) -> None:
        """Work the numbers out again from what the canvas shows."""
        picture, decision = self._picture, self._picture.decision
        self._values = None
        if picture.rough:
            self._sentence = ROUGH
        elif decision.square is None:
            self._sentence = decision.reason or ""
        elif picture.original is None or picture.patched is None:
            self._sentence = ""
        else:
            before = decision_probabilities(picture.original, decision)
            after = decision_probabilities(picture.patched, decision)
            if before is not None and not math.isnan(before[0]):
                changed = picture.patched is not picture.original and after is not None and not math.isnan(after[0])
                self._values = (before, after if changed else None)
            row, col = decision.square
            unique = "" if decision.unique else ", not unique: other shortest paths exist"
            self._sentence = f"at the decision square ({row}, {col}){unique}"
        if self._title and self._sentence:
            self._sentence = f"{self._title} · {self._sentence}"
        self.setAccessibleName(self.text())
        self.update()

    def text(self) -> str:
        """The numbers as plain text, for assistive technology and the clipboard."""
        if self._values is None:
            return self._sentence
        before, after = self._values
        shown = [
            f"{label} {fixed(before[i])}" + (f" → {fixed(after[i])}" if after else "") for i, label in enumerate(LABELS)
        ]
        return f"{', '.join(shown)} {self._sentence}"

    def sizeHint(self) -> QSize:
        if self._stacked:
            return QSize(self.stacked_width, 2 * self.line_height - 14)
        return QSize(320, self.line_height)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.line_height)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        muted = QColor(self._context.palette.text_muted)
        if self._values is not None:
            groups = [self._parts(i) for i in range(2)]
            high = QFontMetricsF(self._big()).height()
            for number, line_of_it in enumerate([[group] for group in groups] if self._stacked else [groups]):
                self._paint_groups(painter, line_of_it, number * high)
        painter.setPen(muted)
        line = self.rect().adjusted(8, 4, -8, -4)
        if self._values is None:
            painter.setFont(self._small())
            painter.drawText(line, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._sentence)
            return
        painter.setFont(self._small(line.width()))
        small = QFontMetricsF(painter.font())
        below = QFontMetricsF(self._small()).height()
        line.setTop(line.bottom() - round(2 * below if self._stacked else below))
        if self._stacked:
            painter.drawText(line, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._sentence)
            return
        sentence = small.elidedText(self._sentence, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, sentence)

    def _paint_groups(self, painter: QPainter, groups: list[list[Part]], top: float) -> None:
        """Numbers next to each other, in the middle of a line."""
        gap = QFontMetricsF(self._big()).height() * 0.9
        widths = [sum(QFontMetricsF(font).horizontalAdvance(text) for text, _, font in group) for group in groups]
        whole = sum(widths) + gap * (len(groups) - 1)
        room = self.width() - 2 * (BESIDE if self._title else 8)
        scale = min(1.0, room / whole)
        painter.save()
        # Those that are made smaller to fit are in the middle of the height there is for them.
        painter.translate(self.width() / 2, top + (1 - scale) * QFontMetricsF(self._big()).height() / 2)
        painter.scale(scale, scale)
        x = -whole / 2
        baseline = 4 + QFontMetricsF(self._big()).ascent()
        for group, width in zip(groups, widths, strict=True):
            at = x
            for text, colour, font in group:
                painter.setFont(font)
                painter.setPen(QColor(colour))
                painter.drawText(round(at), round(baseline), text)
                at += QFontMetricsF(font).horizontalAdvance(text)
            x += width + gap
        painter.restore()

    def _parts(self, which: int) -> list[Part]:
        assert self._values is not None
        before, after = self._values
        palette = self._context.palette
        label, big = self._fonts()
        parts = [(f"{LABELS[which]}  ", palette.text_muted, label), (fixed(before[which]), palette.original, big)]
        if after is not None:
            parts += [(" → ", palette.text_muted, label), (fixed(after[which]), palette.patched, big)]
        return parts

    def _small(self, room: float = math.inf) -> QFont:
        """Of the sentence; where it has less room, no larger than fits it, but never smaller than the window's text."""
        wide = QFontMetricsF(self.font()).horizontalAdvance(self._sentence)
        # A hundredth less: hinting rounds letters up.
        fitting = 0.99 * room / wide if wide else math.inf
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * min(self._text_scale, max(fitting, 1.0)))
        return font

    def _fonts(self) -> tuple[QFont, QFont]:
        """Of what is around the numbers, and of the numbers."""
        return theme.number_font(self.font(), 1.25 * self._factor), self._big()

    def _big(self) -> QFont:
        return theme.number_font(self.font(), 2.4 * self._factor, QFont.Weight.DemiBold)
