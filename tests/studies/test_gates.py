"""Frozen gates on random networks: linear when all are frozen, the plain network when none is, and exact changes."""

from __future__ import annotations

import gc
import weakref
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from app.interventions.patches import AddVector, PatchStack
from app.maze.levels import random_level
from app.policy.layers import layer
from app.policy.network import random_network
from app.policy.policy import Policy, policy_of
from app.policy.stages import run
from app.studies.response.bent import Asked, bend
from app.studies.response.frozen import AtZero, walk_at_zero
from app.studies.response.gate_changes import gate_changes, straight_pieces
from app.studies.response.origin import MovedNumber, Origin, Site, origin_of
from app.studies.response.run import stepped_network, watched_behind
from app.studies.response.steps import STEPS, from_rows, full_name, gates_behind, short_name, to_rows
from tests.studies.plain_gates import GATES, NAMES, behind

SOURCES = (
    "embedder.block1.res2.resadd",
    "embedder.block2.res1.resadd",
    "embedder.block2.res2.conv1",
    "embedder.block3.res2.relu1",
    "embedder.flatten",
    "embedder.fc",
    "embedder.relufc",
)
TIMES = (-3.0, -1.0, -0.25, 0.0, 0.25, 1.0, 2.0)
FROZEN_AT = (1, 5)


def nothing() -> None:
    pass


def a_policy(seed: int) -> Policy:
    return policy_of(random_network(1, seed), f"random {seed}")


def origin_at(policy: Policy, source: str, seed: int, count: int = 2) -> Origin:
    """Some levels at a layer, and random directions about as long as the activations."""
    mazes = [random_level(15, 9, seed + number, background=None) for number in range(count)]
    sites = [Site(maze, maze.mouse) for maze in mazes]
    network = stepped_network(policy.network, "cpu")
    found = origin_of(policy, network, MovedNumber(PatchStack((AddVector(layer=source),)), 0), sites)
    generator = torch.Generator().manual_seed(seed)
    direction = torch.randn(found.base.x.shape, generator=generator) * found.base.x.std()
    return Origin(source, found.base, direction)


def plainly(
    policy: Policy,
    origin: Origin,
    row: int,
    times: Tensor,
    frozen: set[str],
    gates: dict[str, Tensor] | None = None,
) -> dict[str, Tensor]:
    """One level's activations, by the plain implementation."""
    source = origin.source
    zero = from_rows(source, origin.base.x[row : row + 1])
    direction = from_rows(source, origin.direction[row : row + 1])
    skip = None if origin.base.skip is None else origin.base.skip[row : row + 1].permute(0, 3, 1, 2)
    moved = zero + times.view(-1, *[1] * (zero.ndim - 1)) * direction
    return behind(policy.network, source, moved, zero, frozen, skip, gates)


def gates_at_zero(policy: Policy, origin: Origin, row: int, found: AtZero) -> dict[str, Tensor]:
    """The gates that a walk found for one level, once each is seen to be the plain implementation's, or a tie: two
    kernels add in different orders, so that one has exactly 0 where the other has 1e-8, and one of two equal pixels."""
    plain, before = plainly(policy, origin, row, torch.zeros(1), set()), origin.source
    plain[before] = plain[""]
    gates = {}
    for name in NAMES[NAMES.index(before) + 1 :]:
        x, before = plain[before], name
        if name not in found.gates:
            continue
        gate = found.gates[name][row : row + 1]
        gates[name] = gate = gate.permute(0, 3, 1, 2) if gate.ndim == 4 else gate
        if name.endswith("maxpool"):
            best = torch.nn.functional.max_pool2d(x, 3, 2, 1)
            margin = best - x.flatten(2).gather(2, gate.flatten(2)).view_as(best)
        else:
            margin = x[gate != (x > 0)].abs()
        assert margin.numel() == 0 or float(margin.max()) <= 1e-5 * float(x.abs().max()), name
    return gates


def close(found: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=2e-4)


