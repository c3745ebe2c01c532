"""The tour: four steps from the first arrow to a changed mind, on the mazes that ship with the program."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.document.document import State
from app.document.history import History
from app.document.samples import Sample, load_samples
from app.document.view_mode import Mode
from app.errors import MazescopeError
from app.field.requests import FieldResult
from app.interventions.patches import AddVector, PatchStack
from widgets.files.opening import Files
from widgets.help.coach_mark import CoachMark
from widgets.maze_view.maze_view import MazeView
from widgets.services.context import Context
from widgets.session.unsaved_changes import unsaved_work
from widgets.shell.docks import Docks

SHOWN: Final = "tour_shown"
LESS_CHEESE: Final = PatchStack((AddVector(vector="cheese", coefficient=-1.0),))
"""The patches of the step with a maze of one's own: they work with every policy, and undo the wish for the cheese."""
ELSEWHERE: Final = "led-elsewhere"


@dataclass(frozen=True)
class Step:
    """One step of the tour.

    Attributes:
        part: which part of the window it points at; see `Tour._widgets_of`.
        mode: the view it is seen in.
        patched: whether the stack of patches is in place.
        elsewhere: whether it is about the sample in which the mouse is led elsewhere.
        title, text: what the card says.
    """

    part: str
    mode: Mode
    patched: bool
    elsewhere: bool
    title: str
    text: str


STEPS: Final = (
    Step(
        "maze",
        Mode.ORIGINAL,
        False,
        False,
        "What the policy wants",
        "The arrow on each square is the move that the policy would make if the mouse were there: the longer and "
        "stronger, the surer. Point at a square to read its numbers.",
    ),
    Step(
        "tools",
        Mode.ORIGINAL,
        False,
        False,
        "Change the maze",
        "Take the wall brush and drag over the maze, or drag the cheese and the mouse about: the arrows follow while "
        "you draw. Ctrl+Z undoes a whole stroke.",
    ),
    Step(
        "patches",
        Mode.PATCHED,
        True,
        False,
        "Change its mind",
        "Patches change the network's own activations. This one subtracts the cheese vector, and the numbers below "
        "the maze say what that does at the decision square: before → after. Switch it off and on, or move its slider.",
    ),
    Step(
        "views",
        Mode.SIDE_BY_SIDE,
        True,
        True,
        "Compare",
        "Original, patched and their difference, side by side with one zoom; the keys 1 to 4 switch. F1 lists all "
        "keys, Ctrl+Shift+P finds every command, and Help starts this tour again.",
    ),
)


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Parts of the window that the tour points at."""

    window: QWidget
    maze_view: MazeView
    docks: Docks
    tool_bar: QWidget
    view_switch: QWidget


class Tour(QObject):
    """Shows the steps, and puts the user's own work back when it ends.

    Signals:
        begins(): what is open now is the user's own work for the last time.
        ended(): it is back.
    """

    begins = Signal()
    ended = Signal()

    def __init__(self, context: Context, files: Files, parts: Parts) -> None:
        super().__init__(parts.window)
        self._context, self._files, self._parts = context, files, parts
        self._before: History[State] | None = None
        self._mode = ""
        self._fresh = False
        self._samples: tuple[Sample, ...] = ()
        self.at = 0
        self.mark: CoachMark | None = None
        # Whoever opens a file wants to see that, and not to lose it to the end of the tour.
        context.files.asked.connect(self.finish)
        # The user's own work is what is saved; it is restored for that.
        files.saving.connect(self.finish)

    @property
    def running(self) -> bool:
        """True while it is shown."""
        return self.mark is not None

    def start(self) -> None:
        """Begin with the first step."""
        if self.mark is not None:
            return
        document = self._context.document
        document.end()
        self.begins.emit()
        try:
            self._samples = load_samples()
        except MazescopeError:
            # An installation without samples: the maze that is open will do.
            self._samples = ()
        self._before, self._mode = document.history.copy(), self._context.view.mode
        self._fresh = not unsaved_work(document, self._files.session_path is not None)
        self._fresh = self._fresh and self._files.session_path is None
        self.mark = CoachMark(self._context, self._parts.window, len(STEPS))
        self.mark.left.connect(self.finish)
        self.mark.moved.connect(lambda way: self.show_step(self.at + way))
        self.show_step(0)

    def start_when_ready(self) -> None:
        """Begin once there are arrows to be seen, unless the tour was shown before."""
        if self._context.settings.flag(SHOWN, False):
            return

        def come(result: FieldResult) -> None:
            if result.complete:
                self._context.bridge.result.disconnect(come)
                self._context.settings.set(SHOWN, True)
                self.start()

        self._context.bridge.result.connect(come)

    def show_step(self, at: int) -> None:
        """Show a step; the one after the last ends the tour."""
        if self.mark is None or at < 0:
            return
        if at >= len(STEPS):
            self.finish()
            return
        step, self.at = STEPS[at], at
        self._prepare(step)
        self.mark.point(at, step.title, step.text, lambda: self._widgets_of(step.part))

    def finish(self) -> None:
        """End: restore what was open, with what could be undone and redone: as if nothing had been done."""
        mark, self.mark = self.mark, None
        before, self._before = self._before, None
        if mark is None or before is None:
            return
        mark.hide()
        mark.deleteLater()
        document = self._context.document
        document.end()
        state = replace(before.state, policy=document.state.policy or before.state.policy)
        if self._fresh:
            document.reset(state)
        elif state == before.state:
            document.return_to(before)
        else:
            # The first policy has come meanwhile.
            self._set(state)
            document.end()
        self._context.view.set_mode(self._mode)
        self.ended.emit()
        self._parts.maze_view.canvas.setFocus()

    def _prepare(self, step: Step) -> None:
        state = self._context.document.state
        assert self._before is not None
        before = self._before.state
        sample = self._sample(step)
        if sample is not None:
            tab = state.tab
            if tab.generated != sample.maze:
                tab = replace(tab, title=sample.title, maze=sample.maze, generated=sample.maze, seed=None, region=None)
            stack = sample.stack if step.patched else PatchStack()
        else:
            tab = state.tab
            stack = (before.stack if before.stack.patches else LESS_CHEESE) if step.patched else PatchStack()
        tabs = tuple(tab if old.id == tab.id else old for old in state.mazes)
        self._set(replace(state, mazes=tabs, stack=stack))
        self._context.view.inspect(None)
        self._context.view.set_mode(step.mode)
        if step.part in self._parts.docks.docks:
            self._parts.docks.bring(step.part)

    def _set(self, state: State) -> None:
        self._context.document.do("Tour", lambda _: state, merge="tour")

    def _sample(self, step: Step) -> Sample | None:
        if not self._samples:
            return None
        named = [sample for sample in self._samples if sample.name == ELSEWHERE]
        return named[0] if step.elsewhere and named else self._samples[0]

    def _widgets_of(self, part: str) -> list[list[QWidget]]:
        window = self._parts
        maze: list[QWidget] = [window.maze_view.stage]
        # With the edge of the light between two lines, not through one.
        under = (window.maze_view.numbers, window.maze_view.outcome)
        if part == "maze":
            return [[*maze, *under]]
        if part == "tools":
            return [[window.tool_bar, *maze, *under]]
        if part == "views":
            return [[window.view_switch, *maze, *under]]
        dock = window.docks.docks.get(part)
        return [[window.maze_view]] if dock is None else [[dock], [*maze, *under]]
