"""`study training FOLDER` prints the rows of a series and writes them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli.main import main as command_line
from app.cli.study_command import ask
from app.policy.network import random_network
from app.policy.saving import save_safetensors


def main(words: list[str]) -> int:
    """The command line without a window; the exit status."""

    def not_here(*_: object) -> int:
        raise AssertionError("a window was opened")

    return command_line(words, window=not_here, smoke_test=not_here)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The folder of a run: two checkpoints of random networks, and its last policy."""
    folder = tmp_path / "w1-easy"
    (folder / "series").mkdir(parents=True)
    for step in (0, 8):
        save_safetensors(random_network(1, step), folder / "series" / f"step-{step:06d}.safetensors", {})
    save_safetensors(random_network(1, 8), folder / "policy.safetensors", {})
    return folder


def test_the_command_prints_and_writes_the_rows(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {kind: run / f"rows.{kind}" for kind in ("csv", "parquet", "svg")}
    written = [word for kind, path in files.items() for word in (f"--{kind}", str(path))]
    words = ["study", "training", str(run), "--seeds", "0:8", "--no-play"]
    assert main([*words, "--json", *written]) == 0
    found = json.loads(capsys.readouterr().out)
    rows = found.get("result", found)["rows"]
    assert [row["step"] for row in rows] == [0, 8]
    assert all(path.stat().st_size for path in files.values())
    assert main(words) == 0
    assert "most like the last one's" in capsys.readouterr().out


def test_the_help_says_that_a_series_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study", "training", "--help"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "the folder of a series of checkpoints" in told
    assert "when left out" not in told[told.index("positional arguments") : told.index("options:")]


def test_the_command_of_a_result_asks_the_same(run: Path) -> None:
    result = ask("training", str(run), "--seeds", "0:6", "--no-play")
    again = ask(*result.question.command().split()[3:])
    assert again.to_json() == result.to_json()
    # What was not computed has neither empty columns nor an empty plot.
    names = [column.name for column in result.tables[0].columns]
    assert "median log-odds" in names
    assert not any("solved" in name or "greedy" in name for name in names)
    assert all(plot.name != "solved" for plot in result.plots)


def test_the_command_of_some_checkpoints_asks_of_these(run: Path) -> None:
    save_safetensors(random_network(1, 9), run / "series" / "step-000064.safetensors", {})
    some = [str(run / "series" / f"step-{step:06d}.safetensors") for step in (0, 64)]
    result = ask("training", *some, "--seeds", "0:6", "--no-play")
    again = ask(*result.question.command().split()[3:])
    assert [row["step"] for row in again.to_json()["rows"]] == [0, 64]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "No series was named"),
        (("no-such-folder",), "There is no file or folder no-such-folder"),
        (("policy.safetensors",), "has no number in its name"),
        (("series", "--patches", "x.json"), "--patches was given; expected none"),
        (("series", "--layer", "embedder.fc"), "embedder.fc was found; expected one of"),
        (("series", "--steps", "0"), "0 steps were asked for"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(
    run: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], sentence: str
) -> None:
    found = [str(run / word) if word in ("policy.safetensors", "series") else word for word in words]
    assert main(["study", "training", *found]) == 2
    told = capsys.readouterr().err
    assert sentence in told
    assert told.count("\n") == 1