def test_the_steps_are_the_networks_layers() -> None:
    assert [step.name for step in STEPS] == NAMES
    assert list(gates_behind("embedder.block1.conv")) == GATES
    assert gates_behind("embedder.block2.res1.resadd") == tuple(
        full_name(name, 1)
        for name in (
            "block2.res2.relu1",
            "block2.res2.relu2",
            "block3.maxpool",
            "block3.res1.relu1",
            "block3.res1.relu2",
            "block3.res2.relu1",
            "block3.res2.relu2",
            "relu3",
            "relufc",
        )
    )
    assert short_name("embedder.block2.res2.resadd") == "block2.res2"
    assert short_name("fc_policy") == "logits"
    assert full_name("embedder.block2.res2.resadd_out", 1) == full_name("block2.res2", 1)


@pytest.mark.parametrize("name", ["embedder.block1.maxpool", "embedder.flatten", "embedder.fc"])
def test_activations_go_into_rows_and_back(name: str) -> None:
    shape = layer(name, 1).shape
    x = torch.arange(2 * int(np.prod(shape)), dtype=torch.float32).view(2, *shape)
    assert torch.equal(from_rows(name, to_rows(name, x)), x)


@pytest.mark.parametrize("source", SOURCES)
@settings(max_examples=2, deadline=None)
@given(seed=st.integers(0, 10_000), kept=st.sets(st.sampled_from(GATES)))
def test_every_branch_is_what_the_plain_network_gives(source: str, seed: int, kept: set[str]) -> None:
    compare_branches(source, seed, kept)


def test_a_gate_that_is_a_tie_at_zero_is_kept_as_the_walk_found_it() -> None:
    """Here the input of one relu at t = 0 is exactly 0 by one kernel and above it by another."""
    compare_branches("embedder.block1.res2.resadd", 4783, set())


@pytest.mark.parametrize("source", ["embedder.block1.res2.resadd", "embedder.block2.res1.resadd"])
@settings(max_examples=2, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    kept=st.sets(st.sampled_from(GATES)),
    corners=st.tuples(*[st.floats(0, 1)] * 4),
)
def test_where_few_pixels_move_every_branch_is_that_of_the_whole_image(
    source: str, seed: int, kept: set[str], corners: tuple[float, float, float, float]
) -> None:
    policy, side = a_policy(seed), layer(source, 1).shape[1]
    origin = origin_at(policy, source, seed)
    top, bottom, left, right = (round(side * corner) for corner in corners)
    few = torch.zeros(side, side, 1)
    few[min(top, bottom) : max(top, bottom) + 1, min(left, right) : max(left, right) + 1] = 1
    # In the other level all of them move, and so many that it is computed as whole images.
    directions = torch.cat([origin.direction[:1] * few, origin.direction[1:]])
    compare_branches(source, seed, kept, Origin(source, origin.base, directions))


