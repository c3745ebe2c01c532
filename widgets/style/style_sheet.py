"""The style sheet of the application."""

from __future__ import annotations

from app.drawing.colour import mix
from app.drawing.palette import Palette
from app.paths import asset

ICON, SMALL_ICON = 1.05, 0.9
"""Sides of the icons of buttons and of a panel's title, in heights of a line of text."""

STALE = 0.6
"""Opacity of a text that is not of what is shown: of a label or table that is switched off."""


def style_sheet(palette: Palette, line: int) -> str:
    """The style sheet in this palette. Lengths in em follow the font, so that larger text does not clip.

    Args:
        line: pixels of a line of text. Icons' sizes are made from it: Qt takes an icon's em from a font of its own.

    Fields for numbers have no buttons: their sizes are 0 here, because with `setButtonSymbols(NoButtons)` a style sheet
    leaves the text a width of one pixel.
    """
    chevron = asset("icons", f"chevron-down-{palette.name}.svg").as_posix()
    tick = asset("icons", f"check-{palette.name}.svg").as_posix()
    p = palette
    hover = mix(p.text, p.panel, 0.07)
    pressed = mix(p.text, p.panel, 0.13)
    chosen_fill = mix(p.accent, p.panel, 0.16)
    return f"""
    * {{ outline: none; dialogbuttonbox-buttons-have-icons: 0; }}
    QMainWindow, QDialog, QMessageBox {{ background: {p.panel}; }}
    QMainWindow::separator {{ background: {p.border}; width: 1px; height: 1px; }}
    QMainWindow::separator:hover {{ background: {p.accent}; }}
    QWidget {{ color: {p.text}; }}
    QLabel {{ background: transparent; }}
    QLabel[muted="true"] {{ color: {p.text_muted}; }}
    QLabel[heading="true"] {{ font-weight: 600; }}
    QLabel[warning="true"] {{ color: {p.warning}; }}
    QLabel[error="true"] {{ color: {p.error}; }}
    QLabel:disabled, QAbstractItemView:disabled {{ color: {mix(p.text_muted, p.panel, STALE)}; }}
    QFrame[card="true"], QLabel[card="true"] {{
        background: {p.panel_raised}; border: 1px solid {p.border}; border-radius: 8px; }}

    QMenuBar {{ background: {p.panel}; padding: 2px 6px; border-bottom: 1px solid {p.border}; }}
    QMenuBar::item {{ padding: 4px 9px; border-radius: 5px; background: transparent; }}
    QMenuBar::item:selected {{ background: {hover}; }}
    QMenu {{ background: {p.panel_raised}; border: 1px solid {p.border}; padding: 5px; }}
    QMenu::item {{ padding: 5px 26px 5px 12px; border-radius: 5px; }}
    QMenu::item:selected {{ background: {chosen_fill}; }}
    QMenu::item:disabled {{ color: {p.text_muted}; }}
    QMenu::icon {{ padding-left: 8px; }}
    QMenu::separator {{ height: 1px; background: {p.border}; margin: 5px 8px; }}
    QToolTip {{
        background: {p.panel_raised}; color: {p.text}; border: 1px solid {p.border}; padding: 4px 6px; }}

    QToolBar {{ background: {p.panel}; border: none; padding: 5px; spacing: 5px; }}
    QToolBar#tools {{ border-right: 1px solid {p.border}; }}
    QToolBar#level {{ border-bottom: 1px solid {p.border}; }}
    QToolBar::separator {{ background: {p.border}; margin: 5px; }}
    QToolBar::separator:horizontal {{ width: 1px; }}
    QToolBar::separator:vertical {{ height: 1px; }}
    QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 5px; }}
    QToolButton:hover {{ background: {hover}; }}
    QToolButton:pressed {{ background: {pressed}; }}
    QToolButton:checked {{ background: {chosen_fill}; color: {p.accent}; }}
    QToolButton:focus {{ border-color: {p.focus}; }}
    QToolButton:disabled {{ color: {p.text_muted}; }}
    QToolButton::menu-indicator {{ image: none; }}
    QToolButton#qt_toolbar_ext_button, QToolButton#qt_menubar_ext_button {{
        padding: 0; border-radius: 3px; background: {hover}; }}

    QPushButton {{ background: {p.panel_raised}; border: 1px solid {p.border}; border-radius: 6px;
        padding: 5px 12px;
                   min-height: 1.3em; }}
    QPushButton:hover {{ background: {hover}; }}
    QPushButton:pressed {{ background: {pressed}; }}
    QPushButton:checked {{ background: {chosen_fill}; border-color: {p.accent}; color: {p.accent}; }}
    QPushButton:default {{ background: {p.accent}; border-color: {p.accent}; color: {p.accent_text}; }}
    QPushButton:focus {{ border-color: {p.focus}; }}
    QPushButton:default:focus, QPushButton:checked:focus {{ border-color: {p.text}; }}
    QPushButton:disabled {{ color: {p.text_muted}; background: transparent; }}
    QPushButton[flat="true"] {{ border-color: transparent; background: transparent; }}
    QPushButton[segment="true"] {{ border-radius: 5px; padding: 3px 12px; border: 1px solid transparent;
                                   background: transparent; color: {p.text_muted}; }}
    QPushButton[segment="true"]:hover {{ color: {p.text}; }}
    QPushButton[segment="true"]:checked {{
        background: {p.panel_raised}; border-color: {p.border}; color: {p.text}; font-weight: 600; }}
    QPushButton[segment="true"]:focus {{ border-color: {p.focus}; }}
    QFrame#preview {{ background: {p.panel_raised}; border: 1px solid {p.border}; border-radius: 6px; }}
    QFrame#segments {{ background: {mix(p.text, p.panel, 0.06)}; border-radius: 7px; }}

    QLineEdit, QAbstractSpinBox, QComboBox, QPlainTextEdit, QTextEdit, QKeySequenceEdit QLineEdit {{
        background: {p.panel_raised}; border: 1px solid {p.border}; border-radius: 6px; padding: 3px 7px;
        min-height: 1.35em; selection-background-color: {p.accent}; selection-color: {p.accent_text}; }}
    QLineEdit:hover, QAbstractSpinBox:hover, QComboBox:hover {{
        border-color: {mix(p.text_muted, p.border, 0.45)}; }}
    QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus, QTextEdit:focus {{
        border-color: {p.focus}; }}
    QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled {{
        color: {p.text_muted}; background: {p.panel}; }}
    QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ width: 0; height: 0; border: none; }}
    QAbstractSpinBox QLineEdit, QComboBox QLineEdit {{ border: none; padding: 0; background: transparent; }}
    QComboBox::drop-down {{ border: none; width: 1.5em; }}
    QComboBox::down-arrow {{ image: url("{chevron}"); width: 0.9em; height: 0.9em; }}
    QComboBox QAbstractItemView {{ background: {p.panel_raised}; border: 1px solid {p.border}; padding: 4px;
        selection-background-color: {chosen_fill}; selection-color: {p.text}; }}
    QAbstractItemView {{ background: {p.panel_raised}; border: 1px solid {p.border}; border-radius: 6px;
        selection-background-color: {chosen_fill}; selection-color: {p.text};
        alternate-background-color: {p.panel}; }}
    QAbstractItemView:focus {{ border-color: {p.focus}; }}
    QAbstractItemView::item {{ padding: 3px 6px; }}
    QTableView::item {{ padding: 3px 4px; }}
    QHeaderView {{ background: transparent; border: none; }}
    QHeaderView::section {{ background: {p.panel}; color: {p.text_muted}; border: none;
        border-bottom: 1px solid {p.border}; padding: 4px 6px; }}

    QWidget[dockTitle="true"] {{ background: {p.panel}; border-bottom: 1px solid {p.border}; }}
    QDockWidget > QWidget {{ background: {p.panel}; }}
    QTabBar {{ background: transparent; }}
    QTabBar::tab {{ background: transparent; color: {p.text_muted}; padding: 6px 12px; border: none;
        border-bottom: 2px solid transparent; }}
    QTabBar::tab:hover {{ color: {p.text}; }}
    QTabBar::tab:selected {{ color: {p.text}; border-bottom-color: {p.accent}; }}
    QTabBar::tab:focus {{ color: {p.accent}; }}
    QTabBar::scroller {{ width: {round(2.2 * line)}px; }}
    QToolButton#ScrollLeftButton, QToolButton#ScrollRightButton {{
        padding: 0; border-radius: 3px; background: {p.panel_raised}; border-color: {p.border}; }}
    QToolButton#ScrollLeftButton:hover, QToolButton#ScrollRightButton:hover {{ background: {hover}; }}
    QToolButton#ScrollLeftButton:focus, QToolButton#ScrollRightButton:focus {{ border-color: {p.focus}; }}
    QTabWidget::pane {{ border: none; border-top: 1px solid {p.border}; }}

    QStatusBar {{ background: {p.panel}; border-top: 1px solid {p.border}; color: {p.text_muted}; }}
    QStatusBar::item {{ border: none; }}
    QStatusBar QLabel {{ color: {p.text_muted}; padding: 2px 8px; }}

    QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: none; }}
    QScrollArea[reading="true"] {{ border: 1px solid transparent; border-radius: 6px; }}
    QScrollArea[reading="true"]:focus {{ border-color: {p.focus}; }}
    QScrollBar:vertical {{ background: transparent; width: 11px; margin: 2px; }}
    QScrollBar:horizontal {{ background: transparent; height: 11px; margin: 2px; }}
    QScrollBar::handle {{
        background: {mix(p.text_muted, p.panel, 0.4)}; border-radius: 3px; min-height: 28px;
        min-width: 28px; }}
    QScrollBar::handle:hover {{ background: {p.text_muted}; }}
    QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{ background: none;
        border: none;
        width: 0; height: 0; }}

    QSlider {{ min-height: 20px; }}
    QSlider::groove:horizontal {{ height: 4px; background: {p.border}; border-radius: 2px; }}
    QSlider::sub-page:horizontal {{ background: {p.accent}; border-radius: 2px; }}
    QSlider::handle:horizontal {{ background: {p.panel_raised}; border: 2px solid {p.accent}; width: 12px;
        margin: -6px 0;
        border-radius: 8px; }}
    QSlider:disabled {{ color: {p.text_muted}; }}
    QSlider::handle:horizontal:disabled {{ border-color: {p.border}; }}
    QSlider::sub-page:horizontal:disabled {{ background: {p.border}; }}
    QSlider::handle:horizontal:focus {{ background: {p.focus}; }}
    QProgressBar {{
        background: {p.border}; border: none; border-radius: 3px; max-height: 6px; color: transparent; }}
    QProgressBar::chunk {{ background: {p.accent}; border-radius: 3px; }}
    QCheckBox:focus, QRadioButton:focus {{ color: {p.accent}; }}
    QCheckBox {{ spacing: 0.45em; }}
    QCheckBox::indicator, QAbstractItemView::indicator {{ width: 0.95em; height: 0.95em; border-radius: 4px;
        border: 1px solid {p.text_muted}; background: {p.panel_raised}; }}
    QAbstractItemView::indicator {{ width: 0.8em; height: 0.8em; }}
    QCheckBox::indicator:hover {{ border-color: {p.text}; }}
    QCheckBox::indicator:checked, QAbstractItemView::indicator:checked {{
        background: {p.accent}; border-color: {p.accent}; image: url("{tick}"); }}
    QCheckBox::indicator:focus {{ border-color: {p.focus}; }}
    QCheckBox::indicator:checked:focus {{ border-color: {p.text}; }}
    QCheckBox::indicator:disabled {{ border-color: {p.border}; }}
    QCheckBox::indicator:checked:disabled {{ background: {p.text_muted}; border-color: {p.text_muted}; }}
    QGroupBox {{ border: 1px solid {p.border}; border-radius: 8px; margin-top: 1.1em; padding: 8px; }}
    QGroupBox::title {{ subcontrol-origin: margin; left: 8px; color: {p.text_muted}; }}
    {_icon_sizes(line)}
    """


def larger_text(points: float, line: int) -> str:
    """The style sheet of one part of the window, in which all text has another size, whenever a widget is put there.

    Args:
        points: size of the text.
        line: pixels of a line of it.
    """
    # Qt takes the em of parts of a control from the window's font.
    box, arrow = round(0.65 * line), round(0.6 * line)
    return f"""
    QWidget {{ font-size: {points:g}pt; }}
    QCheckBox::indicator, QAbstractItemView::indicator {{ width: {box}px; height: {box}px; }}
    QComboBox::drop-down {{ width: {line}px; }}
    QComboBox::down-arrow {{ width: {arrow}px; height: {arrow}px; }}
    {_icon_sizes(line)}
    """


def _icon_sizes(line: int) -> str:
    icon, small = round(ICON * line), round(SMALL_ICON * line)
    return f"""
    QMenu, QComboBox, QToolButton {{ icon-size: {icon}px; }}
    QWidget[dockTitle="true"] QToolButton {{ icon-size: {small}px; }}
    """
