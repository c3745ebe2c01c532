"""bfloat16 while requests overtake each other: only then, only where it is offered, and kept nowhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.field.convolutions import BFLOAT16, kernels
from app.field.cpu import CpuEvaluator
from app.field.devices import Device
from app.field.engine import Engine, FieldRequest, FieldResult
from app.field.execution_plan import FastPlan, Plan, Plans
from app.field.fast_fields import FastEvaluator, FastFields
from app.field.fast_offer import LEAST_GAIN, FastOffer
from app.field.field_parts import field_parts
from app.field.windowed_forward import never
from app.interventions.patches import NO_PATCHES, AddVector, PatchStack, Scale, Zero
from tests.field.plain import assert_exact
from tests.field.strategies import random_policy
from tests.field.test_engine import ROOM, SMALL_PARTS, Answers

FAST = FastPlan(replace(SMALL_PARTS, kernel=BFLOAT16), LEAST_GAIN)
NEAR = 0.15
"""Of a probability: random policies are unsure, so that more changes than of a trained one."""

STACKS = (
    NO_PATCHES,
    PatchStack((Zero(channels=(1,)),)),
    PatchStack((Scale(layer="embedder.block2.res1.conv1", positive=0.5),)),
    PatchStack((AddVector(layer="embedder.block3.res1.resadd", coefficient=-1.0),)),
)


def requests(stack: PatchStack = NO_PATCHES, count: int = 3) -> list[FieldRequest]:
    """Requests that differ in one wall."""
    policy = random_policy(1, 0)
    return [
        FieldRequest(ROOM.with_walls(((7, 4 * number),), wall=True) if number else ROOM, policy, stack)
        for number in range(count)
    ]


def overtaking(engine: Engine, asked: list[FieldRequest]) -> Answers:
    """Ask for the next one at the first part of each, as a drag does; then wait for the last one's whole answer."""
    answers, pending, seen = Answers(engine), iter(asked[1:]), set()
    took = engine.on_result
    assert took is not None

    def ask(result: FieldResult) -> None:
        took(result)
        if id(result.request) not in seen:
            seen.add(id(result.request))
            if (following := next(pending, None)) is not None:
                engine.request(following)

    engine.on_result = ask
    engine.request(asked[0])
    answers.whole(asked[-1])
    return answers


@pytest.mark.parametrize("stack", STACKS, ids=("none", "zero", "scale", "cheese vector"))
def test_bfloat16_gives_nearly_the_exact_field(stack: PatchStack) -> None:
    request = requests(stack, 1)[0]
    exact = CpuEvaluator(Device("cpu", "CPU"), plan=SMALL_PARTS)
    fast = FastEvaluator(exact, FAST)
    *_, rough = field_parts(fast, request, never)
    *_, true = field_parts(exact, request, never)
    for found, expected in ((rough.original, true.original), (rough.patched, true.patched)):
        assert found.complete
        assert not np.array_equal(found.logits, expected.logits)
        assert np.abs(found.probs - expected.probs).max() < NEAR
    # The exact field is known by now; nothing inexact ever is.
    *_, again = field_parts(fast, request, never)
    np.testing.assert_array_equal(again.original.logits, true.original.logits)
    fast.close()
    exact.close()


def test_while_requests_overtake_each_other_they_are_answered_in_bfloat16_and_the_last_exactly(
    make_engine: Callable[..., Engine], device: str
) -> None:
    if device != "cpu":
        pytest.skip("a graphics processor computes no fields in bfloat16")
    engine, asked = make_engine(SMALL_PARTS, fast=FAST), requests()
    engine.fast_while_dragging = True
    answers = overtaking(engine, asked)
    first, second, last = ([result for result in answers.results if result.request is each] for each in asked)
    assert [result.exact for result in first] == [True]
    assert [result.exact for result in second] == [False]
    # All of the last one's squares in bfloat16, and then all of them exactly.
    exact = [result.exact for result in last]
    assert exact == sorted(exact)
    rough = [result for result in last if not result.exact]
    assert rough[-1].original.complete
    assert not any(result.complete for result in rough)
    assert_exact(last[-1])
    assert_exact(engine.compute(asked[1]))
    assert not answers.errors


@pytest.mark.parametrize(
    ("wanted", "gain"), [(False, LEAST_GAIN), (True, LEAST_GAIN - 0.01)], ids=["not wanted", "not worth it"]
)
def test_otherwise_all_answers_are_exact(
    make_engine: Callable[..., Engine], wanted: bool, gain: float, device: str
) -> None:
    engine, asked = make_engine(SMALL_PARTS, fast=replace(FAST, gain=gain)), requests()
    engine.fast_while_dragging = wanted
    answers = overtaking(engine, asked)
    assert all(result.exact for result in answers.results)
    offer = engine.fast_offer(asked[0])
    assert offer == FastOffer(gain) if device == "cpu" else not offer.possible
    assert offer.offered is (device == "cpu" and gain >= LEAST_GAIN)


def test_what_was_measured_is_remembered(tmp_path: Path) -> None:
    request, plans = requests(count=1)[0], Plans(tmp_path / "plans.json")
    exact = CpuEvaluator(Device("cpu", "CPU"), plan=replace(SMALL_PARTS, until="embedder.block1.maxpool"))
    fields = FastFields(exact, plans)
    policy, maze = request.policy, request.maze
    assert fields.offer(policy, maze) == FastOffer(None)
    assert not fields.offer(policy, maze).offered
    assert fields.evaluator(request) is None
    fields.measure(request, never)
    found = plans.find_fast(policy.width, maze.world)
    assert found is not None
    assert found.plan.kernel == BFLOAT16
    assert found.gain > 0
    assert FastFields(exact, plans).offer(policy, maze) == fields.offer(policy, maze) == FastOffer(found.gain)
    # It is no exact plan, and none of them is one of these.
    assert plans.find(policy.width, maze.world) is None
    assert BFLOAT16 not in kernels()
    exact.close()


@pytest.mark.parametrize(
    "stored", ['{"gain": 2}', '{"plan": {"until": null, "chunk": 8, "kernel": "plain", "threads": 1}, "gain": 2}', "[]"]
)
def test_what_this_program_did_not_write_counts_as_nothing(tmp_path: Path, stored: str) -> None:
    path = tmp_path / "plans.json"
    plans = Plans(path)
    plans.remember_fast(1, 15, FastPlan(Plan(None, 8, BFLOAT16, 1), 2.0))
    assert plans.find_fast(1, 15) == FastPlan(Plan(None, 8, BFLOAT16, 1), 2.0)
    text = path.read_text()
    start = text.index("{", 1)
    path.write_text(text[:start] + stored + "}")
    assert plans.find_fast(1, 15) is None
