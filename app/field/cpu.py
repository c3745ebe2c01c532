"""Fields on the CPU: chunks of squares on threads of their own, each chunk in windows around the mouse."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from threading import Event
from typing import TypeVar

import numpy as np
import torch
from cachetools import LRUCache
from torch import Tensor

from app.errors import MazescopeError
from app.field.convolutions import Convolutions
from app.field.devices import Device
from app.field.evaluator import Answer, Evaluator, Job, Outputs
from app.field.execution_plan import Plan, Plans, default_plan, is_wide
from app.field.maze_scene import Scene
from app.field.memory_release import give_memory_back
from app.field.plan_tuning import Tuner
from app.field.prefix_cache import Kept
from app.field.receptive_fields import resumable_before, spans
from app.field.requests import FieldRequest, scene_key
from app.field.square_groups import groups_of
from app.field.square_order import FIRST_CHUNK, chunks_of, order_of_squares
from app.field.torch_threads import let_others_first, one_thread_here
from app.field.windowed_forward import LAST, NO_EDITS, Check, Edits, Place, State, Stopped, WindowedForward, never
from app.interventions.compiled_stack import CompiledStack, compile_stack
from app.maze.maze import Maze
from app.policy.layers import layer
from app.policy.policy import Policy

KEPT_SCENES = 3
KEPT_SCENE_BYTES = 256 * 2**20
KEPT_NETWORKS = 2
KEPT_LAST = 64
KEPT_LAST_BYTES = 16 * 2**20
JOBS_BETWEEN_TRIMS = 50
JOBS_WORTH_A_TRIM = 10
"""After so many, memory is returned in the first moment without a question."""
FLOAT_BYTES = 4
MOST_GROUPS = 4
"""With more groups than this, their images without a mouse would cost more than windows save."""

T = TypeVar("T")


class CpuEvaluator(Evaluator):
    """Computes fields on the processor.

    Each thread takes a chunk of squares through the whole network alone. Threads so never wait for one another between
    layers, which matters most when something else wants the processor as well, and a chunk stays in its core's cache.

    Args:
        device: the processor.
        plans: the remembered plans.
        plan: use this one and no other.
        in_window: whether a window shows what is computed, and its thread has precedence.
    """

    def __init__(
        self, device: Device, plans: Plans | None = None, plan: Plan | None = None, *, in_window: bool = False
    ) -> None:
        super().__init__(device)
        self.in_window = in_window
        self._plans, self._fixed = plans or Plans(), plan
        self._chosen: dict[tuple[int, int], Plan] = {}
        self._measured: set[tuple[int, int]] = set()
        self._pool: ThreadPoolExecutor | None = None
        self._pool_size = 0
        self._scenes: LRUCache[Hashable, Scene] = LRUCache(KEPT_SCENES)
        self._convolutions: LRUCache[tuple[str, str], Convolutions] = LRUCache(KEPT_NETWORKS)
        self._tuners: dict[tuple[int, int], Tuner] = {}
        self._last: LRUCache[tuple[Hashable, ...], Kept] = LRUCache(KEPT_LAST)
        self._threads = default_plan(1).threads
        self._jobs = 0

    @property
    def label(self) -> str:
        return f"CPU, {self._threads} thread{'s' if self._threads > 1 else ''}"

    def plan(self, policy: Policy, maze: Maze) -> Plan:
        """The plan in use for such requests."""
        if self._fixed is not None:
            return self._fixed
        key = (policy.width, maze.world)
        if key not in self._chosen:
            remembered = self._plans.find(*key)
            if remembered is not None:
                self._measured.add(key)
            self._chosen[key] = remembered or default_plan(policy.width)
        return self._chosen[key]

    def job(self, request: FieldRequest) -> CpuJob:
        return self._job(request, self.known(request.maze, request.policy))

    def _job(self, request: FieldRequest, known: Outputs | None) -> CpuJob:
        plan = self.plan(request.policy, request.maze)
        self._threads = plan.threads
        self._jobs += 1
        if self._jobs == JOBS_BETWEEN_TRIMS:
            self._trim()
        walk = self.walk(request.policy, request.maze, plan)
        # What a stack needs of the network and what the maze gives are found at the same time.
        compiling = self.submit(plan, lambda: compile_stack(request.stack, request.policy, request.taken_on))
        if known is None:
            self.on_thread(plan, lambda: self.scene(request.maze, request.policy, plan, walk))
        compiled = compiling.result()
        return self.on_thread(plan, lambda: CpuJob(self, request, plan, walk, compiled, known))

    def last_stage(self, request: FieldRequest) -> tuple[Tensor, Tensor]:
        job = self.job(request)
        if job.last is not None and not job.last.complete:
            job = self._job(request, None)
        last, patched = job.last, job.last_patched
        if last is None or patched is None:
            raise MazescopeError(
                f"The activations of {len(request.maze.squares)} squares do not fit in memory; expected fewer squares "
                "or a narrower network."
            )
        if not (last.complete and patched.complete):
            for _ in job.answers(order_of_squares(request.maze), never):
                pass
        original = last.everything().permute(0, 3, 1, 2)
        return original, original if patched is last else patched.everything().permute(0, 3, 1, 2)

    def room_for_last(self, key: tuple[Hashable, ...], request: FieldRequest) -> Kept | None:
        """The store of activations after the last stage with pixels; None where they are too large.

        Args:
            key: the scene and the network, and what acts on it, if anything does.
            request: what asks for it.
        """
        if key not in self._last:
            shape = layer(LAST, request.policy.width).shape
            count = len(request.maze.squares)
            self._forget_last(key[:2], FLOAT_BYTES * count * math.prod(shape))
            room = Kept.of(LAST, count, (*shape[1:], shape[0]))
            if room is None:
                return None
            self._last[key] = room
        return self._last[key]

    def _forget_last(self, scene: tuple[Hashable, ...], coming: int) -> None:
        """Let go of other scenes' activations, the oldest first, where they and what is coming are too many bytes."""
        others = [key for key in self._last if key[:2] != scene]
        for key in others:
            if sum(kept.bytes for kept in self._last.values()) + coming <= KEPT_LAST_BYTES:
                return
            del self._last[key]

    def way(self, request: FieldRequest) -> str:
        plan = self.plan(request.policy, request.maze)
        until = "to the end" if plan.until is None else f"until {plan.until}"
        return f"windows {until}, {plan.kernel} convolutions, {plan.chunk} squares at once on {plan.threads} threads"

    def tune(self, request: FieldRequest, check: Check) -> None:
        key = (request.policy.width, request.maze.world)
        plan = self.plan(request.policy, request.maze)
        if self._fixed is not None or key in self._measured:
            return
        if key not in self._tuners:
            # A policy of another kind of weights, but the same width, is as fast: the first one met is measured.
            self._tuners[key] = Tuner(plan, lambda tried: self.walk(request.policy, request.maze, tried))
        found = self.on_thread(plan, lambda: self._tuners[key].search(request, check))
        del self._tuners[key]
        self._measured.add(key)
        self._chosen[key] = found
        self._plans.remember(*key, found)
        self.tidy(request)

    def tidy(self, request: FieldRequest) -> None:
        """Let go of what other plans than the one in use have left: convolutions, room of threads, freed memory."""
        policy = request.policy
        used = (policy.weights_hash, self.plan(policy, request.maze).kernel)
        for key in [key for key in self._convolutions if key != used and key[0] == policy.weights_hash]:
            del self._convolutions[key]
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None
        self._trim()

    def rest(self) -> None:
        if self._jobs >= JOBS_WORTH_A_TRIM:
            self._trim()

    def _trim(self) -> None:
        self._jobs = 0
        give_memory_back()

    def walk(self, policy: Policy, maze: Maze, plan: Plan) -> WindowedForward:
        """The plan by which batches of this maze go through this policy."""
        convolutions = self.convolutions(policy, plan)
        return WindowedForward(policy.network, convolutions, spans(maze.world, maze.facing), plan.until)

    def convolutions(self, policy: Policy, plan: Plan) -> Convolutions:
        """The policy's convolutions made ready under a plan."""
        key = (policy.weights_hash, plan.kernel)
        if key not in self._convolutions:
            self._convolutions[key] = Convolutions(policy.network, plan.kernel)
        return self._convolutions[key]

    def scene(self, maze: Maze, policy: Policy, plan: Plan, walk: WindowedForward) -> Scene:
        """The maze as the policy sees it, with what is kept of it."""
        key = (scene_key(maze), policy.weights_hash, plan.until)
        if key not in self._scenes:
            self._scenes[key] = Scene(maze, walk)
        found = self._scenes[key]
        while len(self._scenes) > 1 and sum(kept.bytes for kept in self._scenes.values()) > KEPT_SCENE_BYTES:
            self._scenes.popitem()
        return found

    def submit(self, plan: Plan, work: Callable[[], T]) -> Future[T]:
        """Run something on one of the threads."""
        if self._pool is None or self._pool_size != plan.threads:
            if self._pool is not None:
                self._pool.shutdown()
            self._pool = ThreadPoolExecutor(plan.threads, "field", initializer=self._begin_thread)
            self._pool_size = plan.threads
        return self._pool.submit(_without_gradients, work)

    def _begin_thread(self) -> None:
        one_thread_here()
        if self.in_window:
            let_others_first()

    def on_thread(self, plan: Plan, work: Callable[[], T]) -> T:
        """Run something on one of the threads and wait for it: the caller's own number of threads is unchanged."""
        return self.submit(plan, work).result()

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None
        self._scenes.clear()
        self._last.clear()
        self._convolutions.clear()


