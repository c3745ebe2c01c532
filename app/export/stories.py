"""The frames of movies, from states and not from the screen: a rollout, a sweep of one number, the last edits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from pathlib import Path
from typing import Final, get_type_hints

import numpy as np

from app.field.requests import FieldRequest, FieldResult
from app.figure import DEFAULT_OPTIONS, Figure, FigureOptions, Mode, figure
from app.interventions.patches import AddVector, Patch, PatchStack
from app.palette import Palette
from app.rollout import Rollouts
from app.rollout_shapes import rollout_overlays
from app.stack_edits import noun
from app.timeline import Moment

Compute = Callable[[FieldRequest], FieldResult]
"""Gives the whole field: `Engine.compute`."""

LONGEST_PAUSE: Final = 1.0
"""Seconds of a movie of edits that pass while nothing changes, at most."""

HOLD: Final = 1.2
"""Seconds for which a movie's last frame stays."""


@dataclass(frozen=True, eq=False)
class Story:
    """The frames of one movie, each made when it is asked for.

    Attributes:
        count: of the frames.
        frames: makes them, from the first to the last.
        about: what belongs into the recipe, as JSON values.
    """

    count: int
    frames: Callable[[], Iterator[Figure]]
    about: dict[str, object]


@dataclass(frozen=True)
class Look:
    """How every frame of a movie looks.

    Attributes:
        mode: which fields are shown.
        palette: the colours.
        options: what stands around the mazes; the note is the story's own.
    """

    mode: Mode
    palette: Palette
    options: FigureOptions = DEFAULT_OPTIONS

    def draw(self, result: FieldResult, note: str, **changes: object) -> Figure:
        """One frame. A note is never empty, so that all frames are of one size."""
        options = replace(self.options, note=note or " ", **changes)  # type: ignore[arg-type]
        return figure(result, self.mode, self.palette, options)


# --- a rollout ------------------------------------------------------------------------------------------------------


def rollout_story(result: FieldResult, rollouts: Rollouts, look: Look, fps: float) -> Story:
    """Both mice from the start to the last step that shows something new.

    Args:
        result: the field the mice walk over.
        fps: frames a second, one frame a step.
    """
    last = rollouts.news
    hold = round(HOLD * fps)
    endings = {"Original": rollouts.original}
    if rollouts.patched is not rollouts.original:
        endings["Patched"] = rollouts.patched

    def note(step: int) -> str:
        over = [f"{name}: {episode.verdict()}" for name, episode in endings.items() if step >= episode.news]
        return " · ".join((f"Step {step}", *over))

    def frames() -> Iterator[Figure]:
        for step in range(last + 1):
            overlays = rollout_overlays(rollouts, step, look.palette, side_by_side=look.mode == "side_by_side")
            drawn = look.draw(result, note(step), overlays=overlays, draw_mouse=False)
            yield drawn
        for _ in range(hold):
            yield drawn

    rule = {"sampled": rollouts.rule.sampled, "seed": rollouts.rule.seed}
    return Story(last + 1 + hold, frames, {"movie": "rollout", "rollout": rule, "steps": last})


# --- a sweep of one number ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sweep:
    """A number of one patch that runs from one value to another.

    Attributes:
        position: of the patch in the stack.
        field: the patch's attribute.
        start, end: its first and last value.
        count: of the values, both ends included, 2 or more.
        back: whether it then runs back, without repeating either end.
    """

    position: int
    field: str
    start: float
    end: float
    count: int = 41
    back: bool = False

    @property
    def values(self) -> tuple[float, ...]:
        """The values in order."""
        there = [float(value) for value in np.linspace(self.start, self.end, self.count)]
        return tuple(there + there[-2:0:-1]) if self.back else tuple(there)


def sweepable(stack: PatchStack) -> tuple[tuple[int, str], ...]:
    """(position, attribute) of every number of the stack that a sweep can move."""
    return tuple((position, name) for position, patch in enumerate(stack.patches) for name in number_fields(patch))


def number_fields(patch: Patch) -> tuple[str, ...]:
    """The attributes of a patch that are numbers with a slider."""
    hints = get_type_hints(type(patch))
    return tuple(part.name for part in fields(patch) if hints[part.name] is float)


def number_title(stack: PatchStack, position: int, field: str) -> str:
    """What to call a number of the stack: "patch 1 (cheese vector): coefficient"."""
    patch = stack.patches[position]
    what = f"{Path(patch.vector).stem} vector" if isinstance(patch, AddVector) else noun(patch)
    return f"patch {position + 1} ({what}): {field}"


def sweep_story(request: FieldRequest, sweep: Sweep, look: Look, fps: float, compute: Compute) -> Story:
    """The field under every value of a sweep; the patch is switched on for it."""
    values = sweep.values
    hold = 0 if sweep.back else round(HOLD * fps)
    title = number_title(request.stack, sweep.position, sweep.field)

    def frames() -> Iterator[Figure]:
        for value in values:
            stack = request.stack.replaced(sweep.position, **{sweep.field: value}, enabled=True)
            shown = f"{value:+.2f}".replace("-", "−")
            drawn = look.draw(compute(replace(request, stack=stack)), f"{title} = {shown}")
            yield drawn
        for _ in range(hold):
            yield drawn

    about = {"patch": sweep.position, "field": sweep.field, "from": sweep.start, "to": sweep.end}
    return Story(len(values) + hold, frames, {"movie": "sweep", "sweep": {**about, "values": len(values)}})


# --- the last edits -------------------------------------------------------------------------------------------------


def edits_story(moments: Sequence[Moment], look: Look, fps: float, compute: Compute) -> Story:
    """What was open, moment by moment, at the pace of the hand that changed it; pauses are cut to a second.

    Args:
        moments: oldest first; those without a policy are left out.

    Raises:
        ValueError: when no moment has a policy.
    """
    shown = [moment for moment in moments if moment.state.policy is not None]
    if not shown:
        raise ValueError("There is nothing to show without a policy.")
    pauses = [min(after.time - before.time, LONGEST_PAUSE) for before, after in pairwise(shown)]
    if pauses:
        # However quick the hand was, the movie begins with what it began with.
        pauses[0] = max(pauses[0], 1 / fps)
    ends = np.cumsum([*pauses, HOLD])
    # The state at the middle of each frame's time.
    at = np.searchsorted(ends, (np.arange(max(1, round(ends[-1] * fps))) + 0.5) / fps, "right")
    order = [int(index) for index in np.minimum(at, len(shown) - 1)]

    def frames() -> Iterator[Figure]:
        before: object = None
        for index in order:
            state = shown[index].state
            assert state.policy is not None
            request = FieldRequest(state.maze, state.policy, state.stack)
            if request != before:
                before = request
                drawn = look.draw(compute(request), f"{state.tab.title} · {_stack_note(state.stack)}")
            yield drawn

    return Story(len(order), frames, {"movie": "edits", "states": len(shown)})


def _stack_note(stack: PatchStack) -> str:
    active = [patch for _, patch in stack.active]
    if not active:
        return "no patches"
    names = [noun(patch) for patch in active]
    for number, patch in enumerate(active):
        if number_fields(patch):
            field = number_fields(patch)[0]
            value = f"{getattr(patch, field):+.2f}".replace("-", "−")
            names[number] += f" {value}"
    return ", ".join(names)
