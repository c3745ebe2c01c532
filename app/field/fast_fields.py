"""Fields in bfloat16, for the picture of a drag: fast, inexact, and kept nowhere.

A bfloat16 has float32's range and 8 bits of precision. Processors with instructions for it (AVX512-BF16, AMX) multiply
it two to many times as fast. Everything else is as in the exact engine: windows around the mouse, chunks, parts; what a
stack of patches does to a layer, and the layers without pixels, are computed in float32.
"""

from __future__ import annotations

from collections.abc import Hashable

from app.field.cpu import CpuEvaluator
from app.field.evaluator import Outputs
from app.field.execution_plan import FastPlan, Plans
from app.field.fast_offer import FastOffer
from app.field.plan_tuning import fastest_inexact
from app.field.prefix_cache import Kept
from app.field.requests import FieldRequest
from app.field.vector_field import VectorField
from app.field.windowed_forward import Check
from app.maze.maze import Maze
from app.policy.policy import Policy


class FastEvaluator(CpuEvaluator):
    """Computes fields in bfloat16. It remembers no field; what the exact evaluator knows of a maze serves it too."""

    def __init__(self, exact: CpuEvaluator, found: FastPlan) -> None:
        super().__init__(exact.device, plan=found.plan, in_window=exact.in_window)
        self._exact = exact

    def known(self, maze: Maze, policy: Policy) -> Outputs | None:
        return self._exact.known(maze, policy)

    def remember(self, field: VectorField, policy: Policy) -> None:
        """Keep nothing: it is inexact."""

    def room_for_last(self, key: tuple[Hashable, ...], request: FieldRequest) -> Kept | None:
        del key, request
        return None


class FastFields:
    """Measured worth of bfloat16 on this machine, and the evaluator that uses it.

    Args:
        exact: what computes exact fields.
        plans: the remembered plans.
        found: take this as measured, for every width and world.
    """

    def __init__(self, exact: CpuEvaluator, plans: Plans | None = None, found: FastPlan | None = None) -> None:
        self._exact, self._plans, self._fixed = exact, plans or Plans(), found
        # None where nothing is remembered: the file is read once, for anybody asks at any time.
        self._found: dict[tuple[int, int], FastPlan | None] = {}
        self._evaluator: tuple[FastPlan, FastEvaluator] | None = None

    def offer(self, policy: Policy, maze: Maze) -> FastOffer:
        """The offer for such requests; any thread may ask."""
        found = self._known(policy, maze)
        return FastOffer(None if found is None else found.gain)

    def measure(self, request: FieldRequest, check: Check) -> None:
        """Find out, when that is not known yet; `check` may stop it."""
        policy, maze, exact = request.policy, request.maze, self._exact
        if self._known(policy, maze) is not None:
            return
        plan = exact.plan(policy, maze)
        found = exact.on_thread(
            plan, lambda: fastest_inexact(plan, lambda tried: exact.walk(policy, maze, tried), request, check)
        )
        exact.tidy(request)
        self._found[policy.width, maze.world] = found
        if found.gain:
            self._plans.remember_fast(policy.width, maze.world, found)

    def evaluator(self, request: FieldRequest) -> FastEvaluator | None:
        """The evaluator of such requests in bfloat16; None where that is not offered."""
        found = self._known(request.policy, request.maze)
        if found is None or not self.offer(request.policy, request.maze).offered:
            return None
        if self._evaluator is None or self._evaluator[0] != found:
            self.close()
            self._evaluator = (found, FastEvaluator(self._exact, found))
        return self._evaluator[1]

    def close(self) -> None:
        """Release threads and memory."""
        if self._evaluator is not None:
            self._evaluator[1].close()
            self._evaluator = None

    def _known(self, policy: Policy, maze: Maze) -> FastPlan | None:
        if self._fixed is not None:
            return self._fixed
        key = (policy.width, maze.world)
        if key not in self._found:
            self._found[key] = self._plans.find_fast(*key)
        return self._found[key]
