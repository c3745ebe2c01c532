"""The command line: what it writes, and what it refuses."""

from __future__ import annotations

import argparse
import io
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app import __version__
from app.cli import main
from app.cli.field_command import parse_formats, parse_seeds
from app.field.vector_field import move_probabilities
from app.maze import text_file
from app.maze.generator import level as level_of
from app.maze.maze_file import save
from app.maze.moves import MOVE_DELTAS
from app.policy.network import random_network
from app.policy.saving import save_safetensors
from tests.maze.states import state_of
from tests.pictures import forked_level, level

ROOT = Path(__file__).resolve().parents[2]
LAYER = "embedder.block2.res1.resadd"
PLAIN = {"squares", "logits", "probs", "arrows", "value", "grid", "dim", "recipe"}
PLAIN |= {"decision", "p_cheese", "p_top_right"}
PATCHED = {
    "patched_logits",
    "patched_probs",
    "patched_arrows",
    "patched_value",
    "patched_p_cheese",
    "patched_p_top_right",
}


def run(*arguments: object) -> int:
    """The program in this process; opening the window is not what is tested here."""

    def not_here(*_: object) -> int:
        raise AssertionError("the window was opened")

    return main.main([str(argument) for argument in arguments], window=not_here, smoke_test=not_here)


def program(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The program in a process of its own."""
    return subprocess.run(
        [sys.executable, "main.py", *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=120
    )


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("policy") / "small.safetensors"
    save_safetensors(random_network(1, 0), path)
    return path


@pytest.fixture
def maze_file(tmp_path: Path) -> Path:
    path = tmp_path / "fork.json"
    save(path, forked_level())
    return path


def patches_file(folder: Path, *patches: dict[str, object]) -> Path:
    path = folder / "patches.json"
    path.write_text(json.dumps({"patches": list(patches)}))
    return path


# field


def test_field_writes_the_arrays_of_a_maze_file(
    tmp_path: Path, checkpoint: Path, maze_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "folder"
    assert run("field", "--maze", maze_file, "--checkpoint", checkpoint, "--out", out) == 0
    assert [path.name for path in out.iterdir()] == ["fork.npz"]
    assert "Wrote 1 file to" in capsys.readouterr().out
    maze = forked_level()
    with np.load(out / "fork.npz") as found:
        assert set(found.files) == PLAIN
        assert np.array_equal(found["squares"], np.argwhere(maze.grid == 100))
        assert found["squares"].dtype.kind == "i"
        assert np.array_equal(found["grid"], maze.grid)
        assert found["dim"] == maze.dim
        count = len(maze.squares)
        assert (found["logits"].shape, found["value"].shape) == ((count, 15), (count,))
        assert np.allclose(found["probs"], move_probabilities(found["logits"]))
        assert np.allclose(found["arrows"], found["probs"] @ MOVE_DELTAS)
        assert np.ptp(found["logits"].sum(axis=1)) > 0  # raw outputs, not normalised ones


def test_field_opens_mazes_as_text_like_the_window(tmp_path: Path, checkpoint: Path, maze_file: Path) -> None:
    text_file.save(tmp_path / "lines.dat", forked_level())
    out = tmp_path / "out"
    assert run("field", "--maze", maze_file, tmp_path / "lines.dat", "--checkpoint", checkpoint, "--out", out) == 0
    with np.load(out / "fork.npz") as first, np.load(out / "lines.npz") as second:
        assert np.array_equal(first["grid"], second["grid"])
    # What was written opens again, as a maze and as patches.
    again = (out / "lines.npz", "--patches", out / "lines.npz", "--checkpoint", checkpoint)
    assert run("field", "--maze", *again, "--out", tmp_path / "again") == 0
    with np.load(tmp_path / "again" / "lines.npz") as third, np.load(out / "lines.npz") as second:
        assert np.array_equal(third["patched_logits"], second["logits"])


def test_field_writes_the_patched_arrays_when_patches_are_given(
    tmp_path: Path, checkpoint: Path, maze_file: Path
) -> None:
    command = ("field", "--maze", maze_file, "--checkpoint", checkpoint)
    zero = patches_file(tmp_path, {"kind": "zero", "layer": LAYER, "channels": [10]})
    assert run(*command, "--patches", zero, "--out", tmp_path / "zero") == 0
    assert run(*command, "--patches", patches_file(tmp_path), "--out", tmp_path / "empty") == 0
    with np.load(tmp_path / "zero" / "fork.npz") as found:
        assert set(found.files) == PLAIN | PATCHED
        assert not np.array_equal(found["patched_logits"], found["logits"])
        assert json.loads(str(found["recipe"]))["patches"][0]["channels"] == [10]
    with np.load(tmp_path / "empty" / "fork.npz") as found:
        assert set(found.files) == PLAIN | PATCHED
        for name in ("logits", "probs", "arrows", "value"):
            assert np.array_equal(found[f"patched_{name}"], found[name])


def test_field_says_why_a_vector_changes_nothing(
    tmp_path: Path, checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(tmp_path / "bare.json", forked_level().with_cheese(None))
    patches = patches_file(tmp_path, {"kind": "add", "layer": LAYER, "vector": "cheese", "coefficient": -1.0})
    command = ("field", "--checkpoint", checkpoint, "--patches", patches, "--out", tmp_path / "out")
    assert run(*command, "--maze", tmp_path / "bare.json") == 0
    told = "bare: patch 1 changes nothing: the cheese vector is zero, for the maze has no cheese.\n"
    assert capsys.readouterr().err == told
    save(tmp_path / "fork.json", forked_level())
    assert run(*command, "--maze", tmp_path / "fork.json") == 0
    assert capsys.readouterr().err == ""


def test_field_writes_pictures_and_tables_as_well(tmp_path: Path, checkpoint: Path, maze_file: Path) -> None:
    other = tmp_path / "other.json"
    save(other, level(3, 5))
    asked = ("--format", "png,SVG", "--format", "pdf", "--format", "csv", "--palette", "dark", "--scale", "0.5")
    mazes = ("--maze", maze_file, other)
    assert run("field", *mazes, "--checkpoint", checkpoint, *asked, "--out", tmp_path / "out") == 0
    names = {f"{stem}.{kind}" for stem in ("fork", "other") for kind in ("npz", "png", "svg", "pdf", "csv")}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names
    with Image.open(tmp_path / "out" / "fork.png") as picture:
        assert json.loads(picture.text["Mazescope"])["view"] == "original"
        assert sum(picture.convert("RGB").getpixel((0, 0))) < 100
    assert "<svg" in (tmp_path / "out" / "fork.svg").read_text()
    assert (tmp_path / "out" / "fork.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "out" / "fork.csv").read_text().count("\n") == 2 + len(forked_level().squares)


def test_field_of_levels_agrees_with_recorded_results(
    tmp_path: Path, reference: Path, reference_checkpoint: Path
) -> None:
    patches = patches_file(tmp_path, {"kind": "zero", "layer": LAYER, "channels": [10]})
    done = program(
        "field", "--world", "easy", "--seeds", "0,2:3", "--checkpoint", reference_checkpoint, "--patches", patches,
        "--format", "png", "--out", tmp_path / "out",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "4 files" in done.stdout
    names = {f"easy-{seed}.{kind}" for seed in (0, 2) for kind in ("npz", "png")}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names
    recorded = np.load(reference / "recorded.npz")
    for seed in (0, 2):
        with np.load(tmp_path / "out" / f"easy-{seed}.npz") as found:
            assert np.array_equal(found["grid"], recorded[f"easy/{seed}/grid"])
            assert np.array_equal(found["squares"], recorded[f"easy/{seed}/squares"])
            for ours, theirs in (("probs", "logits"), ("patched_probs", "zero_ch10")):
                expected = move_probabilities(recorded[f"easy/{seed}/{theirs}"])
                assert np.abs(found[ours] - expected).max() < 1e-5
            assert json.loads(str(found["recipe"]))["seed"] == seed


@pytest.mark.parametrize(
    ("text", "expected"),
    [("7", [7]), ("0:3", [0, 1, 2]), ("5,1:3,9", [5, 1, 2, 9]), ("2147483647", [2**31 - 1]), (" 4 , 6", [4, 6])],
)
def test_seeds_are_read(text: str, expected: list[int]) -> None:
    assert [seed for part in parse_seeds(text) for seed in part] == expected


@pytest.mark.parametrize(
    "text", ["", "a", "1:2:3", "-1", "3:3", "5:2", "2147483648", "0:2147483649", "1,,2", "1.5", "²"]
)
def test_wrong_seeds_are_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        parse_seeds(text)
    with pytest.raises(argparse.ArgumentTypeError):
        parse_formats(f"png,{text}")


BAD = {
    "no maze": ("No maze was named", ()),
    "seeds": ("2147483648", ("--seeds", "2147483648")),
    "world": ("memory", ("--seeds", "1", "--world", "memory")),
    "format": ("gif", ("--maze", "{maze}", "--format", "gif")),
    "scale": ("expected a number from 0.25 to 8", ("--maze", "{maze}", "--scale", "nan")),
    "unknown": ("--colour", ("--maze", "{maze}", "--colour", "red")),
    "region alone": ("--region", ("--maze", "{maze}", "--region", "5")),
    "no maze file": (
        "nowhere.json cannot be read: No such file or directory; expected a maze",
        ("--maze", "{folder}/nowhere.json"),
    ),
    "wrong maze file": ("broken.json", ("--maze", "{folder}/broken.json")),
    "a picture for a maze": (
        "photo.jpg is a picture; expected a maze.",
        ("--maze", "{folder}/photo.jpg"),
    ),
    "a picture for patches": (
        "photo.jpg is a picture; expected a file of patches.",
        ("--maze", "{maze}", "--patches", "{folder}/photo.jpg"),
    ),
    "mazes of one name": ("called fork", ("--maze", "{maze}", "{maze}")),
    "no checkpoint": ("nowhere.pt", ("--maze", "{maze}", "--checkpoint", "{folder}/nowhere.pt")),
    "not a checkpoint": ("broken.json", ("--maze", "{maze}", "--checkpoint", "{folder}/broken.json")),
    "no patches": (
        "No such file or directory; expected a file of patches",
        ("--maze", "{maze}", "--patches", "{folder}/nowhere.json"),
    ),
    "wrong patches": ("broken.json", ("--maze", "{maze}", "--patches", "{folder}/broken.json")),
    "patch that does not fit": (
        "unfit.json: Patch 1 does not act",
        ("--maze", "{maze}", "--patches", "{folder}/unfit.json"),
    ),
    "no such layer": ("no layer 'embedder.block4.conv'", ("--maze", "{maze}", "--patches", "{folder}/other.json")),
    "no channels": ('Patch 1: "channels" is []', ("--maze", "{maze}", "--patches", "{folder}/none.json")),
    "maze and level of one name": ("written as easy-0", ("--maze", "{folder}/easy-0.json", "--seeds", "5,0")),
    "negative seed": ("seeds from 0 to 2147483647", ("--seeds", "-1")),
    "negative range": ("'-3:2' was found; expected A:B, N, or a comma list", ("--seeds", "-3:2")),
    "empty seed": ("'1,,2' has an empty item", ("--seeds", "1,,2")),
    "device": ("abacus", ("--maze", "{maze}", "--device", "abacus")),
}


@pytest.mark.parametrize(("found", "arguments"), BAD.values(), ids=BAD)
def test_bad_input_is_one_sentence_and_writes_nothing(
    found: str,
    arguments: tuple[str, ...],
    tmp_path: Path,
    checkpoint: Path,
    maze_file: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "broken.json").write_text('{"rows": [')
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(100))
    unfit = {"patches": [{"kind": "zero", "layer": LAYER, "channels": [99]}]}
    (tmp_path / "unfit.json").write_text(json.dumps(unfit))
    other = {"patches": [{"kind": "zero", "layer": "embedder.block4.conv"}]}
    (tmp_path / "other.json").write_text(json.dumps(other))
    none = {"patches": [{"kind": "zero", "layer": LAYER, "channels": []}]}
    (tmp_path / "none.json").write_text(json.dumps(none))
    save(tmp_path / "easy-0.json", forked_level())
    filled = [argument.format(maze=maze_file, folder=tmp_path) for argument in arguments]
    policy = () if "--checkpoint" in arguments else ("--checkpoint", checkpoint)
    assert run("field", *filled, *policy, "--out", tmp_path / "out") == 2
    told = capfd.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert found in told.err
    assert "Traceback" not in told.err
    assert not (tmp_path / "out").exists()


def test_an_out_that_is_a_file_or_missing_is_refused(
    tmp_path: Path, checkpoint: Path, maze_file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run("field", "--maze", maze_file, "--checkpoint", checkpoint, "--out", checkpoint) == 2
    assert "is a file; expected a folder" in capfd.readouterr().err
    assert run("field", "--maze", maze_file, "--checkpoint", checkpoint) == 2
    assert "--out" in capfd.readouterr().err
    assert run("field", "--maze", maze_file, "--checkpoint", checkpoint, "--out", checkpoint / "below") == 2
    assert capfd.readouterr().err.count("\n") == 1


def test_levels_of_seeds_need_no_procgen(tmp_path: Path, checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # As on a platform without procgen's wheel: the import system finds no such package.
    monkeypatch.setitem(sys.modules, "procgen", None)
    assert run("field", "--seeds", "1", "--checkpoint", checkpoint, "--out", tmp_path / "out") == 0
    assert (tmp_path / "out" / "easy-1.npz").is_file()


def test_states_of_procgen_are_maze_files(tmp_path: Path, checkpoint: Path) -> None:
    states = tmp_path / "states.pkl"
    states.write_bytes(pickle.dumps([state_of(level_of(15, seed)) for seed in (3, 4)]))
    assert run("field", "--maze", states, "--checkpoint", checkpoint, "--out", tmp_path / "out") == 0
    for number, seed in ((1, 3), (2, 4)):
        with np.load(tmp_path / "out" / f"states-{number}.npz") as found:
            assert np.array_equal(found["grid"], level_of(15, seed).grid)


# verify


# info and the rest


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
def test_a_reader_that_goes_away_is_no_error(checkpoint: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "main.py", "info", str(checkpoint)],
        cwd=ROOT,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_an_answer_that_cannot_be_printed_is_one_sentence(checkpoint: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "main.py", "info", str(checkpoint)],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
        )
    assert done.returncode == 1
    assert done.stderr == "The answer could not be written: No space left on device.\n"


def test_files_open_the_window_and_options_lead_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    opened: list[tuple[list[str], bool]] = []

    def window(files: list[str], new_window: bool) -> int:
        opened.append((files, new_window))
        return 5

    assert main.main(["a.pth", "field"], window=window, smoke_test=lambda: 6) == 5
    assert main.main([], window=window, smoke_test=lambda: 6) == 5
    assert main.main(["--new-window", "b.json"], window=window, smoke_test=lambda: 6) == 5
    assert opened == [(["a.pth", "field"], False), ([], False), (["b.json"], True)]
    assert main.main(["--smoke-test"], window=window, smoke_test=lambda: 6) == 6
    assert main.main(["--version"], window=window, smoke_test=lambda: 6) == 0
    assert capsys.readouterr().out.strip() == f"Mazescope {__version__}"
    assert main.main(["--nonsense"], window=window, smoke_test=lambda: 6) == 2
    assert len(opened) == 3


@pytest.mark.parametrize("command", main.COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command, "--help") == 0
    assert "usage" in capsys.readouterr().out


def test_an_interrupt_ends_the_program_quietly(capsys: pytest.CaptureFixture[str]) -> None:
    def window(_files: list[str], _new: bool) -> int:
        raise KeyboardInterrupt

    assert main.main([], window=window, smoke_test=lambda: 0) == 130
    assert capsys.readouterr().err == ""


def test_a_terminal_of_few_letters_is_no_error(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", narrow)
    assert run("info", checkpoint) == 0


def test_the_door_loads_neither_torch_nor_qt_for_small_things() -> None:
    code = (
        "import sys; sys.argv = ['main.py', '--version']\n"
        "import main; main.main()\n"
        "print([name for name in ('torch', 'PySide6', 'numpy', 'procgen') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines() == [f"Mazescope {__version__}", "[]"]
    refused = program("field", "--seeds", "9:1", "--out", "nowhere")
    assert refused.returncode == 2
    assert refused.stdout == ""
    assert refused.stderr.count("\n") == 1
