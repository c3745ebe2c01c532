"""Command palette: every action by a few letters of its title (Ctrl+Shift+P)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QAction, QColor, QFont, QFontMetricsF, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from widgets.controls.fuzzy_match import match, match_words
from widgets.controls.keycaps import caps_size, keys_of, paint_caps
from widgets.services.action_registry import Spec
from widgets.services.context import Context

SHOWN = 11
"""Rows in sight at once."""
RECENT = "recent_commands"
RECENT_KEPT = 8
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Row:
    """An action that matches, and which letters of its title do."""

    spec: Spec
    action: QAction
    places: tuple[int, ...]


class Rows(QAbstractListModel):
    """The actions that match, best first."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []

    def fill(self, rows: list[Row]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        del parent
        return len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.action.text()
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.action.toolTip()
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not self.rows[index.row()].action.isEnabled():
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class RowPainter(QStyledItemDelegate):
    """Icon, title with the letters typed in bold, group, and keys."""

    def __init__(self, context: Context, rows: Rows) -> None:
        super().__init__(rows)
        self._context, self._rows = context, rows

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(200, round(QFontMetricsF(option.font).height() * 1.95))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        palette, row = self._context.palette, self._rows.rows[index.row()]
        box, font = QRectF(option.rect), option.font
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            chosen = QColor(palette.accent)
            chosen.setAlphaF(0.16)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(chosen)
            painter.drawRoundedRect(box.adjusted(2, 1, -2, -1), 6, 6)
        metrics = QFontMetricsF(font)
        line = metrics.height()
        enabled = row.action.isEnabled()
        x = box.left() + 14
        if row.action.isCheckable() and row.action.isChecked():
            icon = self._context.icon("check", palette.accent)
        else:
            icon = row.action.icon()
        side = round(line * 1.05)
        icon.paint(painter, round(x), round(box.center().y() - side / 2), side, side)
        x += side + 12
        small = QFont(font)
        small.setPointSizeF(font.pointSizeF() * 0.88)
        keys = keys_of(row.action.shortcut())
        right = box.right() - 12
        if keys:
            paint_caps(painter, QRectF(x, box.top(), right - x, box.height()), keys, small, palette)
            right -= caps_size(keys, small).width() + 14
        painter.setFont(small)
        painter.setPen(QColor(palette.text_muted))
        group = QRectF(x, box.top(), right - x, box.height())
        painter.drawText(group, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, row.spec.group)
        bold = QFont(font)
        bold.setWeight(QFont.Weight.DemiBold)
        baseline = box.center().y() + (metrics.ascent() - metrics.descent()) / 2
        for in_bold, letters in groupby(enumerate(row.action.text()), lambda pair: pair[0] in row.places):
            run, used = "".join(letter for _, letter in letters), bold if in_bold else font
            painter.setFont(used)
            painter.setPen(QColor(palette.accent if in_bold else palette.text if enabled else palette.text_muted))
            painter.drawText(QPointF(x, baseline), run)
            x += QFontMetricsF(used).horizontalAdvance(run)
        painter.restore()


def _area(box: QRect) -> int:
    return 0 if box.isEmpty() else box.width() * box.height()


class CommandPalette(QFrame):
    """A card over the window: type, choose with the arrow keys, Enter does it, Esc goes back."""

    def __init__(self, context: Context, window: QWidget) -> None:
        super().__init__(window)
        self._context, self._window = context, window
        self._before: QWidget | None = None
        self._beside: QWidget | None = None
        self.setProperty("card", True)
        self.setAccessibleName("Command palette")
        self.line = QLineEdit()
        self.line.setPlaceholderText("Type a command…")
        self.line.setAccessibleName("Command")
        self.line.setClearButtonEnabled(True)
        self.list = QListView()
        self.list.setAccessibleName("Commands")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setStyleSheet("QListView { border: none; background: transparent; }")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMouseTracking(True)
        self.rows = Rows(self)
        self.list.setModel(self.rows)
        self.list.setItemDelegate(RowPainter(context, self.rows))
        self.none = QLabel("No matching commands.")
        self.none.setProperty("muted", True)
        self.none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.none.setMargin(10)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        for widget in (self.line, self.list, self.none):
            column.addWidget(widget)
        self.line.textChanged.connect(self.fill)
        self.line.installEventFilter(self)
        self.list.clicked.connect(lambda index: self._do(index.row()))
        self.list.entered.connect(self._point_at)
        window.installEventFilter(self)
        self.hide()

    def open(self) -> None:
        """Show it, empty, with the commands used last on top."""
        if not self.isVisible():
            self._before = self._window.focusWidget()
            active = QApplication.activeWindow()
            # A panel that floats has the keyboard to itself.
            self._beside = active if active in self._floating() else None
        self.line.clear()
        self.fill()
        self.show()
        self.raise_()
        self._window.activateWindow()
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def leave(self) -> None:
        """Go, and give the keyboard back."""
        if self.isVisible():
            before, self._before = self._before, None
            self.hide()
            # The widget may be gone: the stack of patches can change while the palette is open.
            if before is not None and isValid(before):
                before.setFocus(Qt.FocusReason.OtherFocusReason)
            beside, self._beside = self._beside, None
            if beside is not None and isValid(beside):
                beside.activateWindow()

    def _floating(self) -> list[QDockWidget]:
        return [dock for dock in self._window.findChildren(QDockWidget) if dock.isFloating() and dock.isVisible()]

    def fill(self, *_: object) -> None:
        """Show what matches."""
        typed = self.line.text()
        actions, recent = self._context.actions, self._recent()
        found: list[tuple[tuple[float, ...], Row]] = []
        for number, spec in enumerate(actions):
            action = actions[spec.id]
            title = action.text()
            in_title, whole = match(typed, title), match(typed, f"{title} {spec.group}")
            # What the action is called otherwise: at other times ("Pause"), or by other people.
            meant = match_words(typed, f"{title} {spec.title} {spec.group} {spec.words}")
            fits = [each for each in (in_title, whole, meant) if each is not None]
            if not fits or spec.id == "view.commands":
                continue
            shown = in_title or whole
            places = () if shown is None else tuple(at for at in shown.places if at < len(title))
            used = recent.index(spec.id) if not typed and spec.id in recent else len(recent)
            score = max(in_title.score + 1.0 if in_title else 0.0, *(each.score for each in fits))
            found.append(((not action.isEnabled(), used, -score, number), Row(spec, action, places)))
        # Letters that are scattered in a title are a find only while no title has them together.
        best_of_all = max((-key[2] for key, _ in found), default=0.0)
        found = [pair for pair in found if -pair[0][2] >= 0.6 * best_of_all]
        found.sort(key=lambda pair: pair[0])
        self.rows.fill([row for _, row in found])
        self.none.setVisible(not found)
        self.list.setVisible(bool(found))
        self._choose(0)
        self._place()

    def _recent(self) -> list[str]:
        kept = self._context.settings.get(RECENT, [])
        return [name for name in kept if isinstance(name, str)] if isinstance(kept, list) else []

    def _choose(self, row: int) -> None:
        if self.rows.rowCount():
            self.list.setCurrentIndex(self.rows.index(max(0, min(row, self.rows.rowCount() - 1))))

    def _point_at(self, index: Index) -> None:
        if self.rows.rows[index.row()].action.isEnabled():
            self._choose(index.row())

    def _do(self, row: int) -> None:
        if not 0 <= row < self.rows.rowCount() or not self.rows.rows[row].action.isEnabled():
            return
        chosen = self.rows.rows[row]
        recent = [chosen.spec.id, *(name for name in self._recent() if name != chosen.spec.id)]
        self._context.settings.set(RECENT, recent[:RECENT_KEPT])
        self.leave()
        chosen.action.trigger()

    def _place(self) -> None:
        metrics = QFontMetricsF(self.font())
        width = min(self._window.width() - 40, round(metrics.averageCharWidth() * 84))
        row_height = self.list.sizeHintForRow(0) if self.rows.rowCount() else 0
        top = max(round(self._window.height() * 0.11), 12)
        room = self._window.height() - top - self.line.sizeHint().height() - 40
        fitting = max(3, room // row_height) if row_height else 0
        self.list.setFixedHeight(min(SHOWN, fitting, self.rows.rowCount()) * row_height + 4)
        self.setFixedWidth(max(width, 200))
        self.adjustSize()
        room_right, room_below = self._window.width() - self.width(), self._window.height() - self.height()
        # Panels that float are over everything in the window.
        corner = self._window.mapToGlobal(QPoint())
        over = [dock.frameGeometry().translated(-corner) for dock in self._floating()]
        places = [QPoint(x, y) for y in (top, room_below - 20) for x in (room_right // 2, room_right - 20, 20)]
        self.move(min(places, key=lambda at: sum(map(_area, (QRect(at, self.size()) & each for each in over)))))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys of the line move in the list; leaving the line closes the palette."""
        if not self.isVisible():
            return False
        if watched is self._window and event.type() == QEvent.Type.Resize:
            self._place()
        if watched is not self.line:
            return False
        if event.type() == QEvent.Type.FocusOut:
            # Another window or a context menu of the line may come in front; that is no leaving.
            if self._window.focusWidget() is not self.line:
                self.leave()
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            # While a command is typed, letters are letters.
            event.accept()
            return False
        return isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self._key(event)

    def _key(self, event: QKeyEvent) -> bool:
        at = self.list.currentIndex().row()
        moves = {
            Qt.Key.Key_Down: at + 1,
            Qt.Key.Key_Up: at - 1,
            Qt.Key.Key_PageDown: at + SHOWN - 1,
            Qt.Key.Key_PageUp: at - SHOWN + 1,
        }
        key = Qt.Key(event.key())
        if key in moves:
            self._choose(moves[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._do(at)
        elif key in (Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self.leave()
        else:
            return False
        return True
