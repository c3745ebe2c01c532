"""Retarget maps: the same numbers as plain runs, square by square; partial results; and the real cheese moved there."""

from __future__ import annotations

import numpy as np
import pytest

from app.errors import PatchError
from app.field import pixel_passes
from app.field.execution_plan import Plan
from app.field.measures import path_probability
from app.interventions.compiled_stack import compile_stack
from app.interventions.patches import PatchStack, SetValue
from app.maze.levels import random_level
from app.maze.maze import Maze, Square
from app.maze.routes import shortest_path
from app.policy.layers import DEFAULT_LAYER
from app.policy.network import random_network
from app.policy.policy import Policy, policy_of
from app.progress import Cancelled
from app.studies.batched_forward import fields
from app.studies.moved_cheese import with_cheese_moved
from app.studies.retarget import retarget_map
from app.studies.retarget_map import RetargetMap, Setting, retarget_maps

CHANNELS = (10, 3)


def plainly(policy: Policy, maze: Maze, layer: str, setting: Setting, target: Square) -> tuple[float, float]:
    """(before, after) from two whole fields computed the plain way."""
    has_pixels = policy.layers[[each.name for each in policy.layers].index(layer)].side is not None
    place = {"square": target} if has_pixels else {}
    patch = SetValue(layer=layer, channels=setting.channels, value=setting.value, **place)
    original, (patched,) = fields(policy, maze, [compile_stack(PatchStack((patch,)), policy, maze)])
    return path_probability(original, target), path_probability(patched, target)


@pytest.mark.parametrize("world", [15, 25])
def test_every_square_is_what_a_plain_field_says(reference_policy: Policy, world: int, device: str) -> None:
    maze = random_level(world, 7, 3)
    setting = Setting((10,), 5.5)
    found = retarget_maps(reference_policy, maze, [setting], device=device)
    assert found.complete
    for at in range(0, len(found.targets), 8):
        target = (int(found.targets[at, 0]), int(found.targets[at, 1]))
        before, after = plainly(reference_policy, maze, DEFAULT_LAYER, setting, target)
        assert found.base[at] == pytest.approx(before, abs=1e-6)
        assert found.patched[0, at] == pytest.approx(after, abs=1e-6)
        assert found.index(target) == at
    assert {tuple(each) for each in found.targets.tolist()} == {tuple(each) for each in maze.squares.tolist()} - {
        maze.mouse
    }
    assert (np.diff(found.steps) >= 0).all(), "the nearest squares come first"


@pytest.mark.parametrize(
    "layer",
    [
        "embedder.block1.maxpool",
        "embedder.block2.res1.conv1",
        "embedder.block3.res1.resadd",
        "embedder.block3.res2.resadd",
        "embedder.relu3",
        "embedder.fc",
    ],
)
def test_every_layer_can_be_set(small_policy: Policy, layer: str, device: str) -> None:
    maze = random_level(15, 5, 1)
    settings = [Setting((1, 0), -2.0), Setting((5,), 30.0)]
    found = retarget_maps(small_policy, maze, settings, layer_name=layer, device=device)
    at = len(found.targets) - 1
    target = (int(found.targets[at, 0]), int(found.targets[at, 1]))
    for number, setting in enumerate(settings):
        before, after = plainly(small_policy, maze, layer, setting, target)
        assert found.base[at] == pytest.approx(before, abs=1e-5)
        assert found.patched[number, at] == pytest.approx(after, abs=1e-5)


def test_a_wide_network_gives_the_plain_numbers_too() -> None:
    policy = policy_of(random_network(4, 1), "wide")
    maze = random_level(25, 5, 2)
    found = retarget_maps(policy, maze, [Setting((100,), 3.0)], plan=Plan("embedder.block2.conv", 4, "winograd", 2))
    target = (int(found.targets[-1, 0]), int(found.targets[-1, 1]))
    before, after = plainly(policy, maze, DEFAULT_LAYER, Setting((100,), 3.0), target)
    assert found.base[-1] == pytest.approx(before, abs=1e-5)
    assert found.patched[0, -1] == pytest.approx(after, abs=1e-5)


@pytest.mark.parametrize("layer", [DEFAULT_LAYER, "embedder.relu3"])
def test_few_squares_in_memory_give_the_same(small_policy: Policy, monkeypatch: pytest.MonkeyPatch, layer: str) -> None:
    maze = random_level(15, 7, 4)
    whole = retarget_maps(small_policy, maze, [Setting(CHANNELS, 2.0)], layer_name=layer)
    monkeypatch.setattr(pixel_passes, "MOST_BYTES", 250_000 if layer == DEFAULT_LAYER else 60_000)
    heard = []
    few = retarget_maps(
        small_policy,
        maze,
        [Setting(CHANNELS, 2.0)],
        layer_name=layer,
        progress=lambda done, _: heard.append(done) or True,
    )
    assert len(heard) > 3
    assert few.patched == pytest.approx(whole.patched, abs=1e-6)
    assert few.base == pytest.approx(whole.base, abs=1e-6)


