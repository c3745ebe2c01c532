"""Plots as shapes: every series is drawn inside its axes, in both themes, whatever its kind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.drawing.palette import DARK, LIGHT, Palette
from app.drawing.plot_axes import broken, plot_limits
from app.drawing.plots import WIDTH, colour_of, plot_shapes, plots_figure
from app.drawing.shapes import Circle, Polygon, Polyline, Rect, Segments, Shape, Text
from app.drawing.stacked_bars import segment_at, segments
from app.drawing.ticks import log_ticks, padded, tick_text, ticks
from app.export.images import picture
from app.studies.study import Axis, Grid, Mark, Plot, Series

X = np.linspace(-3, 3, 13)


def a_plot(*series: Series, **more: object) -> Plot:
    return Plot("p", "A title", Axis("t"), Axis("change", "nats"), series, **more)  # type: ignore[arg-type]


def of_kind(shapes: list[Shape], kind: type, colour: str) -> list[Shape]:
    return [
        shape
        for shape in shapes
        if isinstance(shape, kind) and colour in (getattr(shape, "stroke", None), getattr(shape, "fill", None))
    ]


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.integers(2, 9))
def test_ticks_are_round_inside_and_about_as_many_as_wanted(low: float, width: float, about: int) -> None:
    high = low + width
    found = ticks(low, high, about)
    slack = 1e-6 * width + np.spacing(max(abs(low), abs(high)))
    assert all(low - slack <= tick <= high + slack for tick in found)
    assert len(found) <= about + 2
    steps = np.diff(found)
    assert len(found) < 2 or np.allclose(steps, steps[0], rtol=1e-3)


def test_ticks_of_strange_ranges() -> None:
    assert ticks(1, 1) == (1,)
    assert ticks(2, 1) == ()
    assert ticks(float("nan"), 1) == ()
    assert log_ticks(1, 1e4) == (1, 10, 100, 1000, 10000)
    assert log_ticks(2, 7) == (2, 5)
    assert log_ticks(0, 1) == ()
    assert padded(3, 3)[0] < 3 < padded(3, 3)[1]
    assert [tick_text(value) for value in (0, -1.5, 2e4, 3e6)] == ["0", "−1.5", "20k", "3M"]


@pytest.mark.parametrize("palette", [LIGHT, DARK])
@pytest.mark.parametrize("kind", ["line", "points", "bars", "steps"])
@pytest.mark.parametrize("control", [False, True])
def test_every_kind_of_series_is_drawn_in_its_colour(kind: str, control: bool, palette: Palette) -> None:
    series = Series("one", X, X**2, kind=kind, control=control)  # type: ignore[arg-type]
    plot = a_plot(series)
    shapes, height = plot_shapes(plot, palette)
    wanted = {"points": Circle, "bars": Rect}.get(kind, Segments if control else Polyline)
    assert of_kind(shapes, wanted, colour_of(plot, series, palette))
    for shape in shapes:
        for name, most in (("x", WIDTH), ("y", height)):
            value = getattr(shape, name, None)
            assert value is None or -1e-6 <= value <= most + 1e-6


def stacked() -> Plot:
    """Two bars: 3 and 1 upwards and 2.5 downwards, then 1 and 4 downwards; nets 1.5 and -5."""
    at, roles = np.arange(2), ("original", "patched", "cheese")
    ups = (("channel 7", [3.0, -1.0]), ("channel 12", [1.0, -4.0]), ("other", [-2.5, 0.0]))
    series = [
        Series(name, at, np.array(y), kind="stack", role=role) for (name, y), role in zip(ups, roles, strict=True)
    ]
    net = Series("net", at, np.array([1.5, -5.0]), kind="level", role="text")
    return Plot("s", "Stacked", Axis("move", categories=("UP", "DOWN")), Axis("push"), (*series, net))


def test_pieces_of_stacked_bars_are_on_each_other_and_the_net_is_marked() -> None:
    plot = stacked()
    ends = [(piece.series.name, piece.x, piece.low, piece.high) for piece in segments(plot)]
    assert ends == [
        ("channel 7", 0, 0, 3),
        ("channel 7", 1, -1, 0),
        ("channel 12", 0, 3, 4),
        ("channel 12", 1, -5, -1),
        ("other", 0, -2.5, 0),
    ]
    (low, high) = plot_limits(plot)[1]
    assert low < -5
    assert high > 4
    for palette in (LIGHT, DARK):
        shapes, _ = plot_shapes(plot, palette)
        # The sample in the legend, and one piece for each bar that has one.
        assert [len(of_kind(shapes, Rect, getattr(palette, role))) for role in ("original", "patched", "cheese")] == [
            3,
            3,
            2,
        ]
        (net,) = [each for each in of_kind(shapes, Segments, palette.text) if len(each.segments) == 2]
        assert {y for _, y, _, _ in net.segments} == {to for _, _, _, to in net.segments}
        # The line at the net, in the first bar in the middle of channel 7's piece, has no number across it.
        inside = [shape.text for shape in shapes if isinstance(shape, Text) and shape.anchor == "middle"]
        assert sorted(text for text in inside if text.isdecimal()) == ["12", "12", "7"]


@pytest.mark.parametrize(
    ("x", "y", "name"), [(0.1, 3.5, "channel 12"), (0.5, 1, ""), (0, 5, ""), (1.3, -0.5, "channel 7")]
)
def test_a_place_in_a_stacked_bar_is_the_piece_that_is_there(x: float, y: float, name: str) -> None:
    found = segment_at(stacked(), x, y)
    assert (found.series.name if found else "") == name


def test_intervals_are_bands_of_lines_and_whiskers_of_bars() -> None:
    line = Series("a", X, X, low=X - 1, high=X + 1, interval="95 % interval")
    shapes, _ = plot_shapes(a_plot(line), LIGHT)
    (band,) = of_kind(shapes, Polygon, LIGHT.original)
    assert len(band.points) == 2 * len(X)  # type: ignore[union-attr]
    assert any(isinstance(shape, Text) and "95 % interval" in shape.text for shape in shapes)
    shapes, _ = plot_shapes(a_plot(replace(line, kind="bars")), LIGHT)
    assert any(isinstance(shape, Segments) and len(shape.segments) == 3 * len(X) for shape in shapes)
    low, high = plot_limits(a_plot(line))[1]
    assert low <= -4
    assert high >= 4


def test_gaps_thin_lines_marks_and_two_series_in_two_colours() -> None:
    holed = np.where(np.arange(13) == 6, np.nan, X)
    first, second = Series("a", X, holed), Series("b", X, -X)
    thin = Series("levels", X, np.stack([X, 2 * X, 3 * X]), role="text_muted")
    plot = a_plot(thin, first, second, marks=(Mark(0.5), Mark(99.0), Mark(1.0, "here")))
    shapes, _ = plot_shapes(plot, LIGHT)
    assert colour_of(plot, first, LIGHT) != colour_of(plot, second, LIGHT)
    # One line in two pieces, and its sample in the legend.
    assert len(of_kind(shapes, Polyline, colour_of(plot, first, LIGHT))) == 3
    assert sum(len(shape.points) == 13 for shape in of_kind(shapes, Polyline, LIGHT.text_muted)) == 3  # type: ignore[union-attr]
    assert any(isinstance(shape, Text) and shape.text == "here" for shape in shapes)


def test_numbers_outside_the_axes_are_not_drawn() -> None:
    plot = replace(a_plot(Series("a", X, X * 100)), y=Axis("y", low=0, high=150))
    shapes, height = plot_shapes(plot, LIGHT)
    (line,) = of_kind(shapes, Polyline, LIGHT.original)
    assert 0 < len(line.points) < 13  # type: ignore[union-attr]
    assert max(y for _, y in line.points) <= height  # type: ignore[union-attr]


def test_logarithmic_axes_and_categories() -> None:
    x = np.array([1e3, 1e5, 1e7])
    plot = Plot("p", "t", Axis("steps", log=True), Axis("rate"), (Series("a", x, np.array([0.1, 0.2, 0.9])),))
    shapes, _ = plot_shapes(plot, LIGHT)
    (line,) = of_kind(shapes, Polyline, LIGHT.original)
    (a, _), (b, _), (c, _) = line.points  # type: ignore[union-attr]
    assert b - a == pytest.approx(c - b)
    names = ("block2.res2.relu1", "block3.maxpool", "relufc")
    bars = Series("a", np.arange(3), np.arange(3.0), kind="bars")
    shapes, _ = plot_shapes(Plot("p", "t", Axis("stage", categories=names), Axis("y"), (bars,)), LIGHT)
    said = "".join(shape.text for shape in shapes if isinstance(shape, Text))
    assert all(part in said for name in names for part in name.split("."))
    assert broken("block2.res2.relu1", 0.4, 1.2, at_dots=True) == ["block2.", "res2.", "relu1"]
    assert broken("two words", 0.4, 1.2) == ["two", "words"]


def test_a_grid_shows_its_numbers_and_what_is_missing() -> None:
    grid = Grid(("a", "b"), ("x", "y"), np.array([[1.0, np.nan], [-2.0, 0.5]]), diverging=True, marked=((1, 0),))
    plot = Plot("g", "Grid", Axis("column"), Axis("row"), grid=grid)
    for palette in (LIGHT, DARK):
        shapes, _ = plot_shapes(plot, palette)
        said = [shape.text for shape in shapes if isinstance(shape, Text)]
        assert {"1.00", "–", "−2.00", "0.50", "a", "b", "x", "y"} <= set(said)
        assert of_kind(shapes, Polyline, palette.decision)
        assert len({shape.fill for shape in shapes if isinstance(shape, Rect)}) == 4


def test_a_page_of_plots_is_painted_in_both_themes() -> None:
    plots = [a_plot(Series(str(n), X, X * n), note="n = 3; " * 30) for n in range(5)]
    for palette in (LIGHT, DARK):
        page = plots_figure(plots, palette, "A finding that is long enough to be broken into lines " * 4)
        image = np.asarray(picture(page, 0.5).convert("RGB"))
        assert image.std() > 5
        background = tuple(int(palette.open[at : at + 2], 16) for at in (1, 3, 5))
        assert tuple(image[1, 1]) == background
