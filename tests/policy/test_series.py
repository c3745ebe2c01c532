"""A series is the checkpoints of one run, by the step in each file's name; what is none is refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import PolicyError
from app.policy.loading import load_policy
from app.policy.network import random_network
from app.policy.saving import save_safetensors
from app.policy.series import log_positions, open_series, series_files, step_of


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("step-004096.safetensors", 4096),
        ("maze_rr5_easy_82k.pth", 82_000),
        ("maze_rr5_easy_160M.pth", 160_000_000),
        ("model_80084992.pth", 80_084_992),
        ("w1-easy-r5-s2_1.5M.pt", 1_500_000),
        ("2026-01-02_run7_step_0.pth", 0),
        ("epoch12.pth", 12),
        ("run-30-s2.pth", 30),
        ("step-1e6.safetensors", 1_000_000),
        ("model_1.5E+07.pt", 15_000_000),
        ("step-80-seed-2.pth", 80),
        ("global_step500_of_900.pt", 500),
        ("2026-01-02_step1000.pth", 1000),
        ("footstep-3-7.pth", 7),
        ("step-999999999999999b.pth", None),
        ("policy.safetensors", None),
        ("best_160Mb.pth", None),
    ],
)
def test_the_step_is_the_last_number_of_the_name(name: str, step: int | None) -> None:
    assert step_of(name) == step


def _save(folder: Path, name: str, seed: int = 0, width: int = 1) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    save_safetensors(random_network(width, seed), path, {"observations": 256 * seed})
    return path


def test_a_folder_is_a_series_in_the_order_of_its_steps(tmp_path: Path) -> None:
    for seed, step in enumerate((100, 20, 3)):
        _save(tmp_path / "run", f"step-{step}.safetensors", seed)
    _save(tmp_path / "run", "policy.safetensors")
    (tmp_path / "run" / "card-7.md").write_text("of no checkpoint")
    series = open_series([tmp_path / "run"])
    assert (series.name, series.steps, len(series)) == ("run", (3, 20, 100), 3)
    assert series.last is load_policy(tmp_path / "run" / "step-100.safetensors")
    assert [each.observations for each in series.checkpoints] == [512, 256, 0]


def test_the_folder_of_a_training_run_is_the_series_in_it(tmp_path: Path) -> None:
    for step in (0, 8):
        _save(tmp_path / "w1-easy" / "series", f"step-{step:06d}.safetensors", step)
    _save(tmp_path / "w1-easy", "policy-9.safetensors")
    series = open_series([tmp_path / "w1-easy"])
    assert (series.name, series.steps) == ("w1-easy", (0, 8))


def test_several_files_are_a_series(tmp_path: Path) -> None:
    files = [_save(tmp_path, f"{step}.safetensors", step) for step in (5, 1)]
    assert open_series(files).steps == (1, 5)


def test_its_words_name_the_folder_only_where_that_is_the_same_series(tmp_path: Path) -> None:
    files = [_save(tmp_path / "all", f"{step}.safetensors", step) for step in (1, 5, 7)]
    other = _save(tmp_path / "other", "9.safetensors", 9)
    assert open_series([tmp_path / "all"]).words() == open_series(files).words() == (str(tmp_path / "all"),)
    for few in (files[:2], [files[0], other]):
        series = open_series(few)
        assert series.words() == tuple(map(str, few))
        assert open_series(series.words()).steps == series.steps
    # A file added later is no part of the series.
    whole = open_series([tmp_path / "all"])
    files.append(_save(tmp_path / "all", "8.safetensors", 8))
    assert whole.words() == tuple(map(str, files[:3]))


def test_what_is_no_series_is_refused_in_one_sentence(tmp_path: Path) -> None:
    one = _save(tmp_path / "one", "step-1.safetensors")
    with pytest.raises(PolicyError, match=r"^one holds one checkpoint with a step in the name; expected at least two"):
        open_series([tmp_path / "one"])
    (tmp_path / "none").mkdir()
    with pytest.raises(PolicyError, match=r"^none holds no checkpoints with a step"):
        open_series([tmp_path / "none"])
    with pytest.raises(PolicyError, match=r"^What was opened holds one checkpoint with a step in the name; expected"):
        open_series([one])
    for paths in ([tmp_path / "gone"], [one, tmp_path / "gone"]):
        with pytest.raises(PolicyError, match=r"^There is no file or folder .*gone; expected a folder of checkpoints"):
            open_series(paths)
    with pytest.raises(PolicyError, match=r"^none is a folder, and was opened with others; expected one folder alone"):
        open_series([one, tmp_path / "none"])
    twin = _save(tmp_path / "two", "other_1.safetensors")
    with pytest.raises(
        PolicyError, match=r"step-1.safetensors are both of step 1; expected the checkpoints of one run"
    ):
        series_files([one, twin])
    with pytest.raises(PolicyError, match=r"policy.safetensors has no number in its name; expected the training step"):
        series_files([one, _save(tmp_path, "policy.safetensors")])
    wide = _save(tmp_path, "step-2.safetensors", width=2)
    with pytest.raises(
        PolicyError, match=r"is of width 2 and step-1.safetensors of width 1; expected one architecture"
    ):
        open_series([one, wide])
    text = tmp_path / "step-3.safetensors"
    text.write_text("not a checkpoint")
    with pytest.raises(PolicyError, match=r"^step-3.safetensors is text"):
        open_series([one, text])


def test_step_0_has_a_place_on_the_log_axis(tmp_path: Path) -> None:
    assert log_positions((0, 10, 1000)).tolist() == pytest.approx([0.69897, 1.0, 3.0])
    for step in (0, 10, 1000):
        _save(tmp_path, f"{step}.safetensors", step)
    series = open_series([tmp_path])
    assert [series.nearest(place) for place in (-4, 0.84, 0.86, 1.9, 2.1, 9)] == [0, 0, 1, 1, 2, 2]