def compare_branches(source: str, seed: int, kept: set[str], origin: Origin | None = None) -> None:
    policy, times = a_policy(seed), torch.tensor(TIMES)
    network, origin = stepped_network(policy.network, "cpu"), origin or origin_at(a_policy(seed), source, seed)
    stages = set(gates_behind(source))
    asked = Asked(TIMES, FROZEN_AT, frozenset(kept & stages), watched_behind(source), ((5, 1),))
    found = bend(network, source, origin.base, origin.direction, asked, nothing)
    assert set(found.only) == set(found.all_but) == stages
    walked = walk_at_zero(network, source, origin.base, nothing)
    assert set(walked.gates) == stages
    for row in range(2):
        real = plainly(policy, origin, row, times, set())
        close(found.logits[row], real["fc_policy"])
        gates = gates_at_zero(policy, origin, row, walked)
        everywhere = plainly(policy, origin, row, times, stages, gates)
        frozen = everywhere["fc_policy"]
        close(times[:, None] * found.tangent[row], frozen - frozen[3])
        if kept & stages:
            assert found.kept is not None
            close(found.kept[row], plainly(policy, origin, row, times, kept & stages, gates)["fc_policy"])
        else:
            assert found.kept is None
        chosen = times[list(FROZEN_AT)]
        for stage in stages:
            close(found.only[stage][row], plainly(policy, origin, row, chosen, {stage}, gates)["fc_policy"])
            close(found.all_but[stage][row], plainly(policy, origin, row, chosen, stages - {stage}, gates)["fc_policy"])
        for stage, shares in found.flipped.items():
            torch.testing.assert_close(shares[row], flips(real, stage), rtol=0, atol=2e-3)
        for name, moves in found.moves.items():
            moved = (real[name] - real[name][3]).flatten(1).double()
            tangent = everywhere[name].flatten(1)
            tangent = (tangent[5] - tangent[3]).double()
            scale = float(moves.squares[row].max()) + 1e-12
            torch.testing.assert_close(moves.squares[row], (moved * moved).sum(1), rtol=1e-3, atol=1e-4 * scale)
            torch.testing.assert_close(moves.tangent_dot[row], moved @ tangent, rtol=1e-3, atol=1e-3 * scale)
            expected = float(moved[5] @ moved[1])
            assert float(moves.mirrored[row, 0]) == pytest.approx(expected, rel=1e-3, abs=1e-4 * scale)


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 10_000), time=st.floats(0.01, 10))
def test_with_all_gates_frozen_the_network_is_linear(seed: int, time: float) -> None:
    """The logits' changes at t and -t are mirror images, and those at t are t times the tangent."""
    policy, source = a_policy(seed), "embedder.block2.res1.resadd"
    origin = origin_at(policy, source, seed, 1)
    stages, network = set(gates_behind(source)), stepped_network(policy.network, "cpu")
    walked = walk_at_zero(network, source, origin.base, nothing)
    gates = gates_at_zero(policy, origin, 0, walked)
    up, down, zero = plainly(policy, origin, 0, torch.tensor([time, -time, 0.0]), stages, gates)["fc_policy"]
    scale = float((up - zero).abs().max())
    assert float((up + down - 2 * zero).abs().max()) < 1e-4 * scale + 1e-4
    asked = Asked((-1.0, 0.0, 1.0), (0, 2))
    found = bend(network, source, origin.base, origin.direction, asked, nothing)
    assert float((time * found.tangent[0] - (up - zero)).abs().max()) < 1e-4 * scale + 1e-4


@pytest.mark.parametrize("source", ["embedder.block2.res1.resadd", "embedder.block3.res1.conv1", "embedder.fc"])
def test_flips_are_counted_against_the_gates_at_zero(source: str) -> None:
    policy = a_policy(3)
    origin, times = origin_at(policy, source, 3, 1), torch.tensor(TIMES)
    network = stepped_network(policy.network, "cpu")
    found = bend(network, source, origin.base, origin.direction, Asked(TIMES), nothing)
    real = plainly(policy, origin, 0, times, set())
    for stage, shares in found.flipped.items():
        units = real[stage][0].numel()
        torch.testing.assert_close(shares[0], flips(real, stage), rtol=0, atol=2 / units)
        assert shares[0, 3] == 0


def flips(real: dict[str, Tensor], stage: str) -> Tensor:
    """(t,): the share of a stage's gates that differ from those at the fourth t, 0."""
    before = NAMES[NAMES.index(stage) - 1]
    x = real[before if before in real else ""]
    if stage.endswith("maxpool"):
        gates = torch.nn.functional.max_pool2d(x, 3, 2, 1, return_indices=True)[1]
    else:
        gates = x > 0
    return (gates != gates[3:4]).flatten(1).double().mean(1)


def test_moves_too_small_or_too_large_for_float32_are_measured_in_float64() -> None:
    policy, source = a_policy(4), "embedder.block2.res1.resadd"
    origin, network = origin_at(policy, source, 4, 1), stepped_network(policy.network, "cpu")
    asked = Asked((-1.0, 0.0, 1.0), watched=watched_behind(source), pairs=((2, 0),))
    usual, large = (
        bend(network, source, origin.base, size * origin.direction, asked, nothing).moves["fc_policy"]
        for size in (1e4, 1e24)
    )
    for name in ("squares", "mirrored", "tangent_dot"):
        found, expected = getattr(large, name)[0] / 1e40, getattr(usual, name)[0]
        torch.testing.assert_close(found, expected, rtol=1e-2, atol=0)


