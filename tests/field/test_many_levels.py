"""Many levels at once: blocks, forward passes from stage to stage, and threads that change nothing."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest
import torch

from app.field.device_forward import DeviceForward
from app.field.level_blocks import BLOCK, LevelBlock, level_range
from app.field.level_forward import STAGES, LevelForward, in_layer_shape
from app.field.log_odds import log_odds
from app.field.many_levels import evaluate
from app.field.vector_field import move_probabilities
from app.interventions.layer_activations import inputs_of
from app.maze.levels import random_level
from app.policy.network import random_network
from app.policy.policy import Policy, policy_of
from app.policy.stages import RESUMABLE, run

MAZES = [random_level(15, dim, seed) for dim, seed in ((5, 1), (9, 2), (15, 3), (7, 4), (3, 5))]


def test_ranges_are_cut_at_multiples_of_the_block() -> None:
    levels = level_range("easy", [range(130, 140), range(10, 70), [5, 7], range(60, 66)])
    assert levels.text == "5,7,10:70,130:140"
    blocks = list(levels.blocks())
    assert [(block.first, block.wanted) for block in blocks] == [
        (0, ((5, 6), (7, 8), (10, 64))),
        (64, ((64, 70),)),
        (128, ((130, 140),)),
    ]
    assert levels.count_blocks() == 3
    assert sum(map(len, blocks)) == len(levels) == 72
    wanted = np.concatenate([block.seeds[block.chosen] for block in blocks])
    assert wanted.tolist() == [5, 7, *range(10, 70), *range(130, 140)]


def test_a_long_range_takes_no_memory() -> None:
    levels = level_range("hard", [range(2**31)])
    assert levels.count_blocks() == 2**31 // BLOCK
    assert next(levels.blocks()).wanted == ((0, 64),)


@pytest.mark.parametrize(("width", "plainly"), [(1, False), (4, False), (1, True)])
def test_passes_equal_plain_ones_from_every_stage(width: int, plainly: bool, device: str) -> None:
    policy = policy_of(random_network(width, 3), "random")
    forward = DeviceForward(policy, device) if plainly else LevelForward(policy)
    plain = run(policy.network, inputs_of(MAZES), keep=RESUMABLE)
    np.testing.assert_allclose(forward.observed(MAZES), plain.logits.numpy(), rtol=1e-4, atol=1e-4)
    found = forward.at(MAZES, RESUMABLE)
    for stage in RESUMABLE[:: 1 if width == 1 else 5]:
        np.testing.assert_allclose(in_layer_shape(found[stage], stage), plain.kept[stage].numpy(), rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(forward.logits(found[stage], stage), plain.logits.numpy(), rtol=1e-4, atol=1e-4)
    for first, second in ((1, 5), (4, 14), (13, 16)) if width == 1 else ((6, 9),):
        between = forward.between(found[STAGES[first]], STAGES[first], (STAGES[second],))[STAGES[second]]
        np.testing.assert_allclose(between.numpy(), found[STAGES[second]].numpy(), rtol=1e-4, atol=1e-4)


def test_threads_change_no_bit(small_policy: Policy) -> None:
    blocks = [replace(block, wanted=block.wanted) for block in level_range("easy", [range(200)]).blocks()]

    def work(block: LevelBlock, forward: LevelForward) -> bytes:
        assert torch.get_num_threads() == 1
        return forward.observed(block.mazes()[:30]).tobytes()

    assert list(evaluate(work, small_policy, blocks, 1)) == list(evaluate(work, small_policy, blocks, 3))


def test_closing_stops_within_a_batch(small_policy: Policy) -> None:
    started, passed = threading.Event(), []

    def work(block: LevelBlock, forward: LevelForward) -> int:
        if block.first:
            started.set()
            for _ in range(1000):
                forward.observed(MAZES)
                passed.append(block.first)
        return block.first

    found = evaluate(work, small_policy, level_range("easy", [range(1000)]).blocks(), 2)
    assert next(found) == 0
    started.wait()
    found.close()
    assert len(passed) < 500
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("levels")]


def test_an_error_in_a_block_is_raised(small_policy: Policy) -> None:
    def work(block: LevelBlock, forward: LevelForward) -> int:
        raise ValueError(f"block {block.first}")

    with pytest.raises(ValueError, match="block 0"):
        list(evaluate(work, small_policy, level_range("easy", [range(300)]).blocks(), 2))


def test_log_odds_are_those_of_the_probabilities() -> None:
    logits = np.random.default_rng(0).standard_normal((50, 15)).astype(np.float32) * 3
    probs = move_probabilities(logits)
    first, second = np.arange(50) % 5, (np.arange(50) + 1) % 5
    at = np.arange(50)
    expected = np.log(probs[at, first]) - np.log(probs[at, second])
    np.testing.assert_allclose(log_odds(logits, first, second), expected, atol=1e-6)
    # Where a probability is 0 in float64, the log-odds still are a number.
    assert log_odds(np.eye(15, dtype=np.float32)[:1] * 2000, np.array([0]), np.array([1]))[0] > 1900
