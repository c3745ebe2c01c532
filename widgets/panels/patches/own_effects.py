"""Effect of each patch alone, and its channels' pictures: computed in the background, remembered per patch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from cachetools import LRUCache
from PySide6.QtCore import QObject, QTimer, Signal

from app.document.document import State
from app.interventions.patches import VECTOR_WORDS, Patch, PatchStack, VectorPatch
from app.io.regular_file import file_stamp
from app.maze.maze import Maze
from app.policy.layers import canonical
from app.progress import Progress
from widgets.services.cancellable_task import Task
from widgets.services.context import Context
from widgets.services.topics import Topic

if TYPE_CHECKING:
    from app.policy.policy import Policy
    from app.studies.patch_effects import PatchEffect

PATIENCE: Final = 150
"""Milliseconds without a change before effects are computed: a slider's drag asks once, at its end."""

REMEMBERED: Final = 300
"""Effects kept."""


@dataclass(frozen=True)
class _Key:
    policy: Policy
    maze: Maze
    patch: Patch
    file: tuple[int, int, int] | None
    """Mark of the writing of the vector's file: the same name may hold another vector later."""


class PatchEffects(QObject):
    """Keeps the effects of the stack's patches up to date while somebody looks at them.

    Signals:
        changed(): some effect or picture is known now that was not.
    """

    changed = Signal()

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._task = Task(context, self, about=Topic.EFFECTS)
        self._effects: LRUCache[_Key, PatchEffect] = LRUCache(REMEMBERED)
        self._pictures: dict[str, np.ndarray | None] = {}
        self._pictured: tuple[Policy, Maze] | None = None
        self._wait = QTimer(self, singleShot=True, interval=PATIENCE)
        self._wait.timeout.connect(self._compute)
        self._watched = False
        context.bridge.result.connect(self._result_came)
        context.view.inspect_changed.connect(self._ask)
        context.document.changed.connect(self._document_changed)

    def watch(self, watched: bool) -> None:
        """Say whether anybody looks: what is hidden is not computed."""
        self._watched = watched
        if watched:
            self._ask()

    def effect(self, patch: Patch) -> PatchEffect | None:
        """The effect of one patch alone, on the maze as it is now; None while that is not known."""
        key = self._key(patch)
        return None if key is None else self._effects.get(key)

    def pictures(self, layer_name: str) -> np.ndarray | None:
        """(C, side, side) of the unpatched network with the mouse on the inspected square; None while not known."""
        state = self._context.document.state
        if state.policy is None or self._pictured != (state.policy, self._looked_at()):
            return None
        return self._pictures.get(canonical(layer_name))

    def _looked_at(self) -> Maze:
        return self._context.document.state.maze.with_mouse(self._context.bridge.inspected_square)

    def _key(self, patch: Patch) -> _Key | None:
        state = self._context.document.state
        if state.policy is None:
            return None
        file = None
        if isinstance(patch, VectorPatch) and patch.vector not in VECTOR_WORDS:
            file = file_stamp(patch.vector)
        return _Key(state.policy, state.maze, replace(patch, enabled=True, solo=False), file)

    def _result_came(self, result: object) -> None:
        if getattr(result, "complete", False):
            self._ask()

    def _document_changed(self, old: State, new: State) -> None:
        # The field is first: what is computed for a state that is gone only takes its time away.
        if (old.maze, old.policy, old.stack) != (new.maze, new.policy, new.stack):
            self._wait.stop()
            self._task.cancel()

    def _ask(self, *_: object) -> None:
        if self._watched:
            self._wait.start()

    def _compute(self) -> None:
        state = self._context.document.state
        if state.policy is None or not state.stack.patches or self._context.bridge.busy:
            return
        policy, maze, looked_at = state.policy, state.maze, self._looked_at()
        keys = {self._key(patch) for patch in state.stack.patches}
        missing = [key for key in keys if key is not None and key not in self._effects]
        names = {canonical(patch.layer) for patch in state.stack.patches}
        known = self._pictures.keys() if self._pictured == (policy, looked_at) else ()
        wanted = names - set(known)
        if not missing and not wanted:
            return

        def job(progress: Progress) -> tuple[list[PatchEffect], dict[str, np.ndarray | None]]:
            from app.studies.patch_effects import patch_effects

            found = _pictures(policy, looked_at, wanted)
            stack = PatchStack(tuple(key.patch for key in missing))
            return list(patch_effects(policy, maze, stack, progress=progress)) if missing else [], found

        def done(answer: tuple[list[PatchEffect], dict[str, np.ndarray | None]]) -> None:
            effects, found = answer
            self._effects.update(zip(missing, effects, strict=True))
            before = self._pictures if self._pictured == (policy, looked_at) else {}
            self._pictures = {**before, **found}
            self._pictured = (policy, looked_at)
            self.changed.emit()
            self._ask()

        self._task.start(job, done)


def _pictures(policy: Policy, maze: Maze, names: set[str]) -> dict[str, np.ndarray | None]:
    from app.interventions.layer_activations import activations

    found: dict[str, np.ndarray | None] = dict.fromkeys(names)
    fitting = {stage.name for stage in policy.layers if stage.name in names and stage.side is not None}
    if fitting:
        found.update({name: each[0].numpy() for name, each in activations(policy.network, (maze,), fitting).items()})
    return found
