"""A start without a screen: what is computed, where it is written, and what is told."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.cli import main as cli
from app.cli import without_screen
from app.cli.screen_problem import ScreenProblem
from app.document.document import OpenMaze, State
from app.document.samples import load_samples
from app.document.session_file import save_session
from app.interventions.patches import PatchStack, Zero
from app.interventions.patches_file import stack_to_json
from app.interventions.vectors import ActivationVector, save_vector
from app.maze.maze_file import save
from app.paths import HOME_VARIABLE
from app.policy.policy import Policy
from app.policy.saving import save_safetensors
from tests.pictures import forked_level

LAYER = "embedder.block2.res1.resadd"
NO_SCREEN = ScreenProblem("There is no screen.", "For a window, find one.")
PICTURES = {"", "-original", "-patched", "-difference"}


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_thread: None) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))


def start(*files: object) -> int:
    """Start the program where there is no screen."""

    def window(_files: list[str], _new: bool) -> int:
        raise AssertionError("a window was opened")

    names = [str(file) for file in files]
    return cli.main(names, window=window, smoke_test=lambda: 0, screen_problem=lambda: NO_SCREEN)


def patches_file(path: Path) -> Path:
    path.write_text(json.dumps(stack_to_json(PatchStack((Zero(layer=LAYER, channels=(3,)),)))))
    return path


def written() -> set[str]:
    return {path.name for path in Path("mazescope-out").iterdir()}


def test_the_first_sample_is_written_with_its_own_patch(capsys: pytest.CaptureFixture[str]) -> None:
    sample = load_samples()[0]
    assert start() == 0
    told = capsys.readouterr()
    assert told.err == "There is no screen.\n"
    assert written() == {f"{sample.name}.npz", *(f"{sample.name}{ending}.png" for ending in PICTURES)}
    lines = told.out.splitlines()
    assert str(Path("mazescope-out").absolute()) in lines[0]
    assert {line.strip() for line in lines[1:-3]} == written()
    assert f'of the maze "{sample.title}": original, patched (' in lines[-3]
    assert lines[-1] == "For a window, find one."
    with np.load(f"mazescope-out/{sample.name}.npz") as found:
        assert json.loads(str(found["recipe"]))["patches"] == stack_to_json(sample.stack)["patches"]
        assert np.abs(found["patched_probs"] - found["probs"]).max() > 0.1
        numbers = [found[name] for name in ("p_cheese", "p_top_right", "patched_p_cheese", "patched_p_top_right")]
    said = "At the decision square, original: P(cheese) = {:.2f}, P(top-right) = {:.2f}; "
    said += "patched: P(cheese) = {:.2f}, P(top-right) = {:.2f}."
    assert lines[-2] == said.format(*numbers)
    views = [json.loads(Image.open(f"mazescope-out/{sample.name}{ending}.png").text["Mazescope"])["view"]
             for ending in ("", "-original", "-patched", "-difference")]  # fmt: skip
    assert views == ["side_by_side", "original", "patched", "difference"]


def test_named_files_take_the_place_of_the_defaults(small_policy: Policy, capsys: pytest.CaptureFixture[str]) -> None:
    save(Path("fork.json"), forked_level())
    Path("other").mkdir()
    save(Path("other/fork.json"), forked_level())
    save_safetensors(small_policy, Path("mine.safetensors"))
    assert start("fork.json", "mine.safetensors", patches_file(Path("patches.json")), "other/fork.json") == 0
    stems = ("fork", "fork-2")
    assert written() == {f"{stem}{name}" for stem in stems for name in (".npz", *(f"{end}.png" for end in PICTURES))}
    with np.load("mazescope-out/fork.npz") as found:
        recipe = json.loads(str(found["recipe"]))
    assert recipe["policy"]["weights_sha256"] == small_policy.weights_hash
    assert recipe["patches"][0]["channels"] == [3]
    assert "zero channel 3" in capsys.readouterr().out


def test_a_vector_is_added(small_policy: Policy) -> None:
    save_safetensors(small_policy, Path("mine.safetensors"))
    values = np.full((32, 16, 16), 0.5, np.float32)
    save_vector(Path("v.safetensors"), ActivationVector("v", "random", LAYER, values, small_policy.weights_hash))
    assert start("v.safetensors", "mine.safetensors") == 0
    with np.load(next(Path("mazescope-out").glob("*.npz"))) as found:
        patch = json.loads(str(found["recipe"]))["patches"][0]
    assert (patch["kind"], patch["coefficient"], patch["layer"]) == ("add", 1.0, LAYER)


def test_a_session_is_written_as_it_was_saved(small_policy: Policy, tmp_path: Path) -> None:
    save_safetensors(small_policy, Path("mine.safetensors"))
    maze = forked_level()
    state = State((OpenMaze(1, "One", maze, maze), OpenMaze(2, "Two", maze, maze)), 2, None, PatchStack())
    save_session(Path("work.mazescope"), state, {})
    assert start("mine.safetensors", "work.mazescope") == 0
    assert written() == {"work.npz", "work.png"}
    with np.load("mazescope-out/work.npz") as found:
        assert json.loads(str(found["recipe"]))["policy"]["weights_sha256"] == small_policy.weights_hash


def test_an_export_is_computed_again(small_policy: Policy, capsys: pytest.CaptureFixture[str]) -> None:
    save_safetensors(small_policy, Path("mine.safetensors"))
    save(Path("fork.json"), forked_level())
    assert start("mine.safetensors", patches_file(Path("patches.json")), "fork.json") == 0
    Path("mazescope-out").rename("first")
    Path("mine.safetensors").rename("first/mine.safetensors")
    assert start("first/fork.png") == 0
    assert written() == {"fork.npz", *(f"fork{end}.png" for end in PICTURES)}
    with np.load("mazescope-out/fork.npz") as found, np.load("first/fork.npz") as before:
        assert np.array_equal(found["patched_logits"], before["patched_logits"])
    assert "The policy" not in capsys.readouterr().err


def test_a_sample_patch_that_does_not_fit_is_told_and_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    unfit = replace(load_samples()[0], stack=PatchStack((Zero(layer=LAYER, channels=(999,)),)))
    monkeypatch.setattr(without_screen, "load_samples", lambda: (unfit,))
    assert start() == 0
    assert "The sample's patch 1 does not act" in capsys.readouterr().err
    assert written() == {f"{unfit.name}.npz", f"{unfit.name}.png"}


@pytest.mark.parametrize(
    ("name", "content"), [("nowhere.pt", None), ("broken.json", '{"rows": ['), ("unfit.json", None)]
)
def test_bad_input_is_one_sentence_and_writes_nothing(
    name: str, content: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    if name == "unfit.json":
        content = json.dumps({"patches": [{"kind": "zero", "layer": LAYER, "channels": [999]}]})
    if content is not None:
        Path(name).write_text(content)
    assert start(name) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 2
    assert not Path("mazescope-out").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows keeps other permissions")
def test_where_the_folder_is_not_writable_the_state_folder_takes_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # A file in the folder's place stops root as well.
    Path("mazescope-out").write_text("")
    assert start() == 0
    kept = tmp_path / "home" / "mazescope-out"
    assert kept.is_dir()
    assert str(kept) in capsys.readouterr().out
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "mazescope-out"))
    assert start() == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "could not be written to" in told.err
