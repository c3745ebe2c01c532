"""Contents of sessions in tests: two edited mazes, a stack of patches, two snapshots. Loads no torch."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.document.document import OpenMaze, State
from app.document.snapshot import Snapshot
from app.interventions.patches import AddVector, PatchStack, SetValue, Zero
from app.maze.maze import Maze

if TYPE_CHECKING:
    from app.policy.policy import Policy

VIEW = {"mode": "side_by_side", "layer": "embedder.block1.conv"}


def maze(background: int = 0) -> Maze:
    walls = bytearray([1] * 225)
    for row in range(6, 9):
        for col in range(6, 9):
            walls[row * 15 + col] = 0
    return Maze(15, 3, bytes(walls), (6, 6), (8, 8), background, "right")


def state(policy: Policy | None = None) -> State:
    edited = maze().with_walls(((7, 7),), True).with_cheese(None)
    stack = PatchStack(
        (
            Zero(channels=(10, 3), enabled=False),
            AddVector(vector="top-right", coefficient=-1.5, squares=((6, 7),)),
            SetValue(square=(7, 8), value=5.5, fill=0.0, solo=True),
        )
    )
    tabs = (OpenMaze(1, "Level 7", edited, maze(), 7, 5), OpenMaze(4, "käse", maze(8), maze(8)))
    kept = Snapshot("before", 1, edited, stack, '{"mode": "patched"}')
    return State(tabs, 4, policy, stack, (kept, replace(kept, name="after", stack=PatchStack())))
