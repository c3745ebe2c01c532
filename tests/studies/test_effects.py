"""The effects known of the reference checkpoint, found again: on a few levels every day, on all with FULL=1."""

from __future__ import annotations

import json

import pytest

from app.cli.main import main
from app.cli.study_command import ask
from app.maze.generator import levels as levels_of
from app.policy.layers import DEFAULT_LAYER
from app.policy.policy import Policy
from app.studies.channels_question import ChannelsResult
from app.studies.effects import effects_table, to_json, to_text
from app.studies.effects_question import EffectsResult
from app.studies.vector_effects import RESADDS, with_decision


@pytest.mark.full
@pytest.mark.timeout(1200)
def test_the_whole_table_agrees_with_what_was_measured(reference_policy: Policy) -> None:
    table = effects_table(reference_policy, levels_of(15, range(200)), with_saturation=True)
    unpatched, *subtracted = table.subtracted
    assert {row.levels for row in (*table.subtracted, table.added, table.top_right)} == {108}
    assert unpatched.mean_cheese == pytest.approx(0.837, abs=0.002)
    assert unpatched.median_cheese == pytest.approx(0.998, abs=0.002)
    assert [row.layer for row in subtracted] == list(RESADDS)
    assert [row.median_cheese for row in subtracted] == pytest.approx([0.040, 0.055, 0.284, 0.655, 0.946], abs=0.002)
    assert subtracted[1].median_top_right == pytest.approx(0.748, abs=0.002)
    assert table.added.mean_cheese == pytest.approx(0.875, abs=0.002)
    assert (table.ranking[0].channel, table.ranking[0].score, table.channels) == (10, 1.0, (10,))
    assert {row.levels for row in table.retargeting} == {160}
    assert [row.mean for row in table.retargeting] == pytest.approx(
        [0.496, 0.549, 0.652, 0.737, 0.601, 0.916], abs=0.002
    )
    measured = {
        "embedder.block2.res2.resadd": ([1.57, 0.54, 0.98, 1.93], 0.67),
        "embedder.block3.res2.resadd": ([1.17, 0.68, 0.93, 1.64], 0.52),
        "fc_policy": ([1.08, 0.75, 0.87, 1.32], 0.44),
    }
    for row in table.saturation:
        ratios, cosine = measured[row.layer]
        assert list(row.ratios.values()) == pytest.approx(ratios, abs=0.006)
        assert row.cosine == pytest.approx(cosine, abs=0.006)
        assert row.levels == 108


def test_a_part_of_the_table(reference_policy: Policy) -> None:
    levels = levels_of(15, range(12))
    table = effects_table(reference_policy, levels, layers=[DEFAULT_LAYER], values=[5.5], with_saturation=True)
    unpatched, subtracted = table.subtracted
    forks = len(with_decision(levels))
    assert (table.levels, unpatched.levels, subtracted.levels) == (12, forks, forks)
    # The effects are far larger than what a few levels vary by.
    assert unpatched.median_cheese > 0.9
    assert subtracted.median_cheese < 0.4
    assert subtracted.mean_top_right > unpatched.mean_top_right + 0.3
    assert table.channels == (10,)
    nothing, set_to, real = table.retargeting
    assert nothing.levels == sum(maze.dim >= 5 for maze in levels)
    assert nothing.mean < set_to.mean < real.mean
    text, values = to_text(table), to_json(table)
    assert json.loads(json.dumps(values, allow_nan=False)) == values
    for row in (unpatched, subtracted):
        assert f"{row.levels:5}{row.median_cheese:10.3f}{row.mean_cheese:8.3f}" in text
    assert f"{set_to.levels:5}{set_to.mean:10.3f}" in text
    assert values["path_probability"][1] == {"value": 5.5, "cheese": False, "n": set_to.levels, "mean": set_to.mean}


def test_a_policy_in_which_no_channel_marks_the_cheese(small_policy: Policy) -> None:
    table = effects_table(small_policy, levels_of(15, range(2)), layers=[DEFAULT_LAYER])
    assert table.channels == ()
    assert table.retargeting == ()
    assert "No channel peaks at the cheese" in to_text(table)


def no_window(*_: object) -> int:
    raise AssertionError("a headless command opened the window")


def command(*arguments: str) -> int:
    return main(["effects", *arguments], window=no_window, smoke_test=no_window)


def test_the_command_prints_the_table(reference_checkpoint: object, capsys: pytest.CaptureFixture[str]) -> None:
    few = [
        str(reference_checkpoint),
        "--seeds",
        "3,9",
        "--layers",
        DEFAULT_LAYER,
        "--channels",
        "10",
        "--values",
        "5.5",
    ]
    assert command(*few) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert "626,256 parameters" in printed.out
    assert "unpatched" in printed.out
    assert "\n+5.5 " in printed.out


def test_the_command_prints_json(reference_checkpoint: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(str(reference_checkpoint), "--seeds", "4", "--layers", DEFAULT_LAYER, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["levels"] == 1
    assert found["retargeted_channels"] == [10]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.pth"], "nowhere.pth"),
        (["--seeds", "5:1"], "5:1"),
        (["--seeds", "0:200001"], "100000"),
        (["--values", "nan"], "'nan'"),
        (["--layers", "block9", "--seeds", "3"], "'block9'"),
        (["--channels", "77", "--seeds", "3"], "Channel 77"),
    ],
)
def test_the_command_refuses_in_a_sentence(
    reference_checkpoint: object, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    checkpoint = [] if arguments[0].endswith(".pth") else [str(reference_checkpoint)]
    assert command(*checkpoint, *arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert words in printed.err
    assert printed.err.count("\n") == 1


def test_the_table_is_a_study_too(reference_checkpoint: object) -> None:
    words = ("effects", str(reference_checkpoint), "--seeds", "0:8", "--layers", "block2.res1", "--values", "5.5")
    heard: list[tuple[int, int]] = []
    result = ask(*words, "--saturation", progress=lambda done, total: not heard.append((done, total)))
    assert isinstance(result, EffectsResult)
    assert result.question.layers == (DEFAULT_LAYER,)
    assert ask(*(result.question.study, *result.question.words())).to_json() == result.to_json()
    assert result.to_json()["retargeted_channels"] == [10]
    assert [table.name for table in result.tables] == ["choices", "channels", "retargeting", "coefficients"]
    assert {plot.name for plot in result.plots} == {"choices", "channels", "retargeting"}
    unpatched = result.plots[0].series[0].y[0]
    assert unpatched == pytest.approx(result.table.subtracted[0].median_cheese)
    assert len(result.records) == 2 * 4 * result.table.subtracted[0].levels + 3 * result.table.retargeting[0].levels
    assert "Channel 10 peaks at the cheese" in result.findings[1]
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)
    assert heard[-1] == (500, 500)


def test_channels_that_mark_the_cheese_are_a_study(reference_checkpoint: object) -> None:
    result = ask("channels", str(reference_checkpoint), "--seeds", "0:30")
    assert isinstance(result, ChannelsResult)
    first = result.to_json()[0]
    assert (first["channel"], first["hits"], first["n"]) == (10, 30, 30)
    assert len(result.records) == 32
    assert result.plots[0].series[0].y[0] == 1
    assert result.findings == ("Channel 10 peaks at the cheese in 30 of 30 levels.",)
