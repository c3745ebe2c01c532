"""Sampling many episodes of the maze in front: the share that reaches the cheese, in a line under the rollout bar."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy

from app.document.document import State
from app.interventions.patches import PatchStack, SetValue
from app.maze.maze import Maze, Square
from app.progress import Progress
from widgets.controls.panel_parts import Shortening, set_flag
from widgets.playback.rollout_player import Player
from widgets.services.action_registry import Spec
from widgets.services.background_thread import in_background
from widgets.services.cancellable_task import Task
from widgets.services.context import Context
from widgets.services.topics import Topic

if TYPE_CHECKING:
    from app.studies.sampled_episodes import EpisodePair

COUNTS: Final = (100, 1000)


class ManyEpisodes(Shortening):
    """Hidden until episodes were sampled, and again once they are not of what is shown."""

    def __init__(self, context: Context, player: Player) -> None:
        super().__init__()
        self._context, self._player = context, player
        self._task = Task(context, self, about=Topic.ROLLOUT)
        self.found: EpisodePair | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for count in COUNTS:
            context.actions.add(
                Spec(
                    id=f"playback.episodes.{count}",
                    title=f"Sample {count:,} episodes",
                    handler=partial(self.sample, count),
                    icon="dice-multiple-outline",
                    group="Rollout",
                    tip="Play that many sampled episodes, and say how many reach the cheese, or else the pin.",
                    words="success rate rollouts stochastic monte carlo interval",
                    enabled_when=lambda: context.document.state.policy is not None,
                )
            )
        context.document.changed.connect(self._document_changed)
        self.hide()

    def sample(self, count: int) -> None:
        """Play this many episodes in the background, with the seed of the rollout bar."""
        state = self._context.document.state
        if state.policy is None:
            return
        target = target_of(state.maze, state.stack)
        if target is None:
            self._context.notice("There is neither cheese nor a pin to reach: put one in the maze first.")
            return
        self.set_texts(f"Sampling {count:,} episodes…")
        set_flag(self, "muted", True)
        self.show()
        work = partial(_sampled, state, target, count, self._player.rule.seed)
        self._task.start(work, self._take, self._failed)

    def _take(self, found: EpisodePair) -> None:
        self.found = found
        what = f"the pin ({found.target[0]}, {found.target[1]})" if found.at_pin else "the cheese"
        sides = [f"Original: {found.original.words()}"]
        if found.patched is not None:
            sides.append(f"Patched: {found.patched.words()}")
        both = [side for side in (found.original, found.patched) if side is not None]
        self.set_texts(
            f"Sampled episodes that reach {what} · {' · '.join(sides)}",
            f"Sampled episodes that reach {what}: {' → '.join(side.short_words() for side in both)}",
            f"Sampled: {' → '.join(side.short_words() for side in both)}",
        )
        self.setToolTip(
            f"{found.original.count:,} episodes of at most 500 steps, each move drawn from the probabilities, seed "
            f"{found.seed}. The interval is Wilson's; the exact chance is of the Markov chain that sampled play is"
        )
        set_flag(self, "muted", False)

    def _failed(self, error: Exception) -> None:
        self.hide()
        self._context.report_exception(error, Topic.ROLLOUT)

    def _document_changed(self, old: State, new: State) -> None:
        if (old.maze, old.policy, old.stack) != (new.maze, new.policy, new.stack):
            self._task.cancel()
            self.hide()


def target_of(maze: Maze, stack: PatchStack) -> Square | None:
    """The aim of episodes: the cheese, or where there is none, the last pin on an open square."""
    if maze.cheese is not None:
        return maze.cheese
    pins = [
        patch.square
        for _, patch in stack.active
        if isinstance(patch, SetValue) and patch.square is not None and maze.is_open(patch.square)
    ]
    return pins[-1] if pins and pins[-1] != maze.mouse else None


def _sampled(state: State, target: Square, count: int, seed: int, progress: Progress) -> EpisodePair:
    in_background()
    # Loads torch: only off the GUI thread.
    from app.field.thread_fields import ThreadFields
    from app.field.windowed_forward import Stopped
    from app.studies.sampled_episodes import sample_episodes

    def check() -> None:
        if not progress(0, 2):
            raise Stopped

    assert state.policy is not None
    fields = ThreadFields(state.policy.width, check)
    return sample_episodes(
        fields.compute, state.policy, state.maze, state.stack, target, count, seed=seed, progress=progress
    )
