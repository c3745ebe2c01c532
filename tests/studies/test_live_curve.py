"""The curve next to a slider: what the response study gives for one square, coarse points first, remembered."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from app.field import precedence
from app.interventions.patches import AddVector, PatchStack, SetValue, Zero
from app.maze import generator
from app.maze.routes import decision_square
from app.policy.policy import Policy
from app.progress import Cancelled
from app.studies.level_set import of_mazes
from app.studies.response import live_curve
from app.studies.response.live_curve import CurveTracer, LiveCurve
from app.studies.response.origin import MovedNumber
from app.studies.response.question import ResponseQuestion

MAZE = next(maze for maze in generator.levels(15, range(99)) if maze.dim == 7 and decision_square(maze).square)
STACK = PatchStack((Zero(channels=(1,)), AddVector(coefficient=0.7), Zero(layer="embedder.block3.conv", channels=(2,))))


def test_it_is_the_response_at_the_decision_square(reference_policy: Policy) -> None:
    coarse: list[LiveCurve] = []
    moved = MovedNumber(STACK, 1)
    curve = CurveTracer().trace(reference_policy, MAZE, moved, partial=coarse.append)
    found = ResponseQuestion(reference_policy, of_mazes([MAZE]), moved, frozen_at=()).run()
    assert curve is not None
    assert curve.complete
    assert curve.log_odds is not None
    assert curve.p_cheese is not None
    assert curve.p_top_right is not None
    np.testing.assert_allclose(curve.log_odds, found.log_odds[0], atol=1e-3)
    np.testing.assert_allclose(curve.p_cheese, found.probability(0)[0], atol=1e-4)
    np.testing.assert_allclose(curve.p_top_right, found.probability(1)[0], atol=1e-4)
    (first,) = coarse
    there = ~np.isnan(first.logits[:, 0])
    assert 10 < there.sum() < 20
    assert not first.complete
    np.testing.assert_array_equal(first.logits[there], curve.logits[there])


def test_total_variation_is_from_the_network_without_patches(reference_policy: Policy) -> None:
    tracer = CurveTracer()
    alone = tracer.trace(reference_policy, MAZE, MovedNumber(PatchStack((AddVector(),)), 0))
    among = tracer.trace(reference_policy, MAZE, MovedNumber(STACK, 1))
    assert alone is not None
    assert among is not None
    assert alone.total_variation[30] == pytest.approx(0, abs=1e-6)
    assert among.total_variation[30] > 1e-4
    assert alone.total_variation.max() > 0.3


def test_without_a_decision_square_it_looks_where_it_is_told(small_policy: Policy) -> None:
    bare, tracer = MAZE.with_cheese(None), CurveTracer()
    moved = MovedNumber(PatchStack((SetValue(channels=(3,), row=4, column=5),)), 0, "value")
    assert tracer.trace(small_policy, bare, moved) is None
    curve = tracer.trace(small_policy, bare, moved, square=bare.mouse)
    assert curve is not None
    assert (curve.square, curve.moves, curve.log_odds) == (bare.mouse, None, None)
    np.testing.assert_allclose(np.exp(curve.log_probabilities).sum(axis=1), 1, atol=1e-9)


def test_the_handles_own_movement_costs_nothing(small_policy: Policy) -> None:
    tracer = CurveTracer()
    moved = MovedNumber(STACK, 1)
    first = tracer.trace(small_policy, MAZE, moved)
    for value in (-2.0, 0.0, 3.0):
        assert tracer.trace(small_policy, MAZE, MovedNumber(STACK.replaced(1, coefficient=value), 1)) is first
    other = tracer.trace(small_policy, MAZE, MovedNumber(STACK.replaced(0, channels=(2,)), 1))
    assert other is not first


def test_a_curve_that_is_not_wanted_any_more_ends(small_policy: Policy) -> None:
    asked = iter([True] * 12)
    with pytest.raises(Cancelled):
        CurveTracer().trace(small_policy, MAZE, MovedNumber(STACK, 1), wanted=lambda: next(asked, False))


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_however_many_threads_share_its_points_the_curve_is_the_same(
    small_policy: Policy, monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    seen: set[int] = set()
    moved, parts = MovedNumber(STACK, 1), list[LiveCurve]()
    monkeypatch.setattr(live_curve, "thread_count", lambda: 1)
    alone = CurveTracer().trace(small_policy, MAZE, moved)
    monkeypatch.setattr(live_curve, "thread_count", lambda: threads)

    def wanted() -> bool:
        seen.add(threading.get_ident())
        return True

    shared = CurveTracer().trace(small_policy, MAZE, moved, wanted=wanted, partial=parts.append)
    assert alone is not None
    assert shared is not None
    np.testing.assert_allclose(shared.logits, alone.logits, rtol=1e-5, atol=1e-5)
    assert len(parts) == 1
    assert len(seen) > 1, "the caller's is not one of those that compute"


def test_a_curve_gives_way_to_the_field_that_is_shown(small_policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precedence, "LONGEST", 60)
    asked, found = list[int](), list[LiveCurve | None]()

    def wanted() -> bool:
        asked.append(1)
        return True

    def work() -> None:
        tracer = CurveTracer()
        found.append(tracer.trace(small_policy, MAZE, MovedNumber(STACK, 1), wanted=wanted))

    thread = threading.Thread(target=work)
    with precedence.shown_first():
        thread.start()
        assert not asked
        assert not found
    thread.join(30)
    assert asked
    assert found[0] is not None
