"""Path probability to a square when the real cheese is moved there: what retargeting is measured against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch

from app.field.convolutions import Convolutions
from app.field.execution_plan import Plan, Plans, default_plan
from app.field.maze_scene import Scene
from app.field.measures import chances_towards, geometric_mean
from app.field.number_check import check_finite
from app.field.receptive_fields import spans
from app.field.torch_threads import one_thread_here
from app.field.vector_field import move_probabilities
from app.field.windowed_forward import LAST, NO_EDITS, Place, WindowedForward, never
from app.maze.maze import Maze, Square
from app.maze.render import observations
from app.maze.routes import moves_towards, shortest_path
from app.policy.network_copies import network_on
from app.policy.policy import Policy
from app.policy.stages import as_input, run
from app.progress import Cancelled, Progress, go_on


def with_cheese_moved(
    policy: Policy,
    maze: Maze,
    targets: Sequence[Square],
    *,
    device: str = "cpu",
    plan: Plan | None = None,
    progress: Progress = go_on,
) -> np.ndarray:
    """(T,) float64 path probability from the mouse to each target with the maze's cheese there, nothing patched.

    NaN for a target that cannot be reached, and for the mouse's own square.

    Args:
        policy: the policy.
        maze: the maze; where its cheese is does not matter.
        targets: open squares.
        device: "cpu", "cuda" or "mps".
        plan: how to compute on the processor; the one found fastest on this machine when left out.
        progress: told how many targets are done.

    Raises:
        PolicyError: when the network goes beyond what float32 holds.
        Cancelled: when `progress` says not to continue.
    """
    bare = maze.with_cheese(None)
    if plan is None:
        plan = Plans().find(policy.width, maze.world) or default_plan(policy.width)
    # Each target's path, less the target itself, where the mouse has arrived.
    paths = [shortest_path(bare, bare.mouse, target) if target != bare.mouse else None for target in targets]
    wanted = [at for at, path in enumerate(paths) if path is not None]
    questions = [
        (maze.with_cheese(targets[at]), np.array(path[:-1])) for at in wanted if (path := paths[at]) is not None
    ]
    found = np.full(len(targets), np.nan)
    answers = _in_threads(policy, questions, plan) if device == "cpu" else _in_batches(policy, questions, device)
    for number, (at, (there, squares), logits) in enumerate(zip(wanted, questions, answers, strict=True)):
        if not progress(number, len(wanted)):
            raise Cancelled
        check_finite((logits,))
        towards = moves_towards(there, targets[at])
        found[at] = geometric_mean(chances_towards(move_probabilities(logits), squares, towards))
    progress(len(wanted), len(wanted))
    return found


def _in_threads(policy: Policy, questions: Sequence[tuple[Maze, np.ndarray]], plan: Plan) -> Iterator[np.ndarray]:
    if not questions:
        return
    first = questions[0][0]
    walk = WindowedForward(
        policy.network, Convolutions(policy.network, plan.kernel), spans(first.world, first.facing), plan.until
    )

    def answer(question: tuple[Maze, np.ndarray]) -> np.ndarray:
        maze, squares = question
        number = np.full((maze.world, maze.world), -1)
        number[tuple(maze.squares.T)] = np.arange(len(maze.squares))
        rows = number[tuple(squares.T)]
        with torch.no_grad():
            scene = Scene(maze, walk)
            logits = []
            for part in np.array_split(rows, -(-len(rows) // plan.chunk)):
                place = Place(scene.cells[torch.from_numpy(part)])
                state = walk.advance(scene.start(part), LAST, place, NO_EDITS, scene.backdrop, never)
                logits.append(walk.outputs(walk.whole(state, place, scene.backdrop), NO_EDITS)[0].numpy())
        return np.concatenate(logits)

    pool = ThreadPoolExecutor(plan.threads, "cheese", initializer=one_thread_here)
    try:
        yield from pool.map(answer, questions)
    finally:
        pool.shutdown(cancel_futures=True)


def _in_batches(policy: Policy, questions: Sequence[tuple[Maze, np.ndarray]], device: str) -> Iterator[np.ndarray]:
    network = network_on(policy, device)
    for maze, squares in questions:
        inputs = as_input(torch.from_numpy(observations(maze, squares))).to(device)
        yield run(network, inputs).logits.cpu().numpy()