def test_between_two_changes_of_gates_the_logits_are_straight() -> None:
    policy, source, ends = a_policy(1), "embedder.block2.res1.resadd", (-0.02, 0.03)
    origin = origin_at(policy, source, 1, 1)
    network = stepped_network(policy.network, "cpu")
    changes = gate_changes(network, source, origin.base, origin.direction, ends, nothing)
    assert list(changes) == list(gates_behind(source))
    assert sum(map(len, changes.values())) > 50
    assert all((np.diff(times) >= 0).all() for times in changes.values())
    pieces = straight_pieces(changes, ends)
    assert (pieces[0], pieces[-1]) == ends
    assert sum(len(times) > 0 for times in changes.values()) >= 7
    # Every gate of every stage is the same in the middle of a piece and at its ends, a little inside.
    wide = [piece for piece in pairwise(pieces) if piece[1] - piece[0] > 1e-5][:40]
    for low, high in wide:
        inside = torch.tensor(np.linspace(low, high, 7)[1:-1], dtype=torch.float32)
        real = plainly(policy, origin, 0, inside, set())
        for stage in changes:
            x = real[NAMES[NAMES.index(stage) - 1]] if NAMES[NAMES.index(stage) - 1] in real else real[""]
            if stage.endswith("maxpool"):
                gates = torch.nn.functional.max_pool2d(x, 3, 2, 1, return_indices=True)[1]
            else:
                gates = x > 0
            assert (gates == gates[:1]).all(), stage
        bow = real["fc_policy"][2] - (real["fc_policy"][0] + real["fc_policy"][4]) / 2
        assert float(bow.abs().max()) < 1e-4


def test_every_change_that_a_scan_sees_is_found() -> None:
    """Between two neighbours of a fine scan where a gate differs, an odd number of its changes is found."""
    policy, source, ends = a_policy(2), "embedder.block2.res2.conv1", (-0.05, 0.05)
    origin = origin_at(policy, source, 2, 1)
    network = stepped_network(policy.network, "cpu")
    changes = gate_changes(network, source, origin.base, origin.direction, ends, nothing)
    scan = np.linspace(*ends, 801)
    real = plainly(policy, origin, 0, torch.tensor(scan, dtype=torch.float32), set())
    for stage, times in changes.items():
        x = real[NAMES[NAMES.index(stage) - 1]] if NAMES[NAMES.index(stage) - 1] in real else real[""]
        if stage.endswith("maxpool"):
            gates = torch.nn.functional.max_pool2d(x, 3, 2, 1, return_indices=True)[1].flatten(1)
        else:
            gates = (x > 0).flatten(1)
        seen = int((gates[1:] != gates[:-1]).sum())
        assert abs(seen - len(times)) <= max(2, 0.02 * seen), stage


def test_the_real_curve_is_the_plain_run_of_the_stages() -> None:
    policy, source = a_policy(5), "embedder.block1.res2.resadd"
    origin = origin_at(policy, source, 5, 1)
    network = stepped_network(policy.network, "cpu")
    found = bend(network, source, origin.base, origin.direction, Asked(TIMES, flips=False), nothing)
    moved = origin.base.x + torch.tensor(TIMES).view(-1, 1, 1, 1) * origin.direction
    expected = run(policy.network, from_rows(source, moved).contiguous(), after=source).logits
    close(found.logits[0], expected)
    assert found.flipped == {}


def test_a_networks_steps_are_made_once_and_end_with_it() -> None:
    network = random_network(1, seed=3)
    steps = stepped_network(network, "cpu")
    assert stepped_network(network, "cpu") is steps
    gone = weakref.ref(steps)
    del steps, network
    gc.collect()
    assert gone() is None
