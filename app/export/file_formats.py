"""File formats of results: the one table that command line and window share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from app.document.recipe import Recipe
from app.document.view_mode import Mode
from app.drawing.palette import LIGHT, Palette
from app.field.requests import FieldResult
from app.progress import Progress

if TYPE_CHECKING:
    from app.drawing.figure import Figure, FigureOptions

PICTURES: Final = {"png": "PNG", "svg": "SVG", "pdf": "PDF"}
NUMBERS: Final = {"csv": "CSV table", "npz": "NPZ arrays (NumPy)"}
MOVIES: Final = {"gif": "GIF", "mp4": "MP4"}
"""Suffixes, without the dot, and what they are called."""

KINDS: Final = (*NUMBERS, *PICTURES)
"""Suffixes of what one result can be written as."""


def picture_bytes(kind: str, drawn: Figure, recipe: Recipe, *, scale: float = 1.0, title: str = "") -> bytes:
    """A figure as a file of a kind of `PICTURES`.

    Args:
        scale: size of a PNG, 1 for the usual one.
        title: of a PDF, in its metadata.
    """
    # Each encoder loads when it is asked for.
    from app.export import images

    if kind == "png":
        return images.png_bytes(drawn, recipe, scale)
    return images.svg_bytes(drawn, recipe) if kind == "svg" else images.pdf_bytes(drawn, recipe, title)


def number_bytes(kind: str, results: FieldResult | Sequence[FieldResult], recipe: Recipe, **options: Any) -> bytes:
    """Numbers as a file of a kind of `NUMBERS`; `options` as `app.export.numbers` takes them."""
    from app.export import numbers

    return (numbers.csv_bytes if kind == "csv" else numbers.npz_bytes)(results, recipe, **options)


def movie_bytes(
    kind: str,
    frames: Iterable[Figure],
    count: int,
    recipe: Recipe,
    *,
    fps: int,
    scale: float,
    progress: Progress,
) -> bytes:
    """A sequence of figures as a file of a kind of `MOVIES`.

    Raises:
        Cancelled: when `progress` says not to continue.
    """
    from app.export import movies

    encode: Callable[..., bytes] = movies.gif_bytes if kind == "gif" else movies.mp4_bytes
    return encode(frames, count, recipe, fps=fps, scale=scale, progress=progress)


def file_bytes(
    kind: str,
    result: FieldResult,
    recipe: Recipe,
    *,
    mode: Mode,
    palette: Palette = LIGHT,
    options: FigureOptions | None = None,
    scale: float = 1.0,
    patched: bool = True,
) -> bytes:
    """One result as a file.

    Args:
        kind: one of `KINDS`.
        recipe: see `recipe_of`; pictures add the view to it.
        mode: what a picture shows.
        options: of a picture; the usual ones when left out.
        scale: size of a PNG, 1 for the usual one.
        patched: whether a table or archive holds the patched field too.

    Raises:
        ValueError: for another kind.
    """
    if kind not in KINDS:
        raise ValueError(f"A file of kind {kind!r} was asked for; expected one of {', '.join(KINDS)}.")
    if kind in NUMBERS:
        return number_bytes(kind, result, recipe, patched=patched)
    # What draws loads when a picture is asked for.
    from app.drawing.figure import DEFAULT_OPTIONS, figure

    options = options or DEFAULT_OPTIONS
    drawn = figure(result, mode, palette, options)
    return picture_bytes(kind, drawn, {**recipe, "view": mode}, scale=scale, title=options.title)
