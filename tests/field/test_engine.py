"""The worker: newest wins, parts come in order, errors are sentences, and nothing is left behind."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest
import torch

from app.errors import MazeError, MazescopeError, PatchError
from app.field.engine import ActivationRequest, ActivationResult, Engine, FieldRequest, FieldResult
from app.field.execution_plan import Plan
from app.field.requests import FieldRequest as Request
from app.field.square_order import chunks_of, order_of_squares
from app.interventions.patches import NO_PATCHES, AddVector, PatchStack, Scale, Zero
from app.maze.maze import Maze
from app.maze.routes import decision_square, distances
from app.policy.layers import DEFAULT_LAYER
from tests.field.plain import assert_exact, plain_outputs
from tests.field.strategies import random_policy

ROOM = Maze(15, 15, bytes(1 if row % 2 and col % 4 else 0 for row in range(15) for col in range(15)), (0, 0), (14, 14))
"""143 open squares: several parts."""
PATIENCE = 120
SMALL_PARTS = Plan("embedder.block2.res2.resadd", 8, "plain", 1)


class Answers:
    """Answers of an engine, and a way to wait for them."""

    def __init__(self, engine: Engine) -> None:
        self.results: list[FieldResult] = []
        self.activations: list[ActivationResult] = []
        self.errors: list[tuple[str, str]] = []
        self.threads: set[str] = set()
        self._changed = threading.Condition()
        engine.on_result = self._into(self.results)
        engine.on_activations = self._into(self.activations)
        engine.on_error = lambda *error: self._into(self.errors)(error)
        self.failed: list[FieldRequest] = []
        engine.on_failed = self._into(self.failed)

    def _into(self, kept: list) -> Callable[[object], None]:
        def take(answer: object) -> None:
            with self._changed:
                self.threads.add(threading.current_thread().name)
                kept.append(answer)
                self._changed.notify_all()

        return take

    def wait(self, until: Callable[[], object]) -> None:
        with self._changed:
            assert self._changed.wait_for(until, PATIENCE), (self.results, self.errors)

    def whole(self, request: FieldRequest) -> FieldResult:
        self.wait(lambda: any(result.complete and result.request is request for result in self.results))
        return next(result for result in self.results if result.complete and result.request is request)


def _request(number: int = 0, *patches: Zero) -> FieldRequest:
    """Requests that differ in one wall."""
    maze = ROOM.with_walls(((7, 4 * (number % 3)),), wall=True) if number else ROOM
    return FieldRequest(maze, random_policy(1, number), PatchStack(patches))


def test_parts_come_in_order_and_end_whole(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(SMALL_PARTS)
    answers, request = Answers(engine), _request(0, Zero(channels=(1,)))
    engine.request(request)
    whole = answers.whole(request)
    assert_exact(whole)
    counts = [int(result.patched.done.sum()) for result in answers.results]
    assert counts == sorted(counts)
    assert [result.complete for result in answers.results] == [False] * (len(counts) - 1) + [True]
    if len(counts) > 1:
        done = [(int(row), int(col)) for row, col in ROOM.squares[answers.results[0].original.done]]
        assert ROOM.mouse in done
        steps = distances(ROOM, ROOM.mouse)
        assert np.mean([steps[square] for square in done]) < steps[steps >= 0].mean() / 2
    for part in answers.results:
        np.testing.assert_array_equal(part.patched.logits[part.patched.done], whole.patched.logits[part.patched.done])
        assert part.milliseconds <= whole.milliseconds
        assert part.device == engine.device_label
    assert threading.current_thread().name not in answers.threads


def test_the_newest_request_wins(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(SMALL_PARTS)
    answers = Answers(engine)
    requests = [_request(number) for number in range(12)]
    for request in requests:
        engine.request(request)
    assert_exact(answers.whole(requests[-1]))
    finished = [result.request for result in answers.results if result.complete]
    assert len(finished) < len(requests)
    order = [requests.index(result.request) for result in answers.results]
    assert order == sorted(order)


def test_a_newer_request_stops_the_older_within_one_part(make_engine: Callable[..., Engine], device: str) -> None:
    if device != "cpu":
        pytest.skip("a graphics processor computes a field of this size in one part")
    engine = make_engine(SMALL_PARTS)
    answers, first, second = Answers(engine), _request(1), _request(2)
    took = engine.on_result
    engine.on_result = lambda result: (engine.request(second) if result.request is first else None, took(result))
    engine.request(first)
    answers.whole(second)
    parts = [result for result in answers.results if result.request is first]
    assert len(parts) == 1
    assert not parts[0].complete


def test_every_request_that_is_taken_up_shows_its_first_part(make_engine: Callable[..., Engine], device: str) -> None:
    """Otherwise nothing would move while walls are painted faster than fields can be computed."""
    if device != "cpu":
        pytest.skip("a graphics processor computes a field of this size in one part")
    engine = make_engine(SMALL_PARTS)
    answers = Answers(engine)
    requests = [_request(number) for number in range(6)]
    pending = iter(requests[1:])
    took = engine.on_result

    asked_at: list[FieldRequest] = []

    def keep_asking(result: FieldResult) -> None:
        took(result)
        if result.request not in asked_at:
            asked_at.append(result.request)
            following = next(pending, None)
            if following is not None:
                engine.request(following)

    engine.on_result = keep_asking
    engine.request(requests[0])
    answers.whole(requests[-1])
    assert {requests.index(result.request) for result in answers.results} == set(range(6))


def test_squares_take_turns_while_requests_overtake_each_other(make_engine: Callable[..., Engine], device: str) -> None:
    if device not in ("cpu", "auto"):
        pytest.skip("a graphics processor takes the room in one batch")
    engine, policy = make_engine(SMALL_PARTS), random_policy(1)
    answers, maze = Answers(engine), ROOM.with_mouse((2, 4)).with_cheese((14, 2))
    decision = decision_square(maze).square
    assert decision is not None
    assert decision != maze.mouse
    first = FieldRequest(maze, policy)
    engine.request(first)
    original = answers.whole(first).original
    answers.results.clear()
    asked: list[FieldRequest] = []
    seen = np.zeros(len(maze.squares), dtype=bool)

    def overtake(result: FieldResult) -> None:
        """Every part is answered with another question, as by somebody who drags a slider."""
        nonlocal seen
        if done.is_set():
            if result.complete:
                complete.set()
            return
        seen = seen | result.patched.done
        answers.results.append(result)
        if seen.all():
            done.set()
        elif len(asked) < len(maze.squares):
            ask()

    def ask() -> None:
        asked.append(FieldRequest(maze, policy, PatchStack((Scale(positive=1.5 + 0.01 * len(asked)),))))
        engine.request(asked[-1])

    done, complete = threading.Event(), threading.Event()
    engine.on_result = overtake
    ask()
    assert done.wait(PATIENCE), "some squares are never computed while questions keep coming"
    # A part holds eight squares, of which three are always the mouse's, its neighbour's and the decision square.
    assert len(asked) <= 1 + -(-len(maze.squares) // 5)
    for result in answers.results:
        assert int(result.patched.done.sum()) == 8
        for square in (maze.mouse, decision):
            row = result.patched.index(square)
            assert row is not None
            assert result.patched.done[row]
        np.testing.assert_array_equal(result.original.logits, original.logits)
    rows = np.nonzero(answers.results[-1].patched.done)[0]
    logits, _ = plain_outputs(asked[-1], maze.squares[rows], patched=True)
    np.testing.assert_allclose(answers.results[-1].patched.logits[rows], logits, rtol=0, atol=1e-4)
    # Once a field is whole, the next one begins near the mouse again.
    assert complete.wait(PATIENCE)
    answers.results.clear()
    engine.on_result = answers._into(answers.results)
    last = FieldRequest(maze, policy, PatchStack((Zero(),)))
    engine.request(last)
    assert_exact(answers.whole(last))
    assert set(np.nonzero(answers.results[0].patched.done)[0]) >= set(order_of_squares(maze)[:7])


def test_the_original_is_not_computed_again_when_patches_change(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine()
    before = engine.compute(_request(0))
    after = engine.compute(_request(0, Zero(channels=(3,))))
    np.testing.assert_array_equal(before.original.logits, after.original.logits)
    assert_exact(after)
    dragged = FieldRequest(ROOM.with_mouse((0, 4)), random_policy(1))
    answers = Answers(engine)
    engine.request(dragged)
    # All of it at once: no part was computed.
    assert answers.whole(dragged) is answers.results[0]
    np.testing.assert_array_equal(answers.results[0].original.logits, before.original.logits)


def test_answers_belong_to_the_receiver(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine()
    spoilt = engine.compute(_request(0))
    spoilt.original.logits[:] = 7
    spoilt.original.value[:] = 7
    assert_exact(engine.compute(_request(0)))


def test_activations_have_a_lane_of_their_own(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(SMALL_PARTS)
    answers, request = Answers(engine), _request(0)
    engine.request(request)
    wanted = [ActivationRequest(ROOM, random_policy(1), NO_PATCHES, DEFAULT_LAYER, (0, col)) for col in range(8)]
    for one in wanted:
        engine.request_activations(one)
    answers.wait(lambda: any(result.request is wanted[-1] for result in answers.activations))
    answers.whole(request)
    assert len(answers.activations) < len(wanted)


@pytest.mark.parametrize(
    "layer", [DEFAULT_LAYER, DEFAULT_LAYER + "_out", "embedder.relufc", "embedder.block1.res1.relu1"]
)
def test_activations_equal_the_plain_network(make_engine: Callable[..., Engine], layer: str) -> None:
    policy, stack = random_policy(1), PatchStack((AddVector(coefficient=-1.0), Zero(layer="fc_value")))
    result = make_engine().activations(ActivationRequest(ROOM, policy, stack, layer, (2, 4)))
    request, square = FieldRequest(ROOM, policy, stack), np.array([(2, 4)])
    for patched, logits, value in (
        (False, result.original_logits, result.original_value),
        (True, result.patched_logits, result.patched_value),
    ):
        expected = plain_outputs(request, square, patched)
        np.testing.assert_allclose(logits, expected[0][0], rtol=0, atol=1e-4)
        np.testing.assert_allclose(value, expected[1][0], rtol=0, atol=1e-4)
    assert result.original.shape == result.patched.shape == result.without_cheese.shape
    assert not np.array_equal(result.original, result.without_cheese)
    np.testing.assert_allclose(result.original_probs.sum(), 1)
    if layer == DEFAULT_LAYER:
        # The mouse's square and the document's mouse differ, so that the vector is not this square's own.
        assert not np.array_equal(result.patched, result.original)


def test_errors_are_sentences_and_the_worker_goes_on(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine()
    answers = Answers(engine)
    engine.request_activations(ActivationRequest(ROOM, random_policy(1), NO_PATCHES, "embedder.block9", (0, 0)))
    answers.wait(lambda: len(answers.errors) == 1)
    engine.request_activations(ActivationRequest(ROOM, random_policy(1), NO_PATCHES, DEFAULT_LAYER, (1, 1)))
    answers.wait(lambda: len(answers.errors) == 2)
    engine.request(Request(ROOM, None))  # type: ignore[arg-type]
    answers.wait(lambda: len(answers.errors) == 3)
    for sentence, details in answers.errors:
        assert sentence.endswith(".")
        assert "\n" not in sentence
        assert "Traceback" in details
    assert "embedder.block9" in answers.errors[0][0]
    assert_exact_after(engine, answers)


def test_patches_beyond_float32_are_told_rather_than_waited_for(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine()
    answers = Answers(engine)
    patches = PatchStack((Scale(positive=3e38, negative=3e38),))
    request = Request(ROOM, random_policy(1), patches)
    engine.request(request)
    answers.wait(lambda: answers.errors)
    assert "float32" in answers.errors[0][0]
    answers.wait(lambda: answers.failed)
    assert answers.failed == [request]
    with pytest.raises(PatchError, match="float32"):
        engine.activations(ActivationRequest(ROOM, request.policy, patches, DEFAULT_LAYER, (0, 0)))
    with pytest.raises(PatchError, match="float32"):
        engine.compute(request)
    assert_exact_after(engine, answers)


def test_a_receiver_that_fails_does_not_end_the_worker(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine()
    answers = Answers(engine)
    took = engine.on_result

    def fail(result: FieldResult) -> None:
        raise RuntimeError("the canvas is gone")

    engine.on_result = fail
    engine.request(_request(0))
    answers.wait(lambda: answers.errors)
    assert "the canvas is gone" in answers.errors[0][0]
    engine.on_result = took
    assert_exact_after(engine, answers)


def assert_exact_after(engine: Engine, answers: Answers) -> None:
    request = _request(3)
    engine.request(request)
    assert_exact(answers.whole(request))


def test_problems_of_patches_come_with_the_answer(make_engine: Callable[..., Engine]) -> None:
    stack = PatchStack((Zero(channels=(999,)), Zero(channels=(1,))))
    result = make_engine().compute(FieldRequest(ROOM, random_policy(1), stack))
    assert [problem.position for problem in result.problems] == [0]
    assert_exact(result)


def test_wrong_squares_and_layers_raise_on_the_callers_thread(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine()
    with pytest.raises(MazeError, match=r"\(1, 1\)"):
        engine.activations(ActivationRequest(ROOM, random_policy(1), NO_PATCHES, DEFAULT_LAYER, (1, 1)))
    with pytest.raises(PatchError, match="no layer"):
        engine.activations(ActivationRequest(ROOM, random_policy(1), NO_PATCHES, "conv", (0, 0)))


def test_devices() -> None:
    engine = Engine("cpu")
    try:
        choices = dict(engine.devices())
        assert choices["auto"].startswith("Automatic")
        assert "cpu" in choices
        assert engine.device_label.startswith("CPU, ")
        absent = next((key for key in ("mps", "cuda") if key not in choices), None)
        assert absent is not None, "no machine has both"
        answers, request = Answers(engine), _request(0)
        engine.set_device(absent)
        engine.request(request)
        assert_exact(answers.whole(request))
        assert absent.upper() in answers.errors[0][0]
        with pytest.raises(MazescopeError, match="abacus"):
            engine.set_device("abacus")
    finally:
        engine.close()


def test_closing_leaves_no_thread() -> None:
    before = set(threading.enumerate())
    engine = Engine("cpu")
    answers = Answers(engine)
    engine.request(_request(0))
    answers.wait(lambda: answers.results)
    engine.close()
    told = len(answers.results)
    engine.request(_request(1))
    assert set(threading.enumerate()) <= before
    assert len(answers.results) == told
    engine.close()


def test_other_threads_keep_torchs_threads(make_engine: Callable[..., Engine]) -> None:
    def usual() -> int:
        found: list[int] = []
        thread = threading.Thread(target=lambda: found.append(torch.get_num_threads()))
        thread.start()
        thread.join()
        return found[0]

    here, elsewhere = torch.get_num_threads(), usual()
    make_engine(Plan(None, 8, "plain", 2)).compute(_request(0))
    assert (torch.get_num_threads(), usual()) == (here, elsewhere)


def test_order_and_chunks_hold_every_square_once() -> None:
    order = order_of_squares(ROOM)
    assert sorted(order) == list(range(len(ROOM.squares)))
    assert tuple(ROOM.squares[order[0]]) == ROOM.mouse
    for threads in (1, 2, 3):
        chunks = [chunk for part in chunks_of(order, threads, 16) for chunk in part]
        np.testing.assert_array_equal(np.concatenate(chunks), order)
        assert max(len(chunk) for chunk in chunks) <= 16
