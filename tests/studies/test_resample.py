"""Resampling: equal to plain runs, sources as asked, channels chosen on other levels than they are judged on."""

from __future__ import annotations

import json
from itertools import islice

import numpy as np
import pytest

from app.errors import MazescopeError, PatchError
from app.field.vector_field import move_probabilities
from app.interventions.layer_activations import activations, inputs_of
from app.maze.generator import levels
from app.maze.routes import decision_square
from app.policy.layers import DEFAULT_LAYER
from app.policy.policy import Policy
from app.policy.stages import run
from app.progress import Cancelled
from app.studies.channel_rules import halves
from app.studies.level_set import LevelSet, of_mazes
from app.studies.resample import ResampleQuestion, component_measure, source_levels


def some(count: int = 6, first: int = 0) -> LevelSet:
    return of_mazes([maze for maze in levels(15, np.arange(first, first + 60)) if maze.dim <= 7][:count])


def test_sources_have_the_side_and_the_cheese_as_asked() -> None:
    for level in some(8).levels:
        maze = level.maze
        for same in (True, False):
            found = list(islice(source_levels(maze, same, 3), 12))
            assert found == list(islice(source_levels(maze, same, 3), 12))
            assert {each.dim for each in found} == {maze.dim}
            assert all(each.walls != maze.walls for each in found)
            assert all((each.cheese == maze.cheese) is same for each in found)
            assert found != list(islice(source_levels(maze, same, 4), 12))


@pytest.mark.parametrize("own", [True, False])
def test_each_number_is_that_of_a_plain_run(small_policy: Policy, own: bool, device: str) -> None:
    asked = some(3)
    found = ResampleQuestion(small_policy, asked, channels=(4, 9), own_sources=own, controls=2).run(device=device)
    assert found.sets[0] == (4, 9)
    assert not set(found.sets[1] + found.sets[2]) & {4, 9}
    for row, level in enumerate(asked.levels):
        maze = level.maze
        for kind, same in enumerate((True, False)):
            sources = list(islice(source_levels(maze, same, 0), 32 if own else 1))
            taken = activations(small_policy.network, sources, (DEFAULT_LAYER,))[DEFAULT_LAYER]
            for place, channels in enumerate(found.sets):

                def edit(_: str, x: object, channels: tuple[int, ...] = channels, taken: object = taken) -> object:
                    out = x.clone()  # type: ignore[attr-defined]
                    for channel in channels:
                        out[:, channel] = taken[channel if own else 0, channel]  # type: ignore[index]
                    return out

                squares = [maze.with_mouse((int(r), int(c))) for r, c in maze.squares]
                plain = run(small_policy.network, inputs_of(squares))
                patched = run(small_policy.network, inputs_of(squares), edit=edit, edited=(DEFAULT_LAYER,))  # type: ignore[arg-type]
                before, after = (move_probabilities(each.logits.numpy()) for each in (plain, patched))
                expected = np.abs(after - before).sum(axis=1).mean() / 2
                assert found.variation[row, kind, place] == pytest.approx(expected, abs=1e-5)
                assert found.component[row, kind, place] == pytest.approx(component_measure(after - before), abs=1e-5)
                decision = decision_square(maze).square
                if decision is None:
                    assert np.isnan(found.flips[row, kind, place])
                else:
                    at = int(np.flatnonzero((maze.squares == decision).all(axis=1))[0])
                    assert found.flips[row, kind, place] == (before[at].argmax() != after[at].argmax())


def test_the_research_measure_is_over_single_moves() -> None:
    change = np.zeros((4, 5))
    change[0] = [0.3, -0.3, 0, 0, 0]
    change[1] = [0, 0, 0, 0.5, -0.5]
    assert component_measure(change) == pytest.approx(np.sqrt(0.09 + 0.09 + 0.25) / 4 / 2)


def test_a_rule_chooses_on_other_levels(small_policy: Policy, device: str) -> None:
    asked = some(8)
    chooses, judges = halves(asked)
    assert not set(chooses.mazes) & set(judges.mazes)
    found = ResampleQuestion(small_policy, asked, rule="ablation", top=2, controls=2).run(device=device)
    assert found.levels == tuple(level.name for level in judges.levels)
    assert 1 <= len(found.chosen.channels) <= 2
    assert found.chosen.levels == sum(decision_square(maze).square is not None for maze in chooses.mazes)


def test_no_level_is_judged_that_repeats_one_of_those_that_a_rule_chose_by() -> None:
    first, second, third = some(3).mazes
    chooses, judges = halves(of_mazes([first, first, first, second, third, third]))
    assert chooses.mazes == (first, first, third)
    assert judges.mazes == (second,)
    with pytest.raises(MazescopeError, match="Every other one of 2 levels is a copy"):
        halves(of_mazes([first, first]))


def test_what_is_said_and_written(small_policy: Policy) -> None:
    found = ResampleQuestion(small_policy, some(), channels=(1,), controls=3).run()
    printed = found.to_json()
    assert json.loads(json.dumps(printed, allow_nan=False)) == printed
    cell = printed["mean_total_variation"]["claimed"]["same_square"]
    assert cell["mean"] == pytest.approx(100 * found.variation[:, 0, 0].mean())
    assert cell["n"] == 6
    assert printed["mean_total_variation"]["control"]["elsewhere"]["sets"] == 3
    assert 0 <= printed["mean_total_variation"]["share_of_controls"] <= 1
    assert len(found.records) == found.variation.size
    assert [plot.name for plot in found.plots] == ["mean_total_variation", "component_measure", "greedy_flips"]
    assert found.plots[0].series[1].control
    assert "n = 6 levels" in found.findings[0]


def test_what_cannot_be_asked(small_policy: Policy) -> None:
    with pytest.raises(PatchError, match="32"):
        ResampleQuestion(small_policy, some(), channels=(32,))
    with pytest.raises(MazescopeError, match="at least 2 to tell a spread"):
        ResampleQuestion(small_policy, some(), channels=(3,), controls=1)
    with pytest.raises(MazescopeError, match="20 channels are claimed and 12 are left"):
        ResampleQuestion(small_policy, some(), channels=tuple(range(20))).run()
    bare = of_mazes([maze.with_cheese(None) for maze in some().mazes])
    with pytest.raises(MazescopeError, match="No level has a cheese"):
        ResampleQuestion(small_policy, bare, channels=(3,)).run()
    with pytest.raises(MazescopeError, match=r"No channel .* the best, channel"):
        ResampleQuestion(small_policy, some(), rule="peak").run()
    with pytest.raises(Cancelled):
        ResampleQuestion(small_policy, some(), channels=(3,)).run(progress=lambda done, _: done < 1)


def test_cheese_channels_of_the_reference(reference_policy: Policy) -> None:
    asked = of_mazes(levels(15, np.arange(24)))
    found = ResampleQuestion(reference_policy, asked, controls=4).run()
    assert 10 in found.chosen.channels
    variation = found.to_json()["mean_total_variation"]
    assert variation["claimed"]["elsewhere"]["mean"] > 3 * variation["claimed"]["same_square"]["mean"]
    assert variation["share_of_controls"] == 0
