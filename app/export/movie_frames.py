"""Frames of movies, made from states rather than the screen: a rollout, a sweep of one number, the last edits.

Each shows one maze, or what it is compared with next to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from pathlib import Path
from typing import Final, get_type_hints

import numpy as np

from app.document.comparison import Comparison
from app.document.document import State
from app.document.patch_edits import noun
from app.document.recent_states import Moment
from app.document.view_mode import Mode
from app.drawing.figure import DEFAULT_OPTIONS, Figure, FigureOptions
from app.drawing.palette import Palette
from app.drawing.rollout_shapes import rollout_overlays
from app.drawing.side_by_side import Side, page
from app.drawing.source_line import source_line
from app.field.requests import FieldRequest, FieldResult
from app.field.rollout_values import Rollouts
from app.field.square_layers import SquareLayer
from app.interventions.patches import NO_PATCHES, Patch, PatchStack, VectorPatch

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
    """Look of every frame of a movie.

    Attributes:
        mode: which fields are shown.
        palette: the colours.
        options: what is around the mazes; the note is the story's own.
        titles: of the sides, where there are two.
        under: gives the layer under the arrows of the first side's field; None for a plain floor.
        named: whether policy and patches are named.
    """

    mode: Mode
    palette: Palette
    options: FigureOptions = DEFAULT_OPTIONS
    titles: tuple[str, ...] = ("",)
    under: Callable[[FieldResult], SquareLayer | None] | None = None
    named: bool = False

    def draw(self, sides: Sequence[Side], note: str, *, stack: bool = False) -> Figure:
        """One frame. A note is never empty, and what may be said has room, so that all frames are of one layout.

        Args:
            stack: whether the patches are named with the policy, as the note does not say them.
        """
        under = None if self.under is None else self.under(sides[0].result)
        options = replace(self.options, note=note or " ", steady=True, under=under)
        if self.named:
            sides = [replace(side, source=_source(side.result.request, stack=stack)) for side in sides]
        return page(sides, self.mode, self.palette, options)


def _source(request: FieldRequest, *, stack: bool) -> str:
    return source_line(request.policy, request.stack if stack else NO_PATCHES)


# --- a rollout ------------------------------------------------------------------------------------------------------


def rollout_story(results: Sequence[FieldResult], rollouts: Sequence[Rollouts], look: Look, fps: float) -> Story:
    """All mice from the start to the last step that shows something new.

    Args:
        results: the fields the mice walk over, one a side.
        rollouts: the episodes on each.
        fps: frames a second, one frame a step.
    """
    last = max(each.news for each in rollouts)
    hold = round(HOLD * fps)

    def side(result: FieldResult, each: Rollouts, title: str, step: int) -> Side:
        overlays = rollout_overlays(each, step, look.palette, side_by_side=look.mode == Mode.SIDE_BY_SIDE)
        return Side(result, title, _ended(each, step) or " ", overlays, draw_mouse=False)

    def frames() -> Iterator[Figure]:
        for step in range(last + 1):
            sides = [side(*each, step) for each in zip(results, rollouts, look.titles, strict=True)]
            shown = f"Step {step}"
            if len(sides) == 1:
                shown = " · ".join(filter(None, (shown, _ended(rollouts[0], step))))
            drawn = look.draw(sides, shown, stack=True)
            yield drawn
        for _ in range(hold):
            yield drawn

    rule = {"sampled": rollouts[0].rule.sampled, "seed": rollouts[0].rule.seed}
    return Story(last + 1 + hold, frames, {"movie": "rollout", "rollout": rule, "steps": last})


def _ended(rollouts: Rollouts, step: int) -> str:
    """The outcome of the mice whose episodes are over at a step."""
    endings = {"Original": rollouts.original}
    if rollouts.patched is not rollouts.original:
        endings["Patched"] = rollouts.patched
    return " · ".join(f"{name}: {episode.verdict()}" for name, episode in endings.items() if step >= episode.news)


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
    kind = type(patch)
    if kind not in _NUMBERS:
        hints = get_type_hints(kind)
        _NUMBERS[kind] = tuple(part.name for part in fields(patch) if hints[part.name] is float)
    return _NUMBERS[kind]


_NUMBERS: Final[dict[type[Patch], tuple[str, ...]]] = {}
"""By kind of patch: Python works type hints out again each time, and the window asks at every edit."""


def number_title(stack: PatchStack, position: int, field: str) -> str:
    """The name of a number of the stack: "patch 1 (cheese vector): coefficient"."""
    patch = stack.patches[position]
    what = f"{Path(patch.vector).stem} vector" if isinstance(patch, VectorPatch) else noun(patch)
    return f"patch {position + 1} ({what}): {field}"


def sweep_story(requests: Sequence[FieldRequest], sweep: Sweep, look: Look, fps: float, compute: Compute) -> Story:
    """The field under every value of a sweep; the patch is switched on for it.

    Args:
        requests: one a side, all with the one stack.
    """
    values, stack = sweep.values, requests[0].stack
    hold = 0 if sweep.back else round(HOLD * fps)
    title = number_title(stack, sweep.position, sweep.field)

    def frames() -> Iterator[Figure]:
        for value in values:
            swept = stack.replaced(sweep.position, **{sweep.field: value}, enabled=True)
            results = [compute(replace(request, stack=swept)) for request in requests]
            shown = f"{value:+.2f}".replace("-", "−")
            drawn = look.draw(list(map(Side, results, look.titles)), f"{title} = {shown}")
            yield drawn
        for _ in range(hold):
            yield drawn

    about = {"patch": sweep.position, "field": sweep.field, "from": sweep.start, "to": sweep.end}
    return Story(len(values) + hold, frames, {"movie": "sweep", "sweep": {**about, "values": len(values)}})


# --- the last edits -------------------------------------------------------------------------------------------------


def edits_story(
    moments: Sequence[Moment], look: Look, fps: float, compute: Compute, comparison: Comparison | None = None
) -> Story:
    """The states that were open, at the pace at which they were changed; pauses are cut to a second.

    Args:
        moments: oldest first; those without a policy are left out, and those in which only one side was there.
        comparison: what the last moment is compared with, shown next to each.

    Raises:
        ValueError: when no moment has a policy.
    """
    shown = [
        (moment, states)
        for moment in moments
        if moment.state.policy is not None and (states := _sides(moment.state, moments[-1].state, comparison))
    ]
    if not shown:
        raise ValueError("There is nothing to show without a policy.")
    pauses = [min(after.time - before.time, LONGEST_PAUSE) for (before, _), (after, _) in pairwise(shown)]
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
            moment, states = shown[index]
            requests = [
                FieldRequest(state.maze, state.policy, state.stack) for state in states if state.policy is not None
            ]
            if requests != before:
                before = requests
                note = _stack_note(moment.state.stack)
                if comparison is None:
                    sides, note = [Side(compute(requests[0]))], f"{moment.state.tab.title} · {note}"
                else:
                    titles = map(comparison.title, states)
                    sides = [Side(compute(request), title) for request, title in zip(requests, titles, strict=True)]
                drawn = look.draw(sides, note)
            yield drawn

    return Story(len(order), frames, {"movie": "edits", "states": len(shown)})


def _sides(state: State, last: State, comparison: Comparison | None) -> tuple[State, ...]:
    """The side in front and the one compared with it; empty where there was none."""
    if comparison is None:
        return (state,)
    changed_places = state.policy == comparison.policy if comparison.policy else state.active == comparison.maze
    # Before they changed places, the other was what is in front now.
    other = (comparison.turned(last) if changed_places else comparison).other(state)
    return () if other is None else (state, other)


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
