"""The studies of pushes: recorded movers, the pushes by direction, the aggregation, and ablation at any layer."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from app.cli.study_command import ask
from app.errors import MazescopeError, PatchError
from app.interventions.channel_sets import ChannelSet
from app.interventions.compiled_stack import compile_stack
from app.interventions.layer_activations import inputs_of
from app.interventions.patches import AddVector, Mean, PatchStack, Resample, Zero
from app.maze import generator
from app.maze.levels import random_level
from app.maze.maze import Maze
from app.maze.moves import LEFT, MOVE_ACTIONS, MOVES, RIGHT, UP
from app.maze.routes import decision_square
from app.policy.policy import Policy
from app.policy.stages import run
from app.progress import Cancelled
from app.studies.ablated_channels import AblationQuestion
from app.studies.ablation_push import ablation_push
from app.studies.batched_forward import fields
from app.studies.channel_choice import channel_choice
from app.studies.level_set import of_mazes
from app.studies.push import PushQuestion
from app.studies.push_aggregation import aggregation, counts_up_to
from app.studies.push_numbers import CHANNELS, UNITS, in_region
from app.studies.square_push import SquarePushQuestion

MAZES = [maze for maze in (random_level(15, None, seed) for seed in range(12)) if decision_square(maze).square][:4]
LEVELS = of_mazes(MAZES)


def test_the_recorded_movers(reference_policy: Policy, device: str) -> None:
    found = PushQuestion(reference_policy, of_mazes(generator.levels(15, range(200)))).run(device=device)
    printed = found.to_json()
    assert printed["n"] == 108
    first = {move: ranking[0] for move, ranking in printed["push"].items()}
    assert {move: channel for move, (channel, _) in first.items()} == {"UP": 12, "RIGHT": 6, "DOWN": 14, "LEFT": 4}
    assert [first[move][1] for move in ("UP", "RIGHT", "DOWN", "LEFT")] == pytest.approx(
        [3.79, 1.67, 1.58, 1.49], abs=0.006
    )
    assert all(len(ranking) == 32 for ranking in printed["push"].values())
    known = found.aggregation
    four = int(np.flatnonzero(known.counts == 4)[0])
    assert known.accuracy[four] > known.control_high[four] > known.control[four]
    assert known.levels + known.left_out == 108
    assert "UP channel 12 (+3.79)" in found.findings[0]


def test_every_number_of_a_result_is_the_mean_of_its_levels(small_policy: Policy) -> None:
    found = PushQuestion(small_policy, LEVELS).run()
    n = len(MAZES)
    assert found.push.shape == (n, 32, 5)
    assert len(found.records) == n * 32
    assert found.mean == pytest.approx(found.push.mean(axis=0), abs=1e-6)
    rebuilt = found.push.sum(axis=1) + found.biases
    means = np.stack([found.logits[:, list(actions)].mean(axis=1) for actions in MOVE_ACTIONS], axis=1)
    assert rebuilt == pytest.approx(means - means.mean(axis=1, keepdims=True), abs=1e-4)
    assert sum(cell.levels for cell in found.cells) == n
    pooled = sum(cell.levels * cell.push for cell in found.cells) / n
    assert pooled == pytest.approx(found.mean, abs=1e-6)
    printed = found.to_json()
    assert json.loads(json.dumps(printed, allow_nan=False)) == printed
    assert list(printed["push"]) == ["UP", "LEFT", "DOWN", "RIGHT"]
    for move, ranking in printed["push"].items():
        values = [value for _, value in ranking]
        assert values == sorted(values, reverse=True)
        assert ranking[0][1] == pytest.approx(found.mean[ranking[0][0], MOVES.index(move)])
    assert [table.name for table in found.tables] == ["push", "conditional", "aggregation"][: len(found.tables)]
    for table in found.tables:
        assert "n" in {column.name for column in table.columns}
    best = found.by_choice()[0]
    assert best[1] == found.difference.mean(axis=0).max()


def test_units_are_parts_as_well(small_policy: Policy, device: str) -> None:
    found = PushQuestion(small_policy, LEVELS, UNITS).run(device=device)
    assert found.push.shape == (len(MAZES), 256, 5)
    assert len(found.to_json()["push"]["UP"]) == 256
    by_channel = PushQuestion(small_policy, LEVELS, CHANNELS).run()
    whole = found.push.sum(axis=1) + found.biases
    assert whole == pytest.approx(by_channel.push.sum(axis=1) + by_channel.biases, abs=1e-4)


def test_a_move_has_its_own_set_of_channels(small_policy: Policy) -> None:
    found = PushQuestion(small_policy, LEVELS).run()
    for each in found.sets():
        weights = found.mean[:, MOVES.index(each.name)].clip(min=0)
        assert weights[list(each.channels)].sum() >= 0.8 * weights.sum() - 1e-9
        assert weights[list(each.channels[:-1])].sum() < 0.8 * weights.sum()
        patch = each.on(Zero())
        assert (patch.layer, patch.channels) == (CHANNELS, each.channels)
        assert isinstance(each, ChannelSet)


def test_the_region_is_the_top_right_block() -> None:
    maze = random_level(15, 7, 3)
    corner = maze.top_right[0]
    bare = maze.with_cheese(None)
    assert not in_region(bare, 5)
    opened = bare.with_walls(((corner - 4, corner), (corner - 5, corner)), wall=False)
    assert in_region(opened.with_cheese((corner - 4, corner)), 5)
    assert not in_region(opened.with_cheese((corner - 5, corner)), 5)


# --- aggregation ----------------------------------------------------------------------------------------------------


def test_one_part_that_decides_everything_is_found() -> None:
    random = np.random.default_rng(0)
    difference = random.normal(scale=0.01, size=(60, 10))
    difference[:, 7] = random.choice([-1.0, 1.0], size=60)
    greedy = np.where(difference[:, 7] > 0, LEFT, UP)
    found = aggregation(difference, np.full(60, LEFT), np.full(60, UP), greedy)
    assert found is not None
    assert (found.accuracy == 1).all()
    assert found.control[0] < 0.75
    assert found.control[-1] == found.accuracy[-1]
    assert 0.5 <= found.base_rate < 0.7
    assert (found.levels, found.left_out) == (60, 0)


def test_levels_whose_greedy_move_is_neither_are_left_out() -> None:
    difference = np.ones((3, 2))
    moves = np.array([LEFT, UP, RIGHT])
    found = aggregation(difference, np.full(3, LEFT), np.full(3, UP), moves)
    assert found is not None
    assert (found.levels, found.left_out, found.base_rate) == (2, 1, 0.5)
    assert aggregation(difference, np.full(3, LEFT), np.full(3, UP), np.full(3, RIGHT)) is None
    assert counts_up_to(256)[-1] == 256
    assert counts_up_to(1).tolist() == [1]


# --- ablation -------------------------------------------------------------------------------------------------------


def patched_log_odds(policy: Policy, maze: Maze, stack: PatchStack) -> tuple[float, float]:
    """Log-odds and P(cheese) at the decision square, one plain run."""
    decision = decision_square(maze)
    compiled = compile_stack(stack, policy, maze)
    inputs = inputs_of((maze.with_mouse(decision.square),))
    found = run(policy.network, inputs, edit=compiled.edit(np.array([decision.square])), edited=compiled.layers)
    log_probs = found.logits[0].double().log_softmax(0)
    cheese, corner = (
        log_probs[list(MOVE_ACTIONS[m])].logsumexp(0) for m in (decision.to_cheese, decision.to_top_right)
    )
    return float(cheese - corner), float(cheese.exp())


@pytest.mark.parametrize(
    "layer", ["embedder.block1.conv", "embedder.block2.res1.conv1", "embedder.block3.res2.resadd", "embedder.fc"]
)
@pytest.mark.parametrize("ablation", ["zero", "mean", "resample"])
def test_a_channel_ablated_in_the_batch_is_the_patch_by_itself(small_policy: Policy, layer: str, ablation: str) -> None:
    maze = MAZES[0]
    found = ablation_push(small_policy, [maze], layer, ablation, seed=3)
    before = patched_log_odds(small_policy, maze, PatchStack())
    for channel in (0, found.log_odds.shape[1] - 1):
        patch = {
            "zero": Zero(layer=layer, channels=(channel,)),
            "mean": Mean(layer=layer, channels=(channel,), seed=3),
            "resample": Resample(layer=layer, channels=(channel,), source_seed=3),
        }[ablation]
        after = patched_log_odds(small_policy, maze, PatchStack((patch,)))
        assert found.log_odds[0, channel] == pytest.approx(after[0] - before[0], abs=1e-4)
        assert found.cheese[0, channel] == pytest.approx(after[1] - before[1], abs=1e-5)


def test_a_layer_of_many_features_is_ablated_in_parts(small_policy: Policy) -> None:
    found = ablation_push(small_policy, MAZES[:1], "embedder.flatten")
    assert found.log_odds.shape == (1, 2048)
    before = patched_log_odds(small_policy, MAZES[0], PatchStack())
    after = patched_log_odds(small_policy, MAZES[0], PatchStack((Zero(layer="embedder.flatten", channels=(700,)),)))
    assert found.log_odds[0, 700] == pytest.approx(after[0] - before[0], abs=1e-4)


@pytest.mark.parametrize("layer", ["embedder.block2.res1.conv1", "embedder.block3.res2.resadd"])
def test_the_gradient_is_the_limit_of_small_ablations(small_policy: Policy, layer: str) -> None:
    maze = MAZES[1]
    found = ablation_push(small_policy, [maze], layer, "gradient")
    step = 1e-2
    from app.interventions.patches import Scale

    before = patched_log_odds(small_policy, maze, PatchStack())
    channel = int(np.abs(found.log_odds[0]).argmax())
    stack = PatchStack((Scale(layer=layer, channels=(channel,), positive=1 - step, negative=1 - step),))
    after = patched_log_odds(small_policy, maze, stack)
    assert (after[0] - before[0]) / step == pytest.approx(found.log_odds[0, channel], rel=0.05, abs=1e-3)
    assert not torch.is_grad_enabled() or not any(p.grad is not None for p in small_policy.network.parameters())


def test_the_ablation_study_ranks_and_labels(small_policy: Policy, device: str) -> None:
    exact = AblationQuestion(small_policy, LEVELS).run(device=device)
    printed = exact.to_json()
    assert json.loads(json.dumps(printed, allow_nan=False)) == printed
    changes = [value for _, value in printed["log_odds_change"]]
    assert changes == sorted(changes)
    assert printed["log_odds_change"][0][1] == pytest.approx(exact.found.log_odds.mean(axis=0).min())
    assert (printed["n"], printed["approximation"]) == (len(MAZES), False)
    assert len(exact.records) == len(MAZES) * 32
    assert "approximation" not in " ".join(exact.findings) + exact.plots[0].note
    quick = AblationQuestion(small_policy, LEVELS, ablation="gradient").run()
    assert "approximation" in quick.findings[1]
    assert "approximation" in quick.plots[0].note
    assert quick.to_json()["approximation"] is True


def test_what_cannot_be_asked_is_one_sentence(small_policy: Policy) -> None:
    bare = of_mazes([MAZES[0].with_cheese(None)])
    for question in (PushQuestion(small_policy, bare), AblationQuestion(small_policy, bare)):
        with pytest.raises(MazescopeError, match="decision square"):
            question.run()
    with pytest.raises(PatchError, match="not a sum"):
        PushQuestion(small_policy, LEVELS, "embedder.block2.res1.resadd")
    with pytest.raises(PatchError, match="output"):
        AblationQuestion(small_policy, LEVELS, "fc_policy")
    with pytest.raises(PatchError, match="no layer"):
        AblationQuestion(small_policy, LEVELS, "block9")
    with pytest.raises(PatchError, match="ablation 'half'"):
        AblationQuestion(small_policy, LEVELS, ablation="half")
    with pytest.raises(MazescopeError, match="at least one"):
        PushQuestion(small_policy, of_mazes([]))


def test_they_can_be_cancelled(small_policy: Policy) -> None:
    for question in (PushQuestion(small_policy, LEVELS), AblationQuestion(small_policy, LEVELS)):
        with pytest.raises(Cancelled):
            question.run(progress=lambda done, total: done > total)


def test_the_command_asks_the_same(reference_checkpoint: Path) -> None:
    checkpoint = str(reference_checkpoint)
    exact = ask("push", checkpoint, "--seeds", "0:12")
    assert isinstance(exact.question, PushQuestion)
    assert ask("push", checkpoint, *exact.question.words()).to_json() == exact.to_json()
    units = ask("push", checkpoint, "--seeds", "0:12", "--layer", "relufc")
    assert units.question.layer == UNITS
    ablated = ask("push", checkpoint, "--seeds", "0:4", "--layer", "block2.res1", "--method", "gradient")
    assert isinstance(ablated.question, AblationQuestion)
    assert ablated.question.layer == "embedder.block2.res1.resadd"
    assert ask("push", checkpoint, *ablated.question.words()).to_json() == ablated.to_json()
    with pytest.raises(PatchError, match="not a sum"):
        ask("push", checkpoint, "--layer", "block2.res1", "--method", "exact")
    with pytest.raises(MazescopeError, match="--inside"):
        ask("push", checkpoint, "--layer", "block2.res1", "--inside", "5")


# --- at squares -----------------------------------------------------------------------------------------------------


def test_at_a_square_the_parts_sum_to_the_logits_under_the_stack(small_policy: Policy, device: str) -> None:
    maze = MAZES[0]
    squares = tuple((int(row), int(col)) for row, col in maze.squares[:2])
    stack = PatchStack((AddVector(coefficient=-1.0),))
    for layer in (CHANNELS, UNITS):
        found = SquarePushQuestion(small_policy, of_mazes([maze]), squares, stack, layer).run(device=device)
        _, (patched,) = fields(small_policy, maze, [compile_stack(stack, small_policy, maze)])
        means = np.stack([patched.logits[:, list(actions)].mean(axis=1) for actions in MOVE_ACTIONS], axis=1)
        expected = (means - means.mean(axis=1, keepdims=True))[[patched.index(square) for square in squares]]
        assert found.parts.sum(axis=1) + found.biases == pytest.approx(expected, abs=1e-3)
        printed = found.to_json()
        assert json.loads(json.dumps(printed, allow_nan=False)) == printed
        best = printed["squares"][1]["push"]["UP"][0]
        assert best[1] == pytest.approx(found.parts[1, :, UP].max())
        net = found.plots[2].grid.values
        assert net[:-1].sum(axis=0) == pytest.approx(net[-1], abs=1e-3)
        assert len(found.tables) == len(found.findings) == 2
        headings = [each.title for each in (*found.plots, *found.tables[-2:])]
        assert all("under the patches" in heading for heading in headings)
        assert [plot.name for plot in found.plots] == ["square1", "square2", "numbers1", "numbers2"]
        for square, plot in enumerate(found.plots[:2]):
            *pieces, marked = plot.series
            assert sum(piece.y for piece in pieces) == pytest.approx(marked.y, abs=1e-4)
            assert marked.y == pytest.approx(found.found.logits[square], abs=1e-3)
        # Side by side they have one scale and one choice of colours.
        first, second = found.plots[:2]
        assert (first.y.low, first.y.high) == (second.y.low, second.y.high)
        assert [(each.name, each.role) for each in first.series] == [(each.name, each.role) for each in second.series]
        assert len(found.records) == 2 * found.parts.shape[1]


def test_what_is_no_square_is_one_sentence(small_policy: Policy, reference_checkpoint: Path) -> None:
    maze = MAZES[0]
    wall = tuple(map(int, np.argwhere(maze.grid == 51)[0]))
    for squares, words in (((), "0 squares"), ((wall,), "open one"), ((maze.mouse,) * 6, "6 squares")):
        with pytest.raises(MazescopeError, match=words):
            SquarePushQuestion(small_policy, of_mazes([maze]), squares)
    with pytest.raises(MazescopeError, match="4 levels"):
        SquarePushQuestion(small_policy, LEVELS, (maze.mouse,))
    behind = PatchStack((Zero(layer="embedder.relufc", channels=(1,)),))
    with pytest.raises(PatchError, match="relufc"):
        SquarePushQuestion(small_policy, of_mazes([maze]), (maze.mouse,), behind).run()
    asked = ask("push", str(reference_checkpoint), "--seeds", "9", "--square", "1,1", "--square", "1,2")
    assert asked.question.squares == ((1, 1), (1, 2))
    assert ask("push", str(reference_checkpoint), *asked.question.words()).to_json() == asked.to_json()


def test_what_a_channel_does_to_the_choice(small_policy: Policy) -> None:
    maze = MAZES[0]
    before = patched_log_odds(small_policy, maze, PatchStack())
    found = channel_choice(small_policy, maze, "embedder.block2.res1.resadd")
    zeroed = PatchStack((Zero(layer="embedder.block2.res1.resadd", channels=(3,)),))
    after = patched_log_odds(small_policy, maze, zeroed)
    assert found.push[3] == pytest.approx(before[0] - after[0], abs=1e-4)
    assert found.effect[3] == pytest.approx(abs(after[1] - before[1]), abs=1e-5)
    exact = channel_choice(small_policy, maze, CHANNELS)
    assert exact.push == pytest.approx(PushQuestion(small_policy, of_mazes([maze])).run().difference[0])
    assert channel_choice(small_policy, maze, "fc_policy") is None
    assert channel_choice(small_policy, maze.with_cheese(None), CHANNELS) is None
