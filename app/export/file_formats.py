"""One result as the bytes of a file of any kind: what the command line and the window's export both write."""

from __future__ import annotations

from typing import Final

from app.document.recipe import Recipe
from app.drawing.figure import DEFAULT_OPTIONS, FigureOptions, Mode, figure
from app.drawing.palette import LIGHT, Palette
from app.export.images import pdf_bytes, png_bytes, svg_bytes
from app.export.numbers import csv_bytes, npz_bytes
from app.field.requests import FieldResult

KINDS: Final = ("npz", "png", "svg", "pdf", "csv")
"""Suffixes, without the dot, of what one result can be written as."""


def file_bytes(
    kind: str,
    result: FieldResult,
    recipe: Recipe,
    *,
    mode: Mode,
    palette: Palette = LIGHT,
    options: FigureOptions = DEFAULT_OPTIONS,
    scale: float = 1.0,
    patched: bool = True,
) -> bytes:
    """The file's content.

    Args:
        kind: one of `KINDS`.
        recipe: see `recipe_of`; pictures add the view to it.
        mode: what a picture shows.
        scale: size of a PNG, 1 for the usual one.
        patched: whether a table or archive holds the patched field too.

    Raises:
        ValueError: for another kind.
    """
    if kind == "npz":
        return npz_bytes(result, recipe, patched=patched)
    if kind == "csv":
        return csv_bytes(result, recipe, patched=patched)
    if kind not in KINDS:
        raise ValueError(f"A file of kind {kind!r} was asked for; expected one of {', '.join(KINDS)}.")
    drawn, recipe = figure(result, mode, palette, options), {**recipe, "view": mode}
    if kind == "png":
        return png_bytes(drawn, recipe, scale)
    return svg_bytes(drawn, recipe) if kind == "svg" else pdf_bytes(drawn, recipe, options.title)
