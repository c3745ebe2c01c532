"""A study's result as text, JSON, CSV and Parquet, and its plots as SVG, PNG and PDF; each file carries its recipe."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Final

import numpy as np

from app.document.recipe import recipe_text
from app.drawing.palette import LIGHT, Palette
from app.drawing.plots import result_figure
from app.errors import MazescopeError
from app.export.images import pdf_bytes, png_bytes, svg_bytes
from app.studies.study import Cell, Column, Result, Table

KINDS: Final = ("csv", "parquet", "json", "svg", "png", "pdf")
"""Suffixes, without the dot, of what a result can be written as."""

_WIDEST: Final = 40
"""Characters of a text cell that are shown to people."""


def study_bytes(
    kind: str, result: Result, *, palette: Palette = LIGHT, plots: Sequence[str] = (), scale: float = 1.0
) -> bytes:
    """The file's content.

    Args:
        kind: one of `KINDS`.
        result: the result.
        palette: colours of pictures.
        plots: names of the plots of a picture, in order; empty for all.
        scale: size of a PNG, 1 for the usual one.

    Raises:
        MazescopeError: for Parquet without pyarrow, or a picture of a result that has no plots.
        ValueError: for another kind, or a plot that the result has not.
    """
    if kind == "csv":
        return csv_bytes(result)
    if kind == "parquet":
        return parquet_bytes(result)
    if kind == "json":
        return (json.dumps({"recipe": result.recipe, "result": result.to_json()}, indent=1) + "\n").encode()
    if kind not in KINDS:
        raise ValueError(f"A file of kind {kind!r} was asked for; expected one of {', '.join(KINDS)}.")
    if not result.plots:
        raise MazescopeError(f"There is nothing to draw of this result, so no {kind.upper()} was made.")
    drawn = result_figure(result, palette, names=plots)
    if kind == "png":
        return png_bytes(drawn, result.recipe, scale)
    title = result.findings[0] if result.findings else result.question.study
    return svg_bytes(drawn, result.recipe) if kind == "svg" else pdf_bytes(drawn, result.recipe, title)


def json_text(result: Result) -> str:
    """The result's JSON, indented, with a line's end."""
    return json.dumps(result.to_json(), indent=1, ensure_ascii=False) + "\n"


def csv_bytes(result: Result) -> bytes:
    """The records in UTF-8, one line each under their names, after one comment line (`# `) with the recipe.

    Numbers have nine significant digits; what is missing is empty.
    """
    text = io.StringIO()
    text.write(f"# {recipe_text(result.recipe)}\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in result.records.columns])
    for row in result.records.rows():
        writer.writerow([f"{cell:.9g}" if isinstance(cell, float) else cell for cell in row])
    return text.getvalue().encode()


def parquet_bytes(result: Result) -> bytes:
    """The records as a Parquet file, compressed by zstd; the recipe is JSON under `mazescope` in its metadata, and each
    column's unit under `unit` in that of its field.

    Raises:
        MazescopeError: when pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise MazescopeError("Parquet files need pyarrow; `pip install pyarrow` installs it.") from error
    fields, arrays = [], []
    for column in result.records.columns:
        array = pyarrow.array(column.values, from_pandas=True)
        metadata = {"unit": column.unit} if column.unit else None
        fields.append(pyarrow.field(column.name, array.type, metadata=metadata))
        arrays.append(array)
    schema = pyarrow.schema(fields, metadata={"mazescope": recipe_text(result.recipe)})
    buffer = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_arrays(arrays, schema=schema), buffer, compression="zstd")
    return buffer.getvalue()


def text_of(result: Result) -> str:
    """The text of a study: the findings, then each table under its title."""
    parts = ["\n".join(result.findings), *(table_text(table) for table in result.tables)]
    return "\n\n".join(part for part in parts if part) + "\n"


def table_text(table: Table) -> str:
    """A table in columns under headings with units and n; numbers to the right, texts to the left."""
    heads = [heading(column) for column in table.columns]
    cells = [[shown_cell(cell) for cell in column.cells()] for column in table.columns]
    widths = [max(map(len, [head, *column])) for head, column in zip(heads, cells, strict=True)]
    left = [_is_text(column) for column in table.columns]

    def line(row: Sequence[str]) -> str:
        padded = [
            text.ljust(width) if is_left else text.rjust(width)
            for text, width, is_left in zip(row, widths, left, strict=True)
        ]
        return "  ".join(padded).rstrip()

    lines = [table.title] if table.title else []
    return "\n".join([*lines, line(heads), *(line(row) for row in zip(*cells, strict=True))])


def heading(column: Column) -> str:
    """A column's heading for people: its name, unit and n."""
    said = [column.unit] if column.unit else []
    said += [f"n = {column.n}"] if column.n is not None else []
    return f"{column.name} ({', '.join(said)})" if said else column.name


def _is_text(column: Column) -> bool:
    if isinstance(column.values, np.ndarray):
        return column.values.dtype.kind not in "iufb"
    return any(isinstance(cell, str) for cell in column.values)


def shown_cell(cell: Cell, *, cut: bool = True) -> str:
    """A cell for people, short; a long text is cut unless told otherwise."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return f"{cell:.4g}" if abs(cell) < 1e-3 and cell else f"{cell:.3f}"
    text = str(cell)
    return text if len(text) <= _WIDEST or not cut else text[: _WIDEST - 1] + "…"
