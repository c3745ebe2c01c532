"""Files of a run that ship: float16 checkpoints of a series with their page, and the comparison of seeds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open

from app.maze.generator import levels
from app.maze.maze import WORLDS
from app.policy.series import open_series
from training import compare_seeds, ship, two_seeds
from training.config import Config
from training.evaluate import halved
from training.met import Met, digest_of, mazes_met
from training.model_card import IMITATION
from training.train import Run, train

TINY = Config(observations=160, mazes=2, squares=4, warmup=32, seed=3, ema=0.9, learning_rate=3e-3)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny run: steps 0, 8, 11, 16, 20."""
    folder = tmp_path_factory.mktemp("runs") / "tiny"
    train(Run.start(TINY, folder, torch.device("cpu")))
    return folder


def test_steps_are_chosen_evenly_on_a_log_axis() -> None:
    steps = [step for step in range(3516) if Config(observations=900_000).in_series(step)]
    found = [steps[index] for index in ship.chosen(steps, 13)]
    assert (found[0], found[1], found[-1], len(found)) == (0, 32, 3515, 13)
    assert found == sorted(set(found))
    assert ship.chosen([0, 40, 90], 13) == (0, 1, 2)


def test_the_series_that_ships_is_float16_and_measured_so(run: Path, tmp_path: Path) -> None:
    whole = open_series([run])
    series = ship.write_series(whole, tmp_path / "tiny-series", "tiny", 4)
    assert series.steps == (0, 20) or series.steps[-1] == 20
    path = series.last.path
    assert path is not None
    with safe_open(path, "pt") as file:
        assert file.get_tensor("fc_policy.weight").dtype == torch.float16
        assert file.metadata()["note"] == IMITATION
    assert series.last == halved(whole.last)
    result = ship.measure(series, "easy", range(50_000, 50_004))
    met = mazes_met(TINY, TINY.steps)
    others = ship.never_met(result, met)
    text = ship.page("tiny", whole.last.metadata, result, others)
    assert text.count(IMITATION) == 1
    assert "| 20 |" in text
    assert result.last.weights_hash == halved(whole.last).weights_hash


def test_a_series_has_a_page_again_which_tells_the_levels_that_the_run_has_met(run: Path, tmp_path: Path) -> None:
    words = ["--name", "tiny", "--out", str(tmp_path), "--count", "2", "--levels", "12"]
    assert ship.main([str(run), *words]) == 0
    folder = tmp_path / "tiny-series"
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert ship.main([str(folder), *words]) == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first
    others = json.loads(first["series.json"])["never_met"]
    # Forty mazes hold some of the many levels of side 3.
    met = mazes_met(TINY, TINY.steps)
    known = [met.knows(maze) for maze in levels(WORLDS["easy"], range(50_000, 50_012))]
    assert others["met"]["levels"] == sum(known)
    assert sum(others["n"].values()) == 12 - sum(known)
    assert f"the run had met {sum(known)} by its last step" in first["series.md"].decode()
    assert "--seeds 50000:50012`" in first["series.md"].decode()


def test_levels_never_met_are_counted_apart(run: Path) -> None:
    result = ship.measure(open_series(sorted((run / "series").iterdir())[-2:]), "easy", range(50_000, 50_012))
    mazes = result.question.mazes
    met = Met(3, frozenset(map(digest_of, mazes[:3])), frozenset())
    found = ship.never_met(result, met)
    assert found["met"]["levels"] == 3 + sum(maze in mazes[:3] for maze in mazes[3:])
    rest = np.array([not met.knows(maze) for maze in mazes])
    for row, each in zip(found["rows"], result.points, strict=True):
        inside = rest & result.question.inside
        assert row["solved_inside"] == pytest.approx(each.reach[inside].mean())
        assert found["n"]["inside"] == inside.sum()


def test_a_page_compares_seeds(run: Path, tmp_path: Path) -> None:
    policies = [str(path) for path in sorted((run / "series").iterdir())[-2:]]
    out = tmp_path / "seeds.md"
    assert compare_seeds.main([*policies, "--levels", "12", "--field-levels", "2", "--out", str(out)]) == 0
    text, numbers = out.read_text(), json.loads(out.with_suffix(".json").read_text())
    assert IMITATION in text
    assert set(numbers["total_variation"]) == {"0-1"}
    assert f"n = {numbers['policies'][0]['levels']}" in text
    met = mazes_met(TINY, TINY.steps)
    known = sum(met.knows(maze) for maze in levels(WORLDS["easy"], range(12)))
    assert numbers["policies"][-1]["met"]["levels"] == known
    assert f" {known}; {numbers['policies'][-1]['met']['decision_squares']} |" in text
    for row in numbers["policies"]:
        assert f"{row['vector']['-1']:+.2f}" in text


def test_a_page_tells_first_weights_and_mazes_apart(tmp_path: Path) -> None:
    folders = []
    for weights, data in ((1, 1), (1, 2), (2, 1), (2, 2)):
        config = Config(observations=8, mazes=2, squares=4, weights_seed=weights, data_seed=data)
        folders.append(tmp_path / f"w{weights}-d{data}")
        train(Run.start(config, folders[-1], torch.device("cpu")))
    out = tmp_path / "first-weights.md"
    assert two_seeds.main([*map(str, folders), "--levels", "6", "--out", str(out)]) == 0
    text, numbers = out.read_text(), json.loads(out.with_suffix(".json").read_text())
    assert IMITATION in text
    for each in numbers["runs"]:
        assert each["met"]["levels"] <= 6
        assert f"| {each['met']['levels']} | " in text
    assert [pair["group"] for pair in numbers["pairs"]].count("neither") == 2
    # After one small step the channels are those of the first weights.
    for pair in numbers["pairs"]:
        same = pair["layers"]["embedder.block1.res2.resadd"]
        assert (same["same_number"] > 0.99) == (pair["group"] == "same first weights"), pair
        assert (same["kept"] == 1) == (pair["group"] == "same first weights"), pair
    assert two_seeds.main([str(folders[0]), str(folders[0]), "--out", str(out)]) == 2


def test_channels_are_alike_by_what_they_do() -> None:
    random = np.random.default_rng(0)
    one = random.normal(size=(3, 500))
    assert two_seeds.alike(one, 2 * one + 1) == two_seeds.Alike(pytest.approx(1), pytest.approx(1), 1.0)
    swapped = two_seeds.alike(one, one[[1, 0, 2]])
    assert swapped.best == pytest.approx(1)
    assert swapped.kept == pytest.approx(1 / 3)
    assert two_seeds.alike(one, np.zeros((3, 500))).kept != two_seeds.alike(one, np.zeros((3, 500))).kept
