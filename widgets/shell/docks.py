"""The docks: each panel in one that can be moved, closed, reopened and reset."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QDockWidget, QMainWindow, QMenu, QTabBar, QWidget
from shiboken6 import isValid

from widgets.controls.sighted import Sighted
from widgets.services.action_registry import Spec
from widgets.services.context import Context
from widgets.shell.dock import Dock, TitleBar
from widgets.style.theme import enlarge, ui_font

HIGH_SCREEN = 1150
"""Pixels of a screen's height from which three panels fit one over the other."""

LARGE = Qt.WindowState.WindowMaximized | Qt.WindowState.WindowFullScreen

VERSION = 1
"""Of the window's state as it is kept."""

LINES = 19
"""Lines of text that a place is high in which a panel is of use, with its title and tabs: a patch's slider is seen."""

COLUMN = 0.36
"""The part of the window's width that the column of panels takes at most by itself."""

LARGER = 1 / 3
"""The part of the window's width that a panel in larger text has at least, once it is brought."""

AROUND = 9
"""Lines of text over and under the panels: menus, the level bar and the status bar."""

FRAME = 30
"""Pixels that a desktop puts around a window, over and under it."""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A panel, and where it is docked at first: panels of one place are tabs there, in the order they are given.

    Attributes:
        name: "patches"; settings, layouts and the action "panel.patches" use it.
        title: on the dock and in the menu.
        words: what else people look for it by.
        place: number of the place in the column, from the top; on a high screen `high_place`.
        share: height of the place for which this panel is the first, relative to the others.
    """

    name: str
    title: str
    widget: QWidget
    words: str = ""
    place: int
    high_place: int
    share: int = 300


@dataclass(frozen=True)
class Gathered:
    """Arrangement before the docks were put into one place.

    Attributes:
        before: the window's state until then.
        places: where each dock was put; while they are as this, the user has not rearranged them.
        text: pixels of a line of text then.
        screen: pixels of the screen's height then.
    """

    before: QByteArray
    places: dict[str, object]
    text: int
    screen: int


class Docks:
    """The docks of a window, all at its right at first.

    Attributes:
        arranged_in: pixels of a line of text when the panels were put where they are; in larger text they may be
            gathered, in this they stay.
    """

    def __init__(self, window: QMainWindow, context: Context, panels: Sequence[Panel]) -> None:
        self._window = window
        self._panels = panels
        self._context = context
        self.docks: dict[str, QDockWidget] = {}
        self._firsts: list[QDockWidget] = []
        self._gathered: Gathered | None = None
        self._follows_screen = False
        self._settled: tuple[QByteArray, object] | None = None
        self._larger: set[str] = set()
        self.arranged_in = self._usual_line
        for panel in panels:
            self._add(panel)
        self.reset()

    def _add(self, panel: Panel) -> None:
        dock = Dock(panel.title, self._window)
        dock.setObjectName(f"dock.{panel.name}")
        dock.setWidget(panel.widget)
        dock.setAccessibleName(panel.title)
        dock.setTitleBarWidget(TitleBar(dock, self._context))
        dock.toggleViewAction().setToolTip(f"Show or hide the panel {panel.title}")
        dock.visibilityChanged.connect(self._name_tab_bars)
        if isinstance(panel.widget, Sighted):
            panel.widget.set_in_front(False)
            dock.visibilityChanged.connect(panel.widget.set_in_front)
        self.docks[panel.name] = dock
        self._window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)

    def _show_or_hide(self, name: str, _on: bool) -> None:
        """Hide a panel that is in sight, and bring one that is not: hidden, or behind another."""
        dock = self.docks[name]
        if dock.isHidden() or dock.visibleRegion().isEmpty():
            self.bring(name)
            self._context.actions[f"panel.{name}"].setChecked(True)
        else:
            dock.close()

    def bring(self, name: str) -> None:
        """Show a panel, in front of those it shares its place with."""
        dock, width = self.docks[name], round(LARGER * self._window.width())
        come = dock.isHidden()
        dock.show()
        dock.raise_()
        if come and name in self._larger and dock.width() < width and not dock.isFloating():
            self._window.resizeDocks([dock], [width], Qt.Orientation.Horizontal)

    def enlarge(self, name: str, scale: float | None) -> None:
        """Show a panel with its title in text of this scale of the window's own, as on stage; None is as usual."""
        enlarge(self.docks[name], scale)
        if scale is None:
            self._larger.discard(name)
        else:
            self._larger.add(name)

    def reset(self) -> None:
        """Put all docks back in their default places: two groups, three on a high screen, one on a low one."""
        for dock in self.docks.values():
            dock.setFloating(False)
        self._gathered = None
        self.arranged_in = self._usual_line
        high = self.screen_height >= HIGH_SCREEN
        self._arrange(self._by_place(lambda panel: panel.high_place if high else panel.place))
        self.fit()

    @property
    def screen_height(self) -> int:
        """Pixels from top to bottom that a window may have."""
        return self._window.screen().availableGeometry().height()

    def settle(self) -> None:
        """`fit`, and then keep the window on its screen: large text can make it higher than it was."""
        self.fit()
        window = self._window
        if window.windowState() & LARGE:
            return
        top = window.screen().availableGeometry().top()
        bottom = top + self.screen_height - 1
        over = max(window.frameGeometry().bottom() - bottom, window.height() + FRAME - self.screen_height)
        if over > 0:
            # No lower than its parts allow; the rest it moves up.
            window.resize(window.width(), max(window.height() - over, window.minimumSizeHint().height()))
            over = window.frameGeometry().bottom() - bottom
            if over > 0:
                window.move(window.x(), max(window.y() - over, top))

    def fit(self) -> None:
        """Put all panels in one place where text is too large, or the screen too low, for a column of them.

        When there is room again they go back, unless the user has rearranged them since.
        """
        handle = self._window.windowHandle()
        if handle is not None and not self._follows_screen:
            self._follows_screen = True
            handle.screenChanged.connect(lambda _: self.settle())
        if self._fits():
            self._spread()
            return
        if self._together():
            # Nothing more to gain.
            return
        before = self._window.saveState(VERSION)
        if self._settled is not None and self._settled[1] == self._arrangement():
            before = self._settled[0]
        hidden = [dock for dock in self.docks.values() if dock.isHidden()]
        floating = [dock for dock in self.docks.values() if dock.isFloating()]
        self._arrange(self._by_place(lambda _: 0), apart=floating)
        for dock in hidden:
            dock.hide()
        self._gathered = Gathered(before, self._places(), self._window.fontMetrics().height(), self.screen_height)

    @property
    def own_state(self) -> QByteArray:
        """The window's state as the user arranged it, also while its panels are gathered only for want of room."""
        gathered = self._gathered
        return self._window.saveState(VERSION) if gathered is None or self._rearranged(gathered) else gathered.before

    @property
    def closed(self) -> list[str]:
        """Names of the panels that are put away."""
        return [name for name, dock in self.docks.items() if dock.isHidden()]

    def restore(self, state: QByteArray, closed: Sequence[object] | None) -> None:
        """Arrange the window as it was: `own_state` and `closed` of then; None leaves that to the state."""
        self._window.restoreState(state, VERSION)
        if closed is not None:
            for name, dock in self.docks.items():
                if dock.isHidden() != (name in closed):
                    dock.setHidden(name in closed)
        self._settled = (state, self._arrangement())

    def remember(self) -> None:
        """All is where it is to stay: a gathering goes back to this, and not to what larger text has squeezed."""
        if self._gathered is None or self._rearranged(self._gathered):
            self.arranged_in = self._window.fontMetrics().height()
        self._settled = (self.own_state, self._arrangement())

    def _arrangement(self) -> object:
        return self._places(), self.closed

    def _rearranged(self, gathered: Gathered) -> bool:
        return self._places() != gathered.places or not self._together()

    def _fits(self) -> bool:
        line = self._window.fontMetrics().height()
        wanted = self._window.minimumSizeHint().height()
        if line > self.arranged_in:
            wanted = max(wanted, (AROUND + LINES * self._places_of_a_side()) * line)
        return wanted + FRAME <= self.screen_height

    def _places_of_a_side(self) -> int:
        """The most places that panels share at one side, not counting those that float or are hidden."""
        sides: dict[Qt.DockWidgetArea, list[set[QDockWidget]]] = {}
        for dock in self.docks.values():
            if not (dock.isHidden() or dock.isFloating()):
                places = sides.setdefault(self._window.dockWidgetArea(dock), [])
                if not any(dock in place for place in places):
                    places.append({dock, *self._window.tabifiedDockWidgets(dock)})
        return max(map(len, sides.values()), default=0)

    @property
    def _usual_line(self) -> int:
        """Pixels of a line in text of the system's own size."""
        return QFontMetrics(ui_font()).height()

    def _spread(self) -> None:
        """Undo a gathering, where text is smaller or the screen higher than then."""
        gathered = self._gathered
        if gathered is None or all(dock.isHidden() for dock in self.docks.values()):
            return
        if self._window.fontMetrics().height() >= gathered.text and self.screen_height <= gathered.screen:
            return
        if self._rearranged(gathered):
            self._gathered = None
            return
        hidden = {dock: dock.isHidden() for dock in self.docks.values()}
        front = [dock for dock in self.docks.values() if not dock.visibleRegion().isEmpty()]
        gathered_state = self._window.saveState(VERSION)
        self._window.restoreState(gathered.before, VERSION)
        for dock, gone in hidden.items():
            dock.setHidden(gone)
        if not self._fits():
            # Smaller, but not small enough yet.
            self._window.restoreState(gathered_state, VERSION)
            return
        self._gathered = None
        for dock in front:
            dock.raise_()

    def _places(self) -> dict[str, object]:
        """For each dock its area and whether it floats."""
        return {name: (self._window.dockWidgetArea(dock), dock.isFloating()) for name, dock in self.docks.items()}

    def _together(self) -> bool:
        """True if all docks in sight share one place, apart from those that float."""
        docked = [dock for dock in self.docks.values() if not (dock.isHidden() or dock.isFloating())]
        return not docked or len(self._window.tabifiedDockWidgets(docked[0])) >= len(docked) - 1

    def _by_place(self, place: Callable[[Panel], int]) -> list[list[str]]:
        """Names of the panels of each place, from the top."""
        places = sorted({place(panel) for panel in self._panels})
        return [[panel.name for panel in self._panels if place(panel) == number] for number in places]

    def _arrange(self, groups: Sequence[Sequence[str]], apart: Sequence[QDockWidget] = ()) -> None:
        area = Qt.DockWidgetArea.RightDockWidgetArea
        moved = [dock for dock in self.docks.values() if dock not in apart]
        for dock in moved:
            self._window.removeDockWidget(dock)
        for names in groups:
            group = [self.docks[name] for name in names if self.docks[name] in moved]
            for number, dock in enumerate(group):
                if number:
                    self._window.tabifyDockWidget(group[0], dock)
                else:
                    self._window.addDockWidget(area, dock)
                dock.show()
            if group:
                group[0].raise_()
        self._firsts = [self.docks[names[0]] for names in groups]
        self.share_out()

    def lift_floating(self) -> None:
        """Show panels that float again, after the window: those shown before it would be behind it for good."""
        for dock in self.docks.values():
            if dock.isFloating() and not dock.isHidden():
                dock.hide()
                dock.show()

    def share_out(self) -> None:
        """Give each place its share of the height: a patch's card is the highest thing to be seen whole.

        And all no more than theirs of the width: in large text they would ask for more than half of the window.
        """
        # Before the window is there, Qt would make the column as narrow as it can be.
        if not self._window.isVisible():
            return
        width = round(COLUMN * self._window.width())
        if max(dock.sizeHint().width() for dock in self.docks.values()) > width:
            self._window.resizeDocks(self._firsts[:1], [width], Qt.Orientation.Horizontal)
        if len(self._firsts) > 1:
            shares = [panel.share for dock in self._firsts for panel in self._panels if self.docks[panel.name] is dock]
            self._window.resizeDocks(self._firsts, shares, Qt.Orientation.Vertical)

    def _name_tab_bars(self, *_: object) -> None:
        if not isValid(self._window):
            # Docks are hidden once more while the window is taken apart.
            return
        # Qt makes one wherever docks share a place.
        for bar in self._window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
            bar.setAccessibleName("Panels")
            # Names that do not fit are scrolled to, not cut.
            bar.setElideMode(Qt.TextElideMode.ElideNone)
            bar.setUsesScrollButtons(True)
            for at in range(bar.count()):
                bar.setTabToolTip(at, bar.tabText(at))

    def add_to(self, menu: QMenu) -> None:
        """Add the toggles of all docks to a menu."""
        actions = self._context.actions
        inner = menu.addMenu("Panels")
        for name in self.docks:
            inner.addAction(actions[f"panel.{name}"])
        inner.addSeparator()
        inner.addAction(actions["view.reset_layout"])

    def register(self) -> None:
        """Put the toggles of all docks into the registry of actions."""
        actions = self._context.actions
        for panel in self._panels:
            toggle = self.docks[panel.name].toggleViewAction()
            spec = Spec(
                id=f"panel.{panel.name}",
                title=f"Panel: {panel.title}",
                handler=partial(self._show_or_hide, panel.name),
                group="Panels",
                tip=toggle.toolTip(),
                checkable=True,
                words=panel.words,
            )
            action = actions.add(spec, checked=toggle.isChecked())
            toggle.toggled.connect(action.setChecked)
        actions.add(
            Spec(
                id="view.reset_layout",
                title="Reset the layout",
                handler=self.reset,
                icon="restore",
                group="Panels",
                tip="Put all panels back in their default places.",
            )
        )
