"""A study's report: one HTML page with what was found, its figures, its tables and the recipe, fit to go with a paper.

The page holds everything itself: figures as SVG, no scripts, nothing from a network.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from typing import Final

from app.drawing.palette import LIGHT, Palette
from app.drawing.plots import plots_figure
from app.export.study_files import heading, shown_cell
from app.export.svg import svg_bytes
from app.studies.study import PROGRAM, Result, Table

MOST_ROWS: Final = 200
"""Rows of a table that are shown; the others are in the study's files."""

_STYLE: Final = """
body { font: 16px/1.5 Inter, system-ui, sans-serif; color: #1b2027 }
body { max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-top: 2.2rem } p.found { font-size: 1.05rem }
figure { margin: 1rem 0 } svg { max-width: 100%; height: auto }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums } caption { text-align: left }
th, td { padding: .2rem .7rem; text-align: right; border-bottom: 1px solid #d8dde3 } th { border-bottom-width: 2px }
td.text, th.text { text-align: left } div.wide { overflow-x: auto; margin: 1.2rem 0 }
@media print {
 body { max-width: none; margin: 0 } figure, tr, pre { break-inside: avoid } h2 { break-after: avoid }
 table { font-size: .55rem } th, td { padding: .1rem .25rem } div.wide { overflow-x: visible }
}
pre { background: #f4f6f8; padding: .8rem; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .8rem }
 footer { margin-top: 2rem; font-size: .85rem; color: #5a6470 }
"""


def report_bytes(result: Result, palette: Palette = LIGHT, words: Sequence[str] | None = None) -> bytes:
    """The page, in UTF-8; equal results give equal bytes.

    Args:
        result: the result.
        palette: colours of the figures; the page itself is light.
        words: the arguments that ask the same, where the question's own name not all files that it takes; see
            `app.studies.command_files`.
    """
    asked = result.question
    name = asked.study
    first, *more = result.findings or ("",)
    figures = []
    for plot in result.plots:
        drawn = svg_bytes(plots_figure([plot], palette), result.recipe).decode()
        figures.append(f"<figure>{drawn[drawn.index('<svg') :]}</figure>")
    recipe = json.dumps(result.recipe, indent=1, ensure_ascii=False, default=str)
    parts = [
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Mazescope: {escape(name)}</title>",
        f"<style>{_STYLE}</style></head><body><h1>Mazescope: {escape(name)}</h1>",
        *(f"<p class='found'>{escape(sentence)}</p>" for sentence in (first, *more) if sentence),
        "<h2>Figures</h2>" if figures else "",
        *figures,
        "<h2>Tables</h2>",
        *map(_table, result.tables),
        "<h2>Recipe</h2><p>The same numbers again:</p>",
        f"<pre>{escape(asked.command(words))}</pre><pre>{escape(asked.python(words))}</pre>",
        f"<pre>{escape(recipe)}</pre>",
        f"<footer>Made by {escape(PROGRAM)}.</footer></body></html>\n",
    ]
    return "\n".join(part for part in parts if part).encode()


def _table(table: Table) -> str:
    texts = [any(isinstance(cell, str) for cell in column.cells()) for column in table.columns]
    heads = "".join(
        f"<th{_of_text(text)}>{escape(heading(column))}</th>" for column, text in zip(table.columns, texts, strict=True)
    )
    rows = []
    for number, row in enumerate(table.rows()):
        if number == MOST_ROWS:
            rows.append(
                f"<tr><td class='text' colspan='{len(texts)}'>and {len(table) - MOST_ROWS:,} more rows</td></tr>"
            )
            break
        cells = (
            f"<td{_of_text(text)}>{escape(shown_cell(cell, cut=False))}</td>"
            for cell, text in zip(row, texts, strict=True)
        )
        rows.append(f"<tr>{''.join(cells)}</tr>")
    body = "".join(rows)
    return f"<div class='wide'><table><caption>{escape(table.title)}</caption><tr>{heads}</tr>{body}</table></div>"


def _of_text(text: bool) -> str:
    return " class='text'" if text else ""
