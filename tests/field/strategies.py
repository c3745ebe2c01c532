"""Random mazes, stacks and plans."""

from __future__ import annotations

from functools import cache

import numpy as np
from hypothesis import strategies as st

from app.field.convolutions import kernels
from app.field.execution_plan import Plan
from app.field.receptive_fields import CONV_STAGES
from app.interventions.patches import (
    KINDS,
    AddVector,
    Mean,
    Noise,
    Offset,
    Patch,
    PatchStack,
    ProjectOut,
    Resample,
    Scale,
    SetValue,
    Zero,
)
from app.maze.maze import BACKGROUNDS, Maze
from app.policy.layers import layers
from app.policy.network import random_network
from app.policy.policy import Policy, policy_of


@cache
def random_policy(width: int, seed: int = 0) -> Policy:
    return policy_of(random_network(width, seed), f"random {width} {seed}")


@st.composite
def mazes(draw: st.DrawFn, most_open: int = 20) -> Maze:
    """Mazes with few open squares, anywhere in the world: edges, corners, islands and rooms."""
    world = draw(st.sampled_from((15, 25)))
    dim = draw(st.integers(1, world // 2)) * 2 + 1
    count = draw(st.integers(2, most_open))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    corners = (0, world - 1, world * (world - 1), world**2 - 1)
    cells = np.concatenate([rng.permutation(corners)[:2], rng.choice(world**2, count, replace=False)])
    walls = np.ones(world**2, dtype=np.uint8)
    walls[cells] = 0
    squares = [(int(cell) // world, int(cell) % world) for cell in np.flatnonzero(walls == 0)]
    mouse, cheese = (squares[index] for index in rng.choice(len(squares), 2, replace=False))
    return Maze(
        world,
        dim,
        walls.tobytes(),
        mouse,
        draw(st.sampled_from((cheese, None))),
        draw(st.integers(0, BACKGROUNDS - 1)),
        draw(st.sampled_from(("fresh", "left", "right"))),
    )


@st.composite
def stacks(draw: st.DrawFn, maze: Maze, width: int) -> PatchStack:
    """One to three patches of any kind on any layer, on some or all channels and squares."""
    return PatchStack(tuple(draw(st.lists(patches(maze, width), min_size=1, max_size=3))))


@st.composite
def patches(draw: st.DrawFn, maze: Maze, width: int) -> Patch:
    layer = draw(st.sampled_from(layers(width)))
    factor = st.floats(-2, 2, width=32)
    where = {
        "layer": layer.name,
        "channels": draw(st.none() | st.sets(st.integers(0, layer.channels - 1), min_size=1, max_size=5).map(tuple)),
        "squares": draw(st.none() | st.sets(st.sampled_from(_squares(maze)), min_size=1, max_size=6).map(tuple)),
    }
    match draw(st.sampled_from(tuple(KINDS))):
        case "zero":
            return Zero(**where)
        case "mean":
            return Mean(**where, count=2, seed=draw(st.integers(0, 3)))
        case "resample":
            each = draw(st.booleans()) and layer.channels < 64
            return Resample(**where, source_seed=draw(st.integers(0, 3)), per_channel=each)
        case "scale":
            return Scale(**where, positive=draw(factor), negative=draw(factor))
        case "set":
            pixel = {}
            if layer.side is not None:
                pixel = {name: draw(st.integers(0, layer.side - 1)) for name in ("row", "column")}
            return SetValue(**where, **pixel, value=draw(factor), fill=draw(st.none() | factor))
        case "offset":
            return Offset(**where, value=draw(factor))
        case "project":
            return ProjectOut(**where, vector=draw(st.sampled_from(("cheese", "top-right"))))
        case "add":
            return AddVector(**where, vector=draw(st.sampled_from(("cheese", "top-right"))), coefficient=draw(factor))
    return Noise(**where, sigma=draw(st.floats(0, 1)), seed=draw(st.integers(0, 3)))


def _squares(maze: Maze) -> list[tuple[int, int]]:
    return [(int(row), int(col)) for row, col in maze.squares]


def plans() -> st.SearchStrategy[Plan]:
    """Every way the processor's engine may compute."""
    return st.builds(
        Plan,
        until=st.sampled_from((*CONV_STAGES, None)),
        chunk=st.sampled_from((3, 8, 32)),
        kernel=st.sampled_from(kernels()),
        threads=st.sampled_from((1, 2)),
    )
