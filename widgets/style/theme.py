"""The look of every widget: one palette, one font, one style sheet."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget

from app.drawing.palette import DARK, LIGHT, Palette
from app.paths import asset
from widgets.style.style_sheet import larger_text, style_sheet

CHOICES = {"system": "As the system", "light": "Light", "dark": "Dark"}
"""The choices of the user, and their titles."""

TEXT_SCALES = (1.0, 1.25, 1.5, 2.0)
"""The range of text sizes, as multiples of the system's own size."""


@cache
def font_family() -> str:
    """Family name of the shipped font, registered with Qt; the system's own where the files are missing."""
    families: list[str] = []
    for file in ("Inter-Regular.ttf", "Inter-SemiBold.ttf"):
        number = QFontDatabase.addApplicationFont(str(asset("fonts", file)))
        if number >= 0:
            families += QFontDatabase.applicationFontFamilies(number)
    return families[0] if families else QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()


def ui_font(scale: float = 1.0) -> QFont:
    """The font of the interface; every size in the window follows from it."""
    font = QFont(font_family())
    base = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).pointSizeF()
    font.setPointSizeF(max(base if base > 0 else 10.0, 9.0) * scale)
    font.setStyleHint(QFont.StyleHint.SansSerif)
    return font


def number_font(font: QFont, factor: float = 1.0, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The font with figures of equal width, so that numbers that change do not dance."""
    wide = QFont(font)
    wide.setPointSizeF(font.pointSizeF() * factor)
    wide.setWeight(weight)
    wide.setFeature(QFont.Tag("tnum"), 1)
    return wide


def chosen(choice: str, app: QApplication) -> Palette:
    """The palette that a choice of CHOICES means now."""
    if choice == "system":
        return DARK if app.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT
    return DARK if choice == "dark" else LIGHT


def qt_palette(palette: Palette) -> QPalette:
    """Qt's own palette in our colours, for what the style sheet does not name."""
    made = QPalette()
    role = QPalette.ColorRole
    colours = {
        role.Window: palette.panel,
        role.WindowText: palette.text,
        role.Base: palette.panel_raised,
        role.AlternateBase: palette.panel,
        role.Text: palette.text,
        role.PlaceholderText: palette.text_muted,
        role.Button: palette.panel_raised,
        role.ButtonText: palette.text,
        role.BrightText: palette.error,
        role.ToolTipBase: palette.panel_raised,
        role.ToolTipText: palette.text,
        role.Highlight: palette.accent,
        role.HighlightedText: palette.accent_text,
        role.Link: palette.accent,
        role.LinkVisited: palette.accent,
        role.Light: palette.panel_raised,
        role.Midlight: palette.panel,
        role.Mid: palette.border,
        role.Dark: palette.border,
        role.Shadow: palette.border,
        role.Accent: palette.accent,
    }
    for which, colour in colours.items():
        made.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, which, QColor(palette.text_muted))
    return made


def apply(app: QApplication, palette: Palette) -> None:
    """Give the whole application the palette's look."""
    # Each of these goes through every widget there is, so none is done twice.
    if app.property("mazescope_style") is None:
        app.setStyle(QStyleFactory.create("Fusion"))
        app.setProperty("mazescope_style", "fusion")
    font = ui_font(_text_scale(app))
    sheet = style_sheet(palette, QFontMetrics(font).height())
    with _no_collecting():
        if app.styleSheet() != sheet or app.font() != font:
            # Under a style sheet, another palette takes three times as long, and widgets would keep the font they have.
            app.setStyleSheet("")
            app.setFont(font)
        app.setPalette(qt_palette(palette))
        if app.styleSheet() != sheet:
            app.setStyleSheet(sheet)


def enlarge(part: QWidget, scale: float | None) -> None:
    """Give all text in a part of the window this scale of the window's own size; None is as usual.

    By a style sheet, since under one Qt passes no font on from a widget to those in it.
    """
    font = QApplication.font()
    font.setPointSizeF(font.pointSizeF() * (scale or 1.0))
    with _no_collecting():
        part.setStyleSheet("" if scale is None else larger_text(font.pointSizeF(), QFontMetrics(font).height()))


@contextmanager
def dressed_at_the_end() -> Iterator[None]:
    """Widgets made meanwhile get the application's style sheet when all of them are there.

    Under a style sheet Qt goes through all that a widget holds each time that it is put into another, which took two
    thirds of the time of making the window.
    """
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    sheet = app.styleSheet()
    with _no_collecting():
        app.setStyleSheet("")
        try:
            yield
        finally:
            app.setStyleSheet(sheet)


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Python's garbage collector at rest: Qt goes through a list of all widgets, and crashes if one is deleted then."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def set_text_scale(app: QApplication, scale: object) -> None:
    """Scale of the interface's text, one of TEXT_SCALES (anything else counts as 1); takes effect with `apply`."""
    app.setProperty("mazescope_text_scale", scale if scale in TEXT_SCALES else 1.0)


def _text_scale(app: QApplication) -> float:
    scale = app.property("mazescope_text_scale")
    return float(scale) if isinstance(scale, int | float) else 1.0
