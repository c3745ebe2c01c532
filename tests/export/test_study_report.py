"""A study's report: one page with what was found, figures, tables and recipe, which asks for nothing from outside."""

from __future__ import annotations

import re
import shlex
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from app.cli.main import main
from app.drawing.fonts import text_width
from app.drawing.palette import LIGHT
from app.drawing.plots import WIDTH, plot_shapes
from app.drawing.shapes import Text
from app.errors import MazescopeError
from app.export.study_report import MOST_ROWS, report_bytes
from app.field.level_blocks import level_range
from app.interventions.patches import AddVector, PatchStack
from app.interventions.patches_file import save_patches
from app.policy.policy import Policy
from app.policy.saving import safetensors_bytes
from app.studies.ablate import AblateQuestion
from app.studies.level_set import of_seeds
from app.studies.level_table import LevelsQuestion
from app.studies.study import Column, Table


class _Balance(HTMLParser):
    """True if every element that is opened is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, *_: object) -> None:
        pass


def test_the_page_holds_findings_figures_tables_and_recipe(small_policy: Policy) -> None:
    result = LevelsQuestion(small_policy, level_range("easy", [range(70)])).run()
    page = report_bytes(result)
    assert page == report_bytes(result)
    text = page.decode()
    balance = _Balance()
    balance.feed(text)
    assert balance.open == []
    assert text.count("<svg") == len(result.plots)
    assert text.count("<table") == len(result.tables)
    for sentence in result.findings:
        assert sentence in text
    assert "python main.py study levels --world easy --seeds 0:70" in text
    assert small_policy.weights_hash in text
    # On paper nothing can be scrolled: a wide table is whole there.
    _, _, printed = text.partition("@media print")
    assert "overflow-x: visible" in printed
    # Nothing is loaded from elsewhere, and nothing runs.
    assert "<script" not in text
    assert not re.search(r"(src|href)=['\"]https?:", text)


def test_long_tables_are_cut_and_texts_are_escaped(small_policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    result = LevelsQuestion(small_policy, level_range("easy", [range(30)])).run()
    long = Table("long", (Column("a < b", np.arange(MOST_ROWS + 5.0)),), "1 & 2")
    monkeypatch.setattr(type(result), "tables", property(lambda _: (long,)))
    text = report_bytes(result).decode()
    assert "and 5 more rows" in text
    assert "a &lt; b" in text
    assert "1 &amp; 2" in text


def test_the_command_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def ask(folder: Path) -> int:
        argv = ["study", "levels", "--seeds", "0:20", "--report", str(folder), "--json"]
        return main(argv, window=_never, smoke_test=_never)

    assert ask(tmp_path / "new" / "folder") == 0
    assert b"<svg" in (tmp_path / "new" / "folder" / "report.html").read_bytes()
    (tmp_path / "file").write_text("")
    assert ask(tmp_path / "file") == 2
    assert "is not a folder for --report" in capsys.readouterr().err


def test_the_line_on_the_page_asks_the_same(
    tmp_path: Path, small_policy: Policy, capsys: pytest.CaptureFixture[str]
) -> None:
    policy, patches, folder = tmp_path / "policy.safetensors", tmp_path / "patches.json", tmp_path / "report"
    policy.write_bytes(safetensors_bytes(small_policy, {}))
    save_patches(patches, PatchStack((AddVector(coefficient=-0.5),)))
    asked = ["levels", str(policy), "--seeds", "0:20", "--patches", str(patches)]
    assert main(["study", *asked, "--json", "--report", str(folder)], window=_never, smoke_test=_never) == 0
    printed = capsys.readouterr().out
    page = (folder / "report.html").read_text("utf-8")
    (line,) = re.findall(r"<pre>(python main\.py .*?)</pre>", page)
    words = shlex.split(unescape(line))[2:]
    assert main([*words, "--json"], window=_never, smoke_test=_never) == 0
    assert capsys.readouterr().out == printed


def test_a_title_that_is_wider_than_its_figure_goes_on_below(small_policy: Policy) -> None:
    plot = AblateQuestion(small_policy, of_seeds("easy", range(12), "0:12"), methods=("mean",)).run().plots[0]
    shapes, height = plot_shapes(plot, LIGHT)
    titles = [shape for shape in shapes if isinstance(shape, Text) and shape.weight == "semibold"]
    assert " ".join(shape.text for shape in sorted(titles, key=lambda shape: -shape.y)) == plot.title
    assert len(titles) == 2
    assert all(text_width(shape.text, shape.size, "semibold") <= WIDTH for shape in titles)
    assert min(shape.size for shape in titles) > 0.5
    assert max(shape.y + shape.size for shape in titles) <= height


def _never(*_: object) -> int:
    raise MazescopeError("No window was to be opened.")