def test_near_squares_are_there_first(small_policy: Policy) -> None:
    maze = random_level(15, 13, 5)
    parts: list[RetargetMap] = []
    found = retarget_maps(small_policy, maze, [Setting(CHANNELS, 2.0)], partial=parts.append)
    counts = [int((~np.isnan(part.patched[0])).sum()) for part in parts]
    assert 0 < counts[0] < len(found.targets) / 2
    assert counts == sorted(counts)
    assert counts[-1] == len(found.targets)
    for part, count in zip(parts, counts, strict=True):
        assert not np.isnan(part.patched[0, :count]).any()
        assert part.patched[0, :count] == pytest.approx(found.patched[0, :count], nan_ok=True)
        assert part.complete == (count == len(found.targets))


def test_the_route_says_where_it_is_weakest(reference_policy: Policy) -> None:
    maze = random_level(15, 7, 3)
    found = retarget_maps(reference_policy, maze, [Setting((10,), 5.5), Setting((10,), 0.0)])
    at = len(found.targets) - 1
    route, target = found.routes[at], (int(found.targets[at, 0]), int(found.targets[at, 1]))
    path = shortest_path(maze, maze.mouse, target)
    assert path is not None
    assert [tuple(square) for square in route.squares.tolist()] == [s for s in path[:-1] if s != maze.cheese]
    for number in (0, 1):
        square, chance = route.weakest(number)
        assert chance == route.patched[number].min()
        assert square in path
        assert np.exp(np.log(route.patched[number]).mean()) == pytest.approx(found.patched[number, at])
    assert route.weakest(None)[1] == route.base.min()
    assert found.ratio[0, at] == pytest.approx(found.patched[0, at] / found.base[at])
    assert found.best() == int(found.patched.mean(axis=1).argmax())


def test_only_the_targets_asked_for(small_policy: Policy) -> None:
    maze = random_level(15, 7, 3)
    far = tuple(map(int, maze.squares[-1]))
    found = retarget_maps(small_policy, maze, [Setting(CHANNELS, 2.0)], targets=[far, maze.mouse, (0, 0)])
    assert found.targets.tolist() == [list(far)]
    nothing = retarget_maps(small_policy, maze, [Setting(CHANNELS, 2.0)], targets=[])
    assert (len(nothing.targets), nothing.complete) == (0, True)


def test_the_dictionary_is_the_map(small_policy: Policy) -> None:
    maze = random_level(15, 5, 2)
    found = retarget_maps(small_policy, maze, [Setting((1,), 2.0)])
    table = retarget_map(small_policy, maze, [1], 2.0)
    assert len(table) == len(found.targets)
    for at, target in enumerate(found.targets.tolist()):
        assert table[tuple(target)] == pytest.approx((found.base[at], found.patched[0, at]), abs=1e-6)


def test_the_cheese_moved_is_the_field_with_the_cheese_there(reference_policy: Policy) -> None:
    maze = random_level(15, 7, 3)
    targets = [tuple(map(int, square)) for square in maze.squares[::5]]
    found = with_cheese_moved(reference_policy, maze, [*targets, maze.mouse])
    assert np.isnan(found[-1])
    for target, probability in zip(targets, found, strict=False):
        if target == maze.mouse:
            continue
        there = maze.with_cheese(target)
        expected = path_probability(fields(reference_policy, there)[0], target)
        assert probability == pytest.approx(expected, abs=1e-5)


def test_what_cannot_be_set_is_refused_and_work_can_be_cancelled(small_policy: Policy) -> None:
    maze = random_level(15, 5, 2)
    with pytest.raises(PatchError, match="Channel 77"):
        retarget_maps(small_policy, maze, [Setting((77,), 1.0)])
    with pytest.raises(PatchError, match="no layer"):
        retarget_maps(small_policy, maze, [Setting((1,), 1.0)], layer_name="block9")
    with pytest.raises(PatchError, match="float32"):
        retarget_maps(small_policy, maze, [Setting(tuple(range(32)), 3e38)])
    with pytest.raises(Cancelled):
        retarget_maps(small_policy, maze, [Setting((1,), 1.0)], progress=lambda done, total: done > total)
    with pytest.raises(Cancelled):
        with_cheese_moved(small_policy, maze, [maze.top_right], progress=lambda done, total: done > total)
