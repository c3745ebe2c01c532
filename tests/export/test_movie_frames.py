"""Movies from states: what every frame shows, and how long."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PIL import Image

from app.document import maze_edits, patch_edits
from app.document.document import Document, OpenMaze, State
from app.document.recent_states import SPAN, Timeline
from app.document.view_mode import Mode
from app.drawing.figure import Figure, figure
from app.drawing.palette import DARK, LIGHT
from app.drawing.shapes import Polyline, Rect, Rects, Text
from app.drawing.side_by_side import Side
from app.errors import MazescopeError
from app.export.movie_frames import (
    HOLD,
    LONGEST_PAUSE,
    Look,
    Sweep,
    edits_story,
    number_fields,
    number_title,
    rollout_story,
    sweep_story,
    sweepable,
)
from app.export.movies import gif_bytes
from app.field.engine import Engine
from app.field.requests import FieldRequest
from app.field.rollout_values import Rule
from app.field.square_layers import LayerKind, WantedLayer
from app.interventions.patches import KINDS, AddVector, Noise, PatchStack, Scale, SetValue, Zero
from app.maze.levels import random_level
from app.policy.policy import Policy
from app.studies.frame_layer import frame_layer
from app.studies.rollouts import rollouts

LEVEL = random_level(15, 7, 1)
LOOK = Look("patched", LIGHT)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    made = Engine("cpu")
    yield made
    made.close()


def texts(figure: Figure) -> str:
    return "\n".join(shape.text for shape in figure.shapes if isinstance(shape, Text))


def pixels(found: Figure) -> tuple[object, ...]:
    """The frame without its note."""
    return tuple(shape for shape in found.shapes if not isinstance(shape, Text))


def test_a_rollout_walks_from_start_to_end_and_stays(small_policy: Policy, engine: Engine) -> None:
    stack = PatchStack((Noise(sigma=20.0),))
    result = engine.compute(FieldRequest(LEVEL, small_policy, stack))
    episodes = rollouts(small_policy, LEVEL, stack, Rule(True, 1))
    story = rollout_story([result], [episodes], LOOK, 10)
    frames = list(story.frames())
    assert len(frames) == story.count == episodes.news + 1 + round(HOLD * 10)
    assert texts(frames[0]).startswith("Patched\nStep 0") or "Step 0" in texts(frames[0])
    assert episodes.original.verdict() in texts(frames[-1])
    assert episodes.patched.verdict() in texts(frames[-1])
    assert frames[-1] is frames[-2]
    assert {(frame.width, frame.height) for frame in frames} == {(frames[0].width, frames[0].height)}
    trails = [
        len(shape.points)
        for frame in frames
        for shape in frame.shapes
        if isinstance(shape, Polyline) and shape.stroke == LIGHT.patched and shape.width > 0.14
    ]
    assert trails == sorted(trails), "the trail only grows"


def test_a_sweep_shows_the_field_under_every_value(small_policy: Policy, engine: Engine) -> None:
    stack = PatchStack((Zero(channels=(1,)), AddVector(coefficient=9.0, enabled=False)))
    sweep = Sweep(1, "coefficient", -2.0, 2.0, 5, back=True)
    request = FieldRequest(LEVEL, small_policy, stack)
    story = sweep_story([request], sweep, Look("side_by_side", DARK), 10, engine.compute)
    frames = list(story.frames())
    assert sweep.values == (-2, -1, 0, 1, 2, 1, 0, -1)
    assert len(frames) == story.count == 8
    for value, frame in zip(sweep.values, frames, strict=True):
        swept = PatchStack((stack.patches[0], AddVector(coefficient=value)))
        expected = figure(
            engine.compute(replace(request, stack=swept)),
            "side_by_side",
            DARK,
            replace(LOOK.options, note=" ", steady=True),
        )
        assert pixels(frame) == pixels(expected)
        assert f"{value:+.2f}".replace("-", "−") in texts(frame)
    assert stack == request.stack


def test_each_frame_of_a_sweep_has_the_layer_of_its_own_field(small_policy: Policy, engine: Engine) -> None:
    request = FieldRequest(LEVEL, small_policy, PatchStack((AddVector(),)))
    for wanted in (
        WantedLayer(LayerKind.VALUE),
        WantedLayer(LayerKind.VISITS),
        WantedLayer(LayerKind.PUSH, 3),
        WantedLayer(LayerKind.ACTIVATION, 2, layer="embedder.block2.res2.resadd"),
    ):
        look = replace(LOOK, under=lambda result, wanted=wanted: frame_layer(wanted, result, Mode.PATCHED, engine))
        frames = list(sweep_story([request], Sweep(0, "coefficient", -5.0, 5.0, 2), look, 10, engine.compute).frames())
        floors = [tuple(shape for shape in frame.shapes if isinstance(shape, Rect)) for frame in frames]
        assert floors[0] != floors[1]
        assert len({(frame.width, frame.height) for frame in frames}) == 1
    result = engine.compute(request)
    found = frame_layer(WantedLayer(LayerKind.VALUE), result, Mode.DIFFERENCE, engine)
    assert found is not None
    assert found.values == pytest.approx(result.patched.value.astype(float) - result.original.value)
    assert frame_layer(WantedLayer(LayerKind.RETARGET), result, Mode.PATCHED, engine) is None
    with pytest.raises(MazescopeError, match="has channels 0 to"):
        frame_layer(
            WantedLayer(LayerKind.ACTIVATION, 999, layer="embedder.block1.maxpool"), result, Mode.PATCHED, engine
        )


def ground(found: Figure) -> tuple[object, ...]:
    """The page and the mazes' floors and walls on it."""
    return found.width, found.height, tuple(shape for shape in found.shapes if isinstance(shape, Rects))


