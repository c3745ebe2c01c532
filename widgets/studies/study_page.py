"""Page of one study: its options, its result, and when it is measured again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from app.document.document import State
from app.maze.maze import Maze, Square
from widgets.controls.collapsible import Folding
from widgets.controls.number_field import WholeNumber
from widgets.controls.panel_parts import Choice, column, labelled, muted
from widgets.files.file_dialogs import ask_name
from widgets.services.context import Context
from widgets.services.study_runner import Asks, StudyRunner
from widgets.services.topics import Topic
from widgets.studies.result_view import ResultView, write_result

if TYPE_CHECKING:
    from app.studies.level_set import LevelSet

LIVE, MANY = "maze", "many"

CHOICES: Final = "explain_choices"
"""Setting: whether the user has the choices unfolded; where it is missing they are where there is room."""


class StudyPage(QWidget):
    """Asks a question about what is open and shows the answer. It is measured only while it is seen.

    A page of its own kind says `asks`, and adds what it asks by to `main`, and its finer options to `options`. Both
    fold under one line, `summary`, so that the plot is in sight in a low panel as well.
    """

    TITLE = ""
    HINT = ""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.runner = StudyRunner(context, self)
        self.view = ResultView(context, self.runner)
        self.view.save_asked.connect(self._save)
        self.view.plots_changed.connect(self._place_choice_of_plot)
        self._asked: Any = None
        self._shown, self._in_front = False, True
        self.main, self.options = column(), column()
        inner = QWidget()
        inner.setLayout(self.options)
        self.hint = muted(self.HINT, wrap=True)
        self.options.addWidget(self.hint)
        self.folding = Folding(context, "Options", inner)
        chosen = QWidget()
        inside = column(chosen)
        inside.addLayout(self.main)
        inside.addWidget(self.folding)
        self.choices = Folding(context, "Choices", chosen)
        self.choices.button.clicked.connect(self._choices_clicked)
        layout = column(self)
        layout.addWidget(self.choices)
        layout.addWidget(self.view)
        layout.addStretch(1)
        context.document.changed.connect(self._document_changed)
        context.view.inspect_changed.connect(self.follow)
        context.start.over.connect(self.follow)

    def asks(self) -> tuple[Any, Asks] | None:
        """The question now: a key that differs where the question does, and what makes the question; None for none.

        Called on the GUI thread; what it returns is called on another.
        """
        raise NotImplementedError

    def summary(self) -> str:
        """The choices in a line."""
        raise NotImplementedError

    def set_low(self, low: bool) -> None:
        """Leave room for the plot: choices are folded, unless the user has unfolded them, and the plot is lower."""
        self.view.set_low(low)
        self._fold(not self.context.settings.flag(CHOICES, not low))

    def follow(self, *_: object) -> None:
        """Ask, where the page is seen and the question is another than the last one."""
        if not self._shown or not self._in_front or self.context.start.under_way:
            return
        self._ask_anew()
        self.choices.summarise(self.summary())

    def _ask_anew(self) -> None:
        found = self.asks() if self.context.document.state.policy is not None else None
        key = None if found is None else found[0]
        if key != self._asked:
            self._asked = key
            self.runner.ask(None if found is None else found[1])

    def ask_again(self) -> None:
        """Ask even what was asked last: it was stopped, or something outside changed."""
        self._asked = None
        self.follow()

    @property
    def maze(self) -> Maze:
        """The maze in front."""
        return self.context.document.state.maze

    @property
    def square(self) -> Square:
        """The inspected square, or the mouse's."""
        return self.context.bridge.inspected_square

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._shown = True
        self.follow()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._shown = False
        self._rest()

    def set_in_front(self, on: bool) -> None:
        """Say whether the panel is in sight; behind another, Qt calls it visible all the same."""
        self._in_front = on
        if on:
            self.follow()
        else:
            self._rest()

    def _rest(self) -> None:
        if self.runner.busy:
            self._asked = None
            self.runner.cancel()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_choice_of_plot()

    def _fold(self, folded: bool) -> None:
        """Fold the choices into a line, in which the choice of the plot may have room as well."""
        self.choices.set_open(not folded)
        self._place_choice_of_plot()

    def _place_choice_of_plot(self) -> None:
        plots = self.view.plots
        width = plots.whole_width()
        if self.choices.inner.isHidden() and width <= self.choices.room_in_title():
            self.choices.add_to_title(plots, width)
        else:
            self.view.take_choice_of_plot()

    def _choices_clicked(self) -> None:
        # The click has folded or unfolded them.
        folded = self.choices.inner.isHidden()
        self.context.settings.set(CHOICES, not folded)
        self._fold(folded)

    def _document_changed(self, old: State, new: State) -> None:
        if (old.maze, old.policy, old.stack) != (new.maze, new.policy, new.stack):
            self.follow()

    def _save(self, kind: str) -> None:
        result = self.runner.result
        if result is None:
            return
        name = ask_name(self, "Save result", f"{result.question.study}.{kind}", f"{kind.upper()} (*.{kind})")
        if not name:
            return
        path = Path(name)
        path = path if path.suffix else path.with_suffix(f".{kind}")
        colours = self.context.palette.name
        self.context.run_in_background(
            lambda: write_result(result, kind, path, colours),
            lambda _: self.context.notice(f"{path.name} was saved."),
            lambda error: self.context.report_exception(error, Topic.SAVE),
        )


class LevelsChoice(QWidget):
    """Choice of the levels of a study: the maze in front, or many levels."""

    def __init__(self, page: StudyPage, count: int = 200) -> None:
        super().__init__()
        self._page = page
        self.which = Choice(
            "Levels",
            "The maze in front, or procgen's levels from seed 0 on in its world",
            {LIVE: "This maze", MANY: "Levels of seeds 0 to"},
            lambda _: self._changed(),
        )
        self.count = WholeNumber("Last seed", "The last seed; the first is 0", 0, 9_999)
        self.count.setValue(count - 1)
        self.count.valueChanged.connect(lambda _: page.follow())
        self.count.corrected.connect(page.context.notice)
        self.setLayout(labelled("Levels", self.which, self.count))
        self._changed()

    @property
    def many(self) -> bool:
        """True if many levels are asked of."""
        return bool(self.which.currentData() == MANY)

    @property
    def summary(self) -> str:
        """The levels in words."""
        return f"seeds 0 to {self.count.value():,}" if self.many else "this maze"

    @property
    def key(self) -> object:
        """Differs where the levels do."""
        maze = self._page.maze
        return (maze.world_name, self.count.value()) if self.many else maze

    def chosen(self) -> Callable[[], LevelSet]:
        """The maker of the levels that are chosen now; many are made one by one, so off the GUI thread."""
        state = self._page.context.document.state
        maze, title, last = state.maze, state.tab.title, self.count.value()
        if self.many:
            return lambda: _seeds_to(maze.world_name, last)
        return lambda: _one(maze, title)

    def _changed(self) -> None:
        self.count.setVisible(self.many)
        self._page.follow()


def _seeds_to(world: str, last: int) -> LevelSet:
    from app.studies.level_set import of_seeds

    return of_seeds(world, range(last + 1), f"0:{last + 1}")


def _one(maze: Maze, title: str) -> LevelSet:
    from app.studies.level_set import of_mazes

    return of_mazes([maze], [title])
