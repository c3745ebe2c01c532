"""The rows of a series agree with what other studies find of its checkpoints, and with recorded numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.errors import PatchError
from app.maze.generator import levels
from app.maze.moves import MOVES
from app.policy.layers import DEFAULT_LAYER
from app.policy.network import random_network
from app.policy.saving import save_safetensors
from app.policy.series import Series, open_series
from app.progress import Cancelled
from app.studies.cheese_channels import find_cheese_channels
from app.studies.level_set import LevelSet, NamedLevel
from app.studies.push import PushQuestion
from app.studies.training import TrainingQuestion, TrainingResult
from app.studies.training_tables import CAUTION
from app.studies.vector_effects import vector_effects


def level_set(count: int) -> LevelSet:
    """The first easy levels."""
    named = [NamedLevel(maze, f"easy {seed}", seed) for seed, maze in enumerate(levels(15, range(count)))]
    return LevelSet(tuple(named), "easy", f"0:{count}")


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Series:
    """Three random networks as the checkpoints of a run by imitation."""
    folder = tmp_path_factory.mktemp("run")
    for step in (0, 10, 100):
        save_safetensors(random_network(1, step), folder / f"step-{step}.safetensors", {"recipe": "imitation"})
    return open_series([folder])


@pytest.fixture(scope="module")
def result(series: Series) -> TrainingResult:
    """Their rows over a few levels, those with a decision square among them."""
    return TrainingQuestion(series, level_set(12), steps=40).run()


def test_each_row_is_what_the_other_studies_find(series: Series, result: TrainingResult) -> None:
    mazes = level_set(12).mazes
    for point, checkpoint in zip(result.points, series.checkpoints, strict=True):
        plain, less, more = vector_effects(checkpoint.policy, mazes, [(DEFAULT_LAYER, -1.0), (DEFAULT_LAYER, 1.0)])
        assert point.plain.p_cheese == pytest.approx(plain.cheese, abs=1e-6)
        assert point.choices(-1.0).p_cheese == pytest.approx(less.cheese, abs=1e-5)
        assert point.choices(1.0).p_top_right == pytest.approx(more.top_right, abs=1e-5)
        channels = find_cheese_channels(checkpoint.policy, mazes=mazes)
        assert {each.channel: each.score for each in channels} == pytest.approx(dict(enumerate(point.scores)))
        pushes = PushQuestion(checkpoint.policy, level_set(12)).run()
        for move in range(4):
            assert point.mover(move) == pytest.approx(pushes.ranking(move)[0], abs=1e-4)


def test_channels_are_known_by_their_correlation_with_the_last_cheese_channel(result: TrainingResult) -> None:
    last = result.last
    assert last.correlations[last.heir] == pytest.approx(1)
    assert last.scores[last.heir] == last.scores.max()
    for point in result.points[:-1]:
        assert point.correlations[point.heir] == np.nanmax(point.correlations) < 1


def test_the_random_control_is_of_the_same_vectors_at_every_step(series: Series) -> None:
    one, other = (TrainingQuestion(series, level_set(12), play=False, seed=seed).run().last for seed in (0, 1))
    assert not np.allclose(one.choices("random").log_odds, other.choices("random").log_odds)
    assert np.array_equal(one.choices(-1.0).log_odds, other.choices(-1.0).log_odds)


def test_a_result_says_its_rows_in_every_form(result: TrainingResult) -> None:
    assert [len(table) for table in result.tables] == [3, 3, 3]
    assert len(result.records) == 3 * 12
    found = result.to_json()
    assert [row["step"] for row in found["rows"]] == [0, 10, 100]
    inside = result.question.inside
    assert found["n"]["inside"] == int(inside.sum())
    assert found["rows"][0]["solved_inside"] == pytest.approx(result.points[0].reach[inside].mean())
    assert set(found["rows"][0]["pushes"]) == set(MOVES[:4])
    for plot in result.plots:
        assert plot.x.log
        assert plot.marks[0].label == "0"
        for line in plot.series:
            assert line.x.tolist() == pytest.approx([5, 10, 100])
    assert CAUTION in result.findings
    assert all(CAUTION in plot.note for plot in result.plots)


def test_partial_results_come_as_checkpoints_are_done_and_the_run_can_be_ended(series: Series) -> None:
    seen: list[tuple[int, ...]] = []

    def progress(done: int, total: int) -> bool:
        return done < total * 2 / 3

    question = TrainingQuestion(series, level_set(3), steps=2)
    with pytest.raises(Cancelled):
        question.run(progress=progress, partial=lambda found: seen.append(found.steps))
    assert seen == [(100,), (0, 100)]


def test_a_layer_without_pixels_is_refused(series: Series) -> None:
    with pytest.raises(PatchError, match=r"embedder.relufc was found; expected one of embedder.block1.conv"):
        TrainingQuestion(series, level_set(2), layer="embedder.relufc")


def test_the_reference_series_has_its_recorded_numbers(reference: Path) -> None:
    series = open_series([reference / "checkpoints"])
    assert series.steps == (82_000, 160_000_000)
    result = TrainingQuestion(series, level_set(200), play=False).run()
    assert result.medians("p_cheese") == pytest.approx([0.142, 0.998], abs=0.002)
    assert result.medians("p_cheese", -1.0)[-1] == pytest.approx(0.055, abs=0.002)
    change = result.last.choices(-1.0).log_odds - result.last.plain.log_odds
    assert np.median(change) == pytest.approx(-12.09, abs=0.01)
    assert [result.last.mover(move)[0] for move in (2, 3, 1, 0)] == [12, 6, 14, 4]
    assert (result.last.heir, result.last.scores[10]) == (10, 1.0)
    assert result.to_json()["rows"][0]["solved_inside"] is None
    assert "solved" not in {plot.name for plot in result.plots}, "play was left out"