def test_a_sweep_through_nought_keeps_every_frame_in_one_layout(small_policy: Policy, engine: Engine) -> None:
    requests = [
        FieldRequest(maze, small_policy, PatchStack((AddVector(coefficient=1.0),)))
        for maze in (LEVEL, random_level(15, 9, 2))
    ]
    look = replace(LOOK, mode="side_by_side")
    for asked, titles in ((requests[:1], ("",)), (requests, ("One", "Other"))):
        story = sweep_story(
            asked, Sweep(0, "coefficient", -4.0, 4.0, 3), replace(look, titles=titles), 10, engine.compute
        )
        frames = list(story.frames())[:3]
        assert "A vector times 0 adds nothing" in texts(frames[1])
        assert "A vector times 0" not in texts(frames[0])
        assert len({ground(frame) for frame in frames}) == 1


def test_a_maze_that_loses_its_decision_square_keeps_its_place_in_a_movie(small_policy: Policy, engine: Engine) -> None:
    look = replace(LOOK, mode="side_by_side")
    for maze in (LEVEL, random_level(15, 9, 2)):
        frames = [
            look.draw([Side(engine.compute(FieldRequest(shown, small_policy)))], "")
            for shown in (maze, maze.with_cheese(None))
        ]
        places = [next(shape for shape in frame.shapes if isinstance(shape, Rects)).boxes[0] for frame in frames]
        assert places[0] == places[1]
        assert {(frame.width, frame.height) for frame in frames} == {(frames[0].width, frames[0].height)}


def test_numbers_with_a_slider_can_be_swept() -> None:
    assert {kind: number_fields(patch()) for kind, patch in KINDS.items()} == {
        "zero": (),
        "mean": (),
        "resample": (),
        "scale": ("positive", "negative"),
        "set": ("value",),
        "add": ("coefficient",),
        "noise": ("sigma",),
        "offset": ("value",),
        "project": (),
    }
    stack = PatchStack((Zero(), Scale(), SetValue(row=1, column=1)))
    assert number_title(PatchStack((AddVector(vector="/a/b/top.npz"),)), 0, "coefficient") == (
        "patch 1 (top vector): coefficient"
    )
    assert sweepable(stack) == ((1, "positive"), (1, "negative"), (2, "value"))


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def document(small_policy: Policy) -> Document:
    return Document(State((OpenMaze(1, "One", LEVEL, LEVEL),), 1, small_policy))


def test_the_timeline_keeps_every_state_of_the_last_minute(document: Document) -> None:
    clock = Clock()
    timeline = Timeline(document, clock)
    document.begin("Paint")
    wall = tuple(map(int, LEVEL.squares[3]))
    clock.now += 1
    maze_edits.paint_walls(document, (wall,), True)  # type: ignore[arg-type]
    document.end()
    clock.now += 1
    document.undo()
    assert [moment.time for moment in timeline.moments] == [100, 101, 102]
    assert timeline.moments[1].state.maze.is_wall(wall)  # type: ignore[arg-type]
    assert timeline.moments[2].state == timeline.moments[0].state
    clock.now += SPAN - 0.5
    patch_edits.add_patch(document, Zero())
    assert [moment.time for moment in timeline.moments] == [101, 102, 161.5], "and the state in which it began"
    timeline.close()
    patch_edits.add_patch(document, Zero())
    assert len(timeline.moments) == 3


def test_edits_are_shown_at_the_hands_pace_with_pauses_cut(document: Document, engine: Engine) -> None:
    clock = Clock()
    timeline = Timeline(document, clock)
    for seconds, sigma in ((0.5, 1.0), (30.0, 2.0), (0.2, 3.0)):
        clock.now += seconds
        patch_edits.set_stack(document, "Noise", PatchStack((Noise(sigma=sigma),)))
    asked: list[FieldRequest] = []

    def compute(request: FieldRequest) -> object:
        asked.append(request)
        return engine.compute(request)

    story = edits_story(timeline.moments, LOOK, 10, compute)  # type: ignore[arg-type]
    frames = list(story.frames())
    seen = [next(line for line in texts(frame).splitlines() if line.startswith("One · ")) for frame in frames]
    counts = [seen.count(note) for note in dict.fromkeys(seen)]
    assert list(dict.fromkeys(seen)) == [
        "One · no patches",
        "One · noise patch +1.00",
        "One · noise patch +2.00",
        "One · noise patch +3.00",
    ]
    assert counts == [5, round(LONGEST_PAUSE * 10), 2, round(HOLD * 10)]
    assert story.count == len(frames)
    assert len(asked) == 4, "a state that stays is computed once"
    timeline.close()


def test_without_a_policy_there_is_no_movie(document: Document, engine: Engine) -> None:
    document.reset(replace(document.state, policy=None))
    timeline = Timeline(document)
    with pytest.raises(ValueError):
        edits_story(timeline.moments, LOOK, 10, engine.compute)
    timeline.close()


def test_a_frame_that_stays_is_painted_once_and_still_lasts(small_policy: Policy, engine: Engine) -> None:
    result = engine.compute(FieldRequest(LEVEL, small_policy))
    one, other = figure(result, "original", LIGHT), figure(result, "original", DARK)
    with Image.open(io.BytesIO(gif_bytes([one, one, one, other], 4, {}, fps=10))) as gif:
        durations = []
        for frame in range(gif.n_frames):
            gif.seek(frame)
            durations.append(gif.info["duration"])
    assert sum(durations) == 400
    assert durations[-1] == 100
