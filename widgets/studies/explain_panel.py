"""Explain panel: a question about what is on the canvas, and its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import (
    QScrollArea,
    QStackedWidget,
    QWidget,
)

from widgets.controls.panel_parts import MARGIN, Scrolled, column
from widgets.controls.sighted import Sighted
from widgets.controls.whole_choice import WholeChoice
from widgets.services.context import Context
from widgets.studies.fit_page import FitPage
from widgets.studies.layer_pages import AblatePage, ResamplePage, TransferPage
from widgets.studies.levels_page import LevelsPage
from widgets.studies.outcome_page import OutcomePage
from widgets.studies.push_page import PushPage
from widgets.studies.response_page import ResponsePage
from widgets.studies.retarget_page import RetargetPage
from widgets.studies.study_page import StudyPage
from widgets.studies.sweep_page import SweepPage

PAGES: Final[dict[str, tuple[str, Callable[[Context], StudyPage]]]] = {
    "response": (ResponsePage.TITLE, ResponsePage),
    "push": (PushPage.TITLE, PushPage),
    "retarget": (RetargetPage.TITLE, RetargetPage),
    "outcome": (OutcomePage.TITLE, OutcomePage),
    "sweep": (SweepPage.TITLE, SweepPage),
    "ablate": (AblatePage.TITLE, AblatePage),
    "resample": (ResamplePage.TITLE, ResamplePage),
    "transfer": (TransferPage.TITLE, TransferPage),
    "levels": (LevelsPage.TITLE, LevelsPage),
    "fit": (FitPage.TITLE, FitPage),
}
"""Name -> what it asks, and its page. One line a study."""


HIGH: Final = 30
"""Lines of text from which a page is high enough for its choices and its plot, one under the other."""


class ExplainPanel(Sighted):
    """A choice of questions over the page of the one that is chosen; a page is made when it is first looked at."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.setAccessibleName("Explain")
        titles = {name: title for name, (title, _) in PAGES.items()}
        self.question = WholeChoice("Question", "What is asked about the maze and the policy", titles, self.show_page)
        self.pages: dict[str, StudyPage] = {}
        self._stack = QStackedWidget()
        layout = column(self, MARGIN)
        layout.addWidget(self.question)
        layout.addWidget(self._stack, 1)
        remembered = context.settings.get("question")
        self._first: str = remembered if remembered in PAGES else "response"
        self.question.choose(self._first)

    def sight_changed(self) -> None:
        for page in self.pages.values():
            page.set_in_front(self._in_front)
        if self.in_sight and not self.pages:
            self.show_page(self._first)

    def show_page(self, name: str) -> StudyPage:
        """Show the page of a question."""
        if name not in self.pages:
            self.pages[name] = page = PAGES[name][1](self._context)
            page.set_in_front(self._in_front)
            self._stack.addWidget(Scrolled(page))
            if isinstance(page, SweepPage):
                page.response_asked.connect(self._ask_response)
        self.pages[name].set_low(self._low)
        self.question.choose(name)
        self._stack.setCurrentIndex(list(self.pages).index(name))
        self._context.settings.set("question", name)
        return self.pages[name]

    @property
    def _low(self) -> bool:
        return self._stack.height() < HIGH * QFontMetrics(self.font()).height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._see_height()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._see_height()

    def _see_height(self) -> None:
        for page in self.pages.values():
            page.set_low(self._low)

    def bring_into_view(self, part: QWidget) -> None:
        """Scroll the page in front to one of its parts, with what follows it."""
        area = self._stack.currentWidget()
        assert isinstance(area, QScrollArea)
        page = area.widget()
        assert page is not None
        area.verticalScrollBar().setValue(part.mapTo(page, QPoint(0, 0)).y())

    def _ask_response(self, word: str, layer: str) -> None:
        page = self.show_page("response")
        assert isinstance(page, ResponsePage)
        page.show_at(word, layer)
