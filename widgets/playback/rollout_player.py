"""The player: which step of which rollouts is shown, and the clock that moves it. Nothing of it is undoable."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.document.document import State
from app.document.view_mode import Mode
from app.drawing.rollout_shapes import rollout_overlays
from app.field.rollout_values import Rollouts, Rule
from app.maze.random_words import LARGEST_SEED
from widgets.maze_view.picture import Picture
from widgets.playback.rollout_loader import RolloutLoader
from widgets.services.context import Context

SPEEDS: Final = (2, 5, 10, 25)
"""Steps a second that a user may choose."""


class Player(QObject):
    """Keeps the rollouts of what is open, and shows one step of them over the maze. Step 0 is the maze as it is.

    Signals:
        changed(): step, rollouts, rule, speed, or whether it plays.
    """

    changed = Signal()

    def __init__(self, context: Context, picture: Picture, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context, self._picture = context, picture
        self._compared: Rollouts | None = None
        self._step = 0
        self._eager = False
        settings = context.settings
        seed, speed = settings.get("rollout.seed", 0), settings.get("rollout.speed", SPEEDS[1])
        usable = isinstance(seed, int) and 0 <= seed <= LARGEST_SEED
        self._rule = Rule(settings.flag("rollout.sampled", False), seed if usable else 0)
        self._speed = speed if speed in SPEEDS else SPEEDS[1]
        context.view.keep("rollout", lambda: {"sampled": self._rule.sampled, "seed": self._rule.seed}, self._restore)
        self._loader = RolloutLoader(context, context, lambda: self._rule, self)
        self._loader.loaded.connect(self._take)
        self._loader.forgotten.connect(self._forget)
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._tick)
        context.document.changed.connect(self._document_changed)
        context.view.mode_changed.connect(self._draw)
        context.palette_changed.connect(self._draw)

    # -- what it shows

    @property
    def rollouts(self) -> Rollouts | None:
        """The episodes of what is open, or of what was a moment ago while the new ones are computed."""
        return self._loader.latest

    @property
    def fresh(self) -> bool:
        """True if the rollouts belong to what is open now, and to the rule."""
        return self._loader.current is not None

    @property
    def step(self) -> int:
        """Steps made by both mice."""
        return self._step

    @property
    def last(self) -> int:
        """The last step there is to see, on either side of a comparison."""
        found = self.rollouts
        return 0 if found is None else max(found.news, self._compared.news if self._compared else 0)

    @property
    def playing(self) -> bool:
        """True while the clock moves the mice, or if it will as soon as the rollout is there."""
        return self._clock.isActive() or self._eager

    @property
    def rule(self) -> Rule:
        """The rule by which moves are chosen."""
        return self._rule

    @property
    def speed(self) -> int:
        """Steps a second."""
        return self._speed

    # -- what users do

    def play(self) -> None:
        """Go on from the step shown, or from the start when all is over; not before the rollout is of what is open."""
        if not self.fresh:
            self._await()
            self.changed.emit()
            return
        if self._step >= self.last:
            self._step = 0
        if self.last:
            self._clock.start(round(1000 / self._speed))
        self._show()

    def pause(self) -> None:
        """Stop where it is."""
        self._clock.stop()
        self._eager = False
        self.changed.emit()

    def toggle(self) -> None:
        """Play, or pause."""
        if self.playing:
            self.pause()
        else:
            self.play()

    def restart(self) -> None:
        """Back to the start: the maze as it is, without trails. While it plays, it plays on from there."""
        self._step = 0
        self._show()

    def step_by(self, steps: int) -> None:
        """Stop, and go this many steps on or back."""
        self._clock.stop()
        self.seek(self._step + steps)

    def seek(self, step: int) -> None:
        """Show the maze after this many steps."""
        self._step = max(0, min(step, self.last))
        self._show()

    def set_speed(self, speed: int) -> None:
        """Choose the steps a second."""
        self._speed = speed
        self._context.settings.set("rollout.speed", speed)
        if self._clock.isActive():
            self._clock.start(round(1000 / speed))
        self.changed.emit()

    def set_rule(self, rule: Rule) -> None:
        """Choose how moves are made, and compute the episodes again."""
        if rule != self._rule:
            self._rule = rule
            self._context.settings.set("rollout.sampled", rule.sampled)
            self._context.settings.set("rollout.seed", rule.seed)
            self._context.view.kept_changed.emit()
            self._hold()
            self._loader.load()
            self._show()

    def _restore(self, found: Any) -> None:
        """Take up the rule that a session kept; one from elsewhere, or none, leaves the rule as it is."""
        if not isinstance(found, dict):
            return
        sampled, seed = found.get("sampled"), found.get("seed")
        if isinstance(sampled, bool) and type(seed) is int and 0 <= seed <= LARGEST_SEED:
            self.set_rule(Rule(sampled, seed))

    def set_compared(self, found: Rollouts | None) -> None:
        """Play on until these are over as well: the episodes of what the maze in front is compared with."""
        self._compared = found
        self._step = min(self._step, self.last)
        self._show()

    def outdate(self) -> None:
        """The same stack does something else now, as a vector's file was written again: the next field asks again."""
        self._loader.outdate()
        self._hold()
        self._show()

    # -- what happens behind

    def _tick(self) -> None:
        self._step = min(self._step + 1, self.last)
        if self._step >= self.last:
            self._clock.stop()
        self._show()

    def _document_changed(self, old: State, new: State) -> None:
        if (old.maze, old.policy, old.stack) != (new.maze, new.policy, new.stack):
            self._hold()
            self._show()

    def _await(self) -> None:
        """Play as soon as the rollout is there."""
        self._clock.stop()
        self._eager = self._context.document.state.policy is not None

    def _hold(self) -> None:
        """Pause what plays while it is out of date."""
        if self._clock.isActive() and not self.fresh:
            self._await()

    def _take(self) -> None:
        self._step = min(self._step, self.last)
        if self._eager:
            self._eager = False
            self.play()
        self._show()

    def _forget(self) -> None:
        self._clock.stop()
        self._step = 0
        self._show()

    def _show(self) -> None:
        self._draw()
        self.changed.emit()

    def _draw(self, *_: object) -> None:
        found = self.rollouts
        if found is None or self._step == 0:
            self._picture.set_overlays({})
            return
        side_by_side = self._context.view.mode is Mode.SIDE_BY_SIDE
        # Over another maze the mouse is at its start: it is never drawn where the cheese just was.
        mice = found.maze == self._context.document.state.maze
        overlays = rollout_overlays(found, self._step, self._context.palette, side_by_side=side_by_side, mice=mice)
        self._picture.set_overlays(overlays, stale=not self.fresh, mice=mice)
