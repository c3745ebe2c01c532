"""Background jobs, and messages about how they ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from psygnal import EmitLoopError
from PySide6.QtCore import QObject, Signal

from app.errors import MazescopeError
from widgets.services.background_tasks import Background


class Jobs(QObject):
    """Runs jobs off the GUI thread, and carries sentences to whatever shows them.

    Attributes:
        closing: whether the window is being closed; long jobs give up then.

    Signals:
        reported(str, str, str, str): "error" or "notice", a sentence for the user, details, and what it is about:
            "level", "file", "save", "field", "export", "patches" ..., or "" for anything else; see `MessageBar`.
        offered(str, object): a notice, and the actions that go with it: {title of the button: id of the action}.
        succeeded(str): what an error may have been about went well now.
        busy_changed(bool): whether background jobs are running.
    """

    reported = Signal(str, str, str, str)
    offered = Signal(str, object)
    succeeded = Signal(str)
    busy_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.closing = False
        self._background = Background(self)
        self._background.busy_changed.connect(self.busy_changed)

    @property
    def busy(self) -> bool:
        """True while background jobs are running."""
        return self._background.busy

    def run_in_background(
        self,
        job: Callable[[], Any],
        done: Callable[[Any], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
        still: Callable[[], bool] | None = None,
    ) -> Callable[[], None]:
        """Run `job` off the GUI thread, then `done(result)` on it. Errors go to `failed`, or are reported.

        With `still`, neither is called when `still()` is False by the time of the answer. Gives a function that gives
        the job up.
        """
        return self._background.run(job, done, failed or self.report_exception, still)

    def report(self, sentence: str, details: str = "", about: str = "") -> None:
        """Tell the user that something could not be done. The window stays open."""
        self.reported.emit("error", sentence, details, about)

    def notice(self, sentence: str) -> None:
        """Tell the user something that needs no answer; from any thread."""
        self.reported.emit("notice", sentence, "", "")

    def offer(self, sentence: str, actions: Mapping[str, str]) -> None:
        """Tell the user something that actions go with, each a button of the message.

        Args:
            actions: {title of the button: id of the action}.
        """
        self.offered.emit(sentence, dict(actions))

    def report_exception(self, error: BaseException, about: str = "") -> None:
        """Tell the user of an exception: a refusal's own sentence, or what kind of defect it is, with its traceback."""
        import traceback

        if isinstance(error, EmitLoopError) and error.__cause__ is not None:
            # What a listener of the document raised.
            error = error.__cause__
        if isinstance(error, MazescopeError):
            self.report(str(error), about=about)
        else:
            details = "".join(traceback.format_exception(error))
            self.report(f"Something went wrong inside Mazescope: {type(error).__name__}: {error}", details, about)