class CpuJob(Job):
    """One request on the processor. Made and evaluated on the evaluator's threads."""

    def __init__(
        self,
        evaluator: CpuEvaluator,
        request: FieldRequest,
        plan: Plan,
        walk: WindowedForward,
        compiled: CompiledStack,
        known: Outputs | None,
    ) -> None:
        maze, policy = request.maze, request.policy
        self._evaluator, self._request, self._plan, self._walk = evaluator, request, plan, walk
        self.compiled, self.known = compiled, known
        key = (scene_key(maze), policy.weights_hash)
        self.last = self.last_patched = evaluator.room_for_last(key, request)
        if self.acts:
            self.last_patched = evaluator.room_for_last((*key, request.stack, request.taken_on), request)
        if self.known is not None and not self.acts:
            return
        self._scene = evaluator.scene(maze, policy, plan, walk)
        if self.acts:
            self._prepare_patched()

    def _prepare_patched(self) -> None:
        assert self.compiled.first is not None
        self._resumed = resumable_before(self.compiled.first)
        self._layers = frozenset(self.compiled.layers)
        groups = groups_of(self.compiled, self._request.maze.squares)
        self._groups = groups.of_square
        image = self._scene.before(self._resumed)
        # Where the next stage is on whole images anyway, the edit is made on whole images as well.
        further = self._walk.windows_behind(self._resumed)
        by_pixel = self.compiled.by_pixel
        self._in_windows = image is not None and further and by_pixel and len(groups.squares) <= MOST_GROUPS
        span = self._walk.span(self._resumed)
        size = (span.height, span.width) if self._in_windows else (span.side, span.side)
        channels = layer(self._resumed, self._request.policy.width).channels
        self._scene.make_room(self._resumed, (*size, channels), self._in_windows)
        self._backdrop = {}
        if image is not None and self._in_windows:
            edits = Edits(self._layers, self.compiled.edit(groups.squares))
            image = image.expand(len(groups.squares), -1, -1, -1).contiguous()
            self._backdrop = self._walk.backdrop(self._resumed, image, edits)

    def answers(self, order: np.ndarray, check: Check) -> Iterator[Answer]:
        # A narrow network's first full part is there as soon as anybody could see it; a small one would be lost time.
        first = FIRST_CHUNK if is_wide(self._request.policy.width) else self._plan.chunk
        parts = chunks_of(order, self._plan.threads, self._plan.chunk, first)
        dropped = Event()

        def go_on() -> None:
            if dropped.is_set():
                raise Stopped
            check()

        running: list[list[Future[Answer | None]]] = []
        try:
            for number, part in enumerate(parts):
                part_check = go_on if number else never
                submit = self._evaluator.submit
                running.append([submit(self._plan, partial(self._unless_stopped, rows, part_check)) for rows in part])
            for part_running in running:
                found = [future.result() for future in part_running]
                if any(answer is None for answer in found):
                    raise Stopped
                yield _joined([answer for answer in found if answer is not None])
        finally:
            dropped.set()
            for future in (future for part_running in running for future in part_running):
                if not future.cancel():
                    future.exception()

    def _unless_stopped(self, rows: np.ndarray, check: Check) -> Answer | None:
        # A future with an exception is part of a circle: the traceback holds frames, and these hold the future. Their
        # tensors would stay until Python's collector runs: hundreds of megabytes while somebody paints.
        try:
            return self._evaluate(rows, check)
        except Stopped:
            return None

    def _evaluate(self, rows: np.ndarray, check: Check) -> Answer:
        check()
        place = Place(self._scene.cells[torch.from_numpy(rows)])
        state = self._scene.kept(rows) if self.acts else None
        resumed = state
        original = None if self.known is None else (self.known[0][rows], self.known[1][rows])
        if original is None or (self.acts and resumed is None):
            state = self._scene.start(rows)
            if self.acts:
                resumed = state = self._ahead(state, self._resumed, place, check)
                if not self._in_windows:
                    resumed = self._walk.whole(state, place, self._scene.backdrop)
                self._scene.keep(rows, resumed)
            if original is None:
                state = self._walk.whole(self._ahead(state, LAST, place, check), place, self._scene.backdrop)
                if self.last is not None:
                    self.last.put(rows, state.x)
                original = _arrays(self._walk.outputs(state, NO_EDITS))
        if resumed is None:
            return Answer(rows, original, original)
        return Answer(rows, original, self._patched(rows, resumed, place, check))

    def _ahead(self, state: State, to: str, place: Place, check: Check) -> State:
        return self._walk.advance(state, to, place, NO_EDITS, self._scene.backdrop, check)

    def _patched(self, rows: np.ndarray, state: State, place: Place, check: Check) -> Outputs:
        edits = Edits(self._layers, self.compiled.edit(self._request.maze.squares[rows]))
        if self._groups is not None:
            place = Place(place.cells, self._groups[torch.from_numpy(rows)])
        state = self._walk.edited(state, place, edits)
        state = self._walk.advance(state, LAST, place, edits, self._backdrop, check)
        state = self._walk.whole(state, place, self._backdrop)
        if self.last_patched is not None:
            self.last_patched.put(rows, state.x)
        return _arrays(self._walk.outputs(state, edits))


def _joined(answers: list[Answer]) -> Answer:
    def join(outputs: list[Outputs]) -> Outputs:
        return np.concatenate([logits for logits, _ in outputs]), np.concatenate([value for _, value in outputs])

    return Answer(
        np.concatenate([answer.rows for answer in answers]),
        join([answer.original for answer in answers]),
        join([answer.patched for answer in answers]),
    )


def _arrays(outputs: tuple[torch.Tensor, torch.Tensor]) -> Outputs:
    return outputs[0].numpy(), outputs[1].numpy()


def _without_gradients(work: Callable[[], T]) -> T:
    with torch.no_grad():
        return work()
