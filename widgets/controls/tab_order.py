"""Tab order of a window: reading order, whatever panels, cards and docks there are.

Qt's own order is that of construction, which cards that come later and docks that are moved do not keep; and it leads
into panels that are behind others, where nobody sees the keyboard.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QApplication, QDockWidget, QScrollArea, QWidget

_BY_TAB = (Qt.FocusPolicy.TabFocus, Qt.FocusPolicy.StrongFocus, Qt.FocusPolicy.WheelFocus)

TOUCHING = 4
"""Pixels by which widgets may overlap and still be next to each other."""


class ReadingOrder:
    """Mixed into a window, before its Qt class: Tab and Shift+Tab go through its controls in reading order.

    What is part of another window just now goes in that one's order.
    """

    @property
    def keyboard_home(self) -> QWidget | None:
        """The widget in sight that is given the keyboard when the control that had it goes, rather than the first."""
        return None

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Qt's: moves the keyboard on; says whether it could."""
        assert isinstance(self, QWidget)
        window = self.window()
        left: QWidget | None = QApplication.focusWidget()
        home = window.keyboard_home if isinstance(window, ReadingOrder) else None
        if left is not None and home is not None and not (left.isVisible() and left.isEnabled()):
            home.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        return move_focus(window, forward)


def move_focus(window: QWidget, forward: bool) -> bool:
    """Give the keyboard to the next control of a window, or the one before; after the last, to the first."""
    order = reading_order(window)
    if not order:
        return False
    here: QWidget | None = QApplication.focusWidget()
    while here is not None and here not in order:
        here = here.parentWidget()
    if here is None:
        chosen = order[0 if forward else -1]
    else:
        chosen = order[(order.index(here) + (1 if forward else -1)) % len(order)]
    chosen.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
    outer = chosen.parentWidget()
    while outer is not None:
        if isinstance(outer, QScrollArea):
            outer.ensureWidgetVisible(chosen)
        outer = outer.parentWidget()
    return True


def reading_order(window: QWidget) -> list[QWidget]:
    """The controls of a window that Tab reaches, in its order."""
    children = [child for child in window.children() if isinstance(child, QWidget) and _in_sight(child)]
    # Children without a control are no part of the page: their edges must not keep two columns together.
    found = {child: controls for child in children if (controls := _controls(child))}
    return list(chain.from_iterable(found[child] for child in _read(list(found))))


def _controls(widget: QWidget) -> list[QWidget]:
    inner = reading_order(widget)
    # An area that scrolls follows the keyboard through what it holds: it needs none of its own.
    if _takes_tab(widget) and not (isinstance(widget, QScrollArea) and (inner or not _scrolls(widget))):
        return [widget, *inner]
    return inner


def _takes_tab(widget: QWidget) -> bool:
    return widget.focusPolicy() in _BY_TAB and widget.isEnabled() and widget.focusProxy() is None


def _scrolls(area: QScrollArea) -> bool:
    return area.verticalScrollBar().maximum() > 0 or area.horizontalScrollBar().maximum() > 0


def _in_sight(widget: QWidget) -> bool:
    if not widget.isVisible() or widget.isWindow() or not (widget.width() > 0 and widget.height() > 0):
        return False
    # A dock behind another is "visible" to Qt, outside of its window.
    return not isinstance(widget, QDockWidget) or not widget.visibleRegion().isEmpty()


def _read(widgets: Sequence[QWidget]) -> list[QWidget]:
    """Widgets cut into rows where gaps go right across, those into columns, and so on, as a page is read."""
    if len(widgets) < 2:
        return list(widgets)
    for start, end in ((QRect.top, QRect.bottom), (QRect.left, QRect.right)):
        parts = _cut(widgets, start, end)
        if len(parts) > 1:
            return list(chain.from_iterable(_read(part) for part in parts))
    # They overlap: what was laid over the others, such as the tour, is last.
    return [*_read(widgets[:-1]), widgets[-1]]


def _cut(widgets: Sequence[QWidget], start: Callable[[QRect], int], end: Callable[[QRect], int]) -> list[list[QWidget]]:
    ordered = sorted(widgets, key=lambda widget: start(widget.geometry()))
    parts, reach = [{ordered[0]}], end(ordered[0].geometry())
    for widget in ordered[1:]:
        if start(widget.geometry()) > reach - TOUCHING:
            parts.append(set())
        parts[-1].add(widget)
        reach = max(reach, end(widget.geometry()))
    # Each part in the order in which its widgets are over each other.
    return [[widget for widget in widgets if widget in part] for part in parts]
