"""The frame of studies: tables, files of results with their recipe, and the command."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pyarrow.parquet
import pytest
from PIL import Image

from app.cli import main, study_command
from app.errors import MazescopeError
from app.export.study_files import KINDS, study_bytes, table_text, text_of
from app.policy.network import random_network
from app.policy.saving import save_safetensors
from app.progress import Progress, go_on
from app.studies.study import Axis, Column, Partial, Plot, Question, Recipe, Result, Series, Table, unheard

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class SquaresQuestion(Question):
    """The squares of some numbers."""

    study = "squares"
    count: int = 3

    def run(self, *, device: str = "cpu", progress: Progress = go_on, partial: Partial = unheard) -> SquaresResult:
        del device, progress, partial
        return SquaresResult(self)

    def recipe(self) -> Recipe:
        return {"count": self.count}

    def words(self) -> tuple[str, ...]:
        return ("--count", str(self.count))


@dataclass(frozen=True, eq=False)
class SquaresResult(Result):
    """The parts of a result."""

    question: SquaresQuestion

    @cached_property
    def _values(self) -> np.ndarray:
        return np.arange(self.question.count, dtype=np.float64) ** 2

    @property
    def records(self) -> Table:
        values = self._values.copy()
        values[0] = np.nan
        names = tuple(f"number, {n}" for n in range(len(values)))
        missing = (None, *range(1, len(values)))
        return Table("squares", (Column("name", names), Column("square", values, "steps"), Column("whole", missing)))

    @property
    def tables(self) -> tuple[Table, ...]:
        return (Table("squares", self.records.columns, "Squares"),)

    @property
    def plots(self) -> tuple[Plot, ...]:
        series = Series("squares", np.arange(len(self._values)), self._values, n=3)
        return (Plot("squares", "Squares", Axis("number"), Axis("square", "steps"), (series,)),)

    @property
    def findings(self) -> tuple[str, ...]:
        return ("Squares grow.",)

    def to_json(self) -> Any:
        return {"squares": self._values.tolist()}


def test_a_column_cannot_be_written_to_and_knows_what_is_missing() -> None:
    values = np.array([1.0, np.nan])
    column = Column("x", values)
    values[0] = 7
    assert column.cells() == (1.0, None)
    with pytest.raises(ValueError, match="read-only"):
        column.values[0] = 3  # type: ignore[index]
    assert Column("flags", np.array([True, False])).cells() == (True, False)


def test_tables_are_checked() -> None:
    with pytest.raises(ValueError, match="length"):
        Table("t", (Column("a", (1, 2)), Column("b", (1,))))
    with pytest.raises(ValueError, match="one name"):
        Table("t", (Column("a", (1,)), Column("a", (1,))))
    table = Table("t", (Column("a", (1, 2)), Column("b", np.array([1.5, np.nan]))))
    assert list(table.rows()) == [(1, 1.5), (2, None)]


def test_a_question_says_how_to_ask_it_again() -> None:
    question = SquaresQuestion(4)
    assert question.command() == "python main.py study squares --count 4"
    assert "ask('squares', '--count', '4')" in question.python()
    assert question.run().recipe == {"program": question.run().recipe["program"], "study": "squares", "count": 4}


def test_text_has_units_and_n_and_nothing_where_there_is_nothing() -> None:
    text = text_of(SquaresResult(SquaresQuestion()))
    assert text.startswith("Squares grow.\n\nSquares\n")
    lines = text.splitlines()
    assert "square (steps)" in lines[3]
    assert lines[4].split() == ["number,", "0"]
    assert lines[6].split() == ["number,", "2", "4.000", "2"]
    assert "p (probability, n = 7)" in table_text(Table("t", (Column("p", (0.5,), "probability", 7),)))


def test_csv_holds_the_records_and_the_recipe() -> None:
    result = SquaresResult(SquaresQuestion())
    first, _, rest = study_bytes("csv", result).decode().partition("\n")
    assert json.loads(first.removeprefix("# ")) == result.recipe
    rows = list(csv.DictReader(io.StringIO(rest)))
    assert [row["name"] for row in rows] == ["number, 0", "number, 1", "number, 2"]
    assert [row["square"] for row in rows] == ["", "1", "4"]


def test_parquet_holds_the_records_the_units_and_the_recipe() -> None:
    result = SquaresResult(SquaresQuestion())
    table = pyarrow.parquet.read_table(io.BytesIO(study_bytes("parquet", result)))
    assert json.loads(table.schema.metadata[b"mazescope"]) == result.recipe
    assert table.schema.field("square").metadata == {b"unit": b"steps"}
    assert table.to_pydict() == {
        "name": ["number, 0", "number, 1", "number, 2"],
        "square": [None, 1.0, 4.0],
        "whole": [None, 1, 2],
    }


def test_pictures_carry_the_recipe() -> None:
    result = SquaresResult(SquaresQuestion())
    svg = ElementTree.fromstring(study_bytes("svg", result))
    assert json.loads(svg.find(".//{urn:mazescope:recipe}recipe").text) == result.recipe  # type: ignore[union-attr, arg-type]
    assert any("Squares grow." in (text.text or "") for text in svg.iter("{http://www.w3.org/2000/svg}text"))
    png = Image.open(io.BytesIO(study_bytes("png", result)))
    assert json.loads(png.text["Mazescope"]) == result.recipe  # type: ignore[attr-defined]
    assert study_bytes("pdf", result).startswith(b"%PDF")
    assert json.loads(study_bytes("json", result)) == {"recipe": result.recipe, "result": result.to_json()}
    assert set(KINDS) == {"csv", "parquet", "json", "svg", "png", "pdf"}
    with pytest.raises(ValueError, match="expected one of"):
        study_bytes("gif", result)


# --- the command ------------------------------------------------------------------------------------------------------


def run(*arguments: object) -> int:
    def no_window(*_: object) -> int:
        raise AssertionError("a headless command opened the window")

    return main.main([str(argument) for argument in arguments], window=no_window, smoke_test=no_window)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("policy") / "small.safetensors"
    save_safetensors(random_network(1, 0), path)
    return path


def test_a_study_prints_json_and_writes_files(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {kind: tmp_path / f"r.{kind}" for kind in study_command.FILES}
    options = [word for kind, path in files.items() for word in (f"--{kind}", path)]
    words = ["study", "response", checkpoint, "--seeds", "0:6", "--coefficients", "-1,1", "--json", *options]
    assert run(*words, "--palette", "dark") == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) >= {"n", "log_odds_change", "frozen", "even_share", "flipped"}
    assert set(found["log_odds_change"]) == {"-1", "1"}
    assert found["recipe"]["levels"] == {"world": "easy", "seeds": "0:6", "region": None}
    table = pyarrow.parquet.read_table(files["parquet"])
    assert table.num_rows == 2 * found["n"]
    assert all(path.stat().st_size > 500 for path in files.values())
    assert run("study", "response", checkpoint, "--seeds", "0:6", "--coefficients=-1,1") == 0
    assert "Change of the log-odds" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nothing"], "There is no study 'nothing'"),
        (["response", "--seeds", "3:1"], "holds no seed"),
        (["response", "--seeds", "1", "--coefficients", "a"], "expected A:B:STEP"),
        (["response", "--seeds", "1", "--layer", "nowhere"], "no layer"),
        (["response", "--seeds", "1", "--keep", "relu9"], "no layer"),
        (["response", "--seeds", "1", "--vector", "missing.safetensors"], "missing.safetensors"),
        (["response", "--seeds", "1", "--patch", "1"], "belong to --patches"),
        (["response", "--seeds", "1", "--square", "1"], "ROW,COL"),
        (["response", "--seeds", "1", "--device", "abacus"], "Device 'abacus'"),
        (["response", "--seeds", "1", "--csv", "/nowhere/at/all.csv"], "does not exist"),
        (["response", "missing.pth", "--seeds", "1"], "missing.pth"),
        (["response", "--maze", "missing.json"], "missing.json"),
        (["response", "--unknown"], "--unknown"),
        *(
            ([name, "--seeds", "0:3", "--patches", "any.json"], f"`study {name}` measures the policy without patches")
            for name in ("sweep", "ablate", "resample", "transfer", "fit", "channels", "effects")
        ),
        *(
            ([name, "--seeds", "0:3", "--seed", "-1"], "Argument --seed: '-1' was found; expected 0 to 2147483647")
            for name in ("sweep", "ablate", "resample", "transfer", "fit")
        ),
        (["levels", "--seeds", "0:3", "--outcomes", "exact", "--steps", "-4"], "-4 steps were asked for; expected 1"),
        (["levels", "--seeds", "0:3", "--outcomes", "greedy", "--steps", "0"], "0 steps were asked for; expected 1"),
        (["fit", "--table", "levels.parquet", "--region", "5"], "--table was given with --region"),
        (["fit", "--table", "levels.parquet", "--maze", "maze.json"], "--table was given with --maze"),
        (["fit", "--seeds", "0:1000001"], "1,000,001 levels are too many for a table in memory"),
        (["levels", "--seeds", "0:2147483647"], "2,147,483,647 levels are too many for a table in memory"),
    ],
)
def test_bad_input_is_one_sentence(words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("study", *words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert sentence in err
    assert err.count("\n") == 1


def test_help_lists_the_studies(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("study", "--help") == 0
    said = capsys.readouterr().out
    assert all(name in said and what in said for name, (_, what) in study_command.STUDIES.items())


@pytest.mark.parametrize("name", study_command.STUDIES)
def test_every_study_has_its_help_and_the_common_options(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        study_command.ask(name, "--help")
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert all(option in said for option in ("--seeds", "--world", "--region", "--device", "--json", "--parquet"))


def test_asking_in_words_refuses_what_the_command_refuses() -> None:
    with pytest.raises(MazescopeError, match="no study"):
        study_command.ask("nothing")
    with pytest.raises(MazescopeError, match="no study"):
        study_command.ask()


def test_heavy_libraries_come_only_when_a_study_asks(checkpoint: Path, tmp_path: Path) -> None:
    """Neither importing the program, nor a field, nor a study whose table is only printed, loads them."""
    heavy = ("pyarrow", "sklearn", "scipy", "statsmodels", "pandas", "dask", "distributed")
    code = f"""
import sys
import app, main
from app.cli.main import main as run
no = lambda *_: 1
for words in ({["field", "--seeds", "1", "--checkpoint", str(checkpoint), "--out", str(tmp_path)]!r},
              {["study", "response", str(checkpoint), "--seeds", "0:3", "--coefficients=1"]!r}):
    assert run(words, window=no, smoke_test=no) == 0
found = [name for name in {heavy!r} if name in sys.modules]
assert not found, found
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
