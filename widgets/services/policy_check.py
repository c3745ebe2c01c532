"""Check of policies that the user opens: measured in the background whether each plays mazes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.document.document import Document, State
from app.errors import MazescopeError
from app.paths import asset
from app.progress import Progress
from widgets.services.background_thread import in_background
from widgets.services.cancellable_task import Task
from widgets.services.engine_bridge import EngineBridge
from widgets.services.jobs import Jobs
from widgets.services.topics import Topic

if TYPE_CHECKING:
    from app.field.requests import FieldResult
    from app.policy.policy import Policy
    from app.studies.maze_check import MazeCheck


class PolicyCheck(QObject):
    """Checks the newest policy, once its arrows are there, and remembers the results; a maze policy gets no word.

    Signals:
        found(): another policy's result is known.
    """

    found = Signal()

    def __init__(self, jobs: Jobs, document: Document, bridge: EngineBridge) -> None:
        super().__init__(jobs)
        self._jobs = jobs
        self._task = Task(jobs, self)
        self._known: dict[str, MazeCheck] = {}
        self._waiting: Policy | None = None
        bridge.result.connect(self._field_came)
        document.changed.connect(self._document_changed)

    def want(self, policy: Policy | None) -> None:
        """Check a policy that was opened, or tell at once what is known of it; those that ship are not checked."""
        if policy is None or (policy.path is not None and policy.path.is_relative_to(asset("policies"))):
            return
        if policy.weights_hash in self._known:
            self._tell(policy)
            return
        self._task.cancel()
        self._waiting = policy

    def doubt(self, policy: Policy) -> str:
        """A sentence on a policy that seems to be of another game; empty for any other, and before it is known."""
        check = self._known.get(policy.weights_hash)
        return check.sentence if check is not None and check.another_game else ""

    def _document_changed(self, old: State, new: State) -> None:
        if old.policy is not new.policy:
            self._waiting = None
            self._task.cancel()

    def _field_came(self, result: FieldResult) -> None:
        policy = self._waiting
        if policy is None or not result.complete or result.request.policy != policy:
            return
        self._waiting = None

        def job(progress: Progress) -> MazeCheck:
            in_background()
            from app.studies.maze_check import check_policy

            return check_policy(policy, progress)

        def done(check: MazeCheck) -> None:
            self._known[policy.weights_hash] = check
            self.found.emit()
            self._tell(policy)

        self._task.start(job, done, self._failed)

    def _tell(self, policy: Policy) -> None:
        sentence = self.doubt(policy)
        if sentence:
            self._jobs.notice(f"{policy.name}: {sentence[:1].lower()}{sentence[1:]}")

    def _failed(self, error: Exception) -> None:
        # A network without finite outputs: the field has said so.
        if not isinstance(error, MazescopeError):
            self._jobs.report_exception(error, Topic.STUDY)
