"""Fields for numbers take what was typed, or say what they took instead."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QApplication

from app.interventions.patches import Mean, Noise, Patch, SetValue
from tests.widgets.panels.conftest import Desk, MakeDesk
from tests.widgets.panels.test_patches import number, put
from widgets.controls.number_field import WholeNumber

SMALL = "embedder.block3.res1.resadd"
"""A layer of 8 x 8 pixels."""


def write(field: QAbstractSpinBox, text: str) -> None:
    """Type a text in place of what is there, and press Enter."""
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)
    QApplication.processEvents()


@pytest.mark.parametrize(
    ("text", "sigma", "told"),
    [
        ("0.25", 0.25, ""),
        ("0,25", 0.25, ""),
        ("1e-3", 0.001, ""),
        ("2.3467", 2.347, ""),
        ("99", 10.0, "99 is outside 0 to 10; set to 10."),
        ("-3", 0.0, "-3 is outside 0 to 10; set to 0."),
        ("a lot", 1.0, '"a lot" is not a number; kept 1.'),
        ("nan", 1.0, '"nan" is not a number; kept 1.'),
    ],
)
def test_a_number_is_taken_as_typed_or_it_is_told(make_desk: MakeDesk, text: str, sigma: float, told: str) -> None:
    desk, panel = put(make_desk, Noise(sigma=1.0))
    field = number(panel.cards.cards[0], "sigma").field
    write(field, text)
    assert desk.patches == (Noise(sigma=sigma),)
    assert field.value() == sigma
    assert desk.reports == ([f"notice: {told}"] if told else [])
    if desk.verbs:
        desk.document.undo()
    assert desk.patches == (Noise(sigma=1.0),)


@pytest.mark.parametrize(
    ("text", "count", "told"),
    [
        ("120", 120, ""),
        ("20000", 10_000, "20000 is outside 1 to 10000; set to 10000."),
        ("5,000", 50, '"5,000" is not a number; kept 50.'),
        ("7.6", 8, "7.6 is not a whole number; set to 8."),
        ("many", 50, '"many" is not a number; kept 50.'),
    ],
)
def test_a_whole_number_is_taken_as_typed_or_it_is_told(make_desk: MakeDesk, text: str, count: int, told: str) -> None:
    # Switched off, so that nobody computes a mean of 10,000 levels.
    desk, panel = put(make_desk, Mean(count=50, enabled=False))
    field = panel.cards.cards[0].fields.findChild(WholeNumber, "count")
    assert isinstance(field, WholeNumber)
    write(field, text)
    patch: Patch = desk.patches[0]
    assert patch == Mean(count=count, enabled=False)
    assert desk.reports == ([f"notice: {told}"] if told else [])


def test_an_empty_field_keeps_its_number(make_desk: MakeDesk) -> None:
    desk: Desk
    desk, panel = put(make_desk, Noise(sigma=1.0))
    field = number(panel.cards.cards[0], "sigma").field
    field.setFocus()
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert desk.patches == (Noise(sigma=1.0),)
    assert field.text() == "1"


@pytest.mark.parametrize(
    ("patch", "last"),
    [(SetValue(square=(5, 5)), 14), (SetValue(row=5, column=5), 15), (SetValue(layer=SMALL, row=5, column=5), 7)],
)
def test_the_place_of_a_value_is_taken_as_typed_or_it_is_told(make_desk: MakeDesk, patch: SetValue, last: int) -> None:
    def place(row: int) -> SetValue:
        return replace(patch, row=row) if patch.square is None else replace(patch, square=(row, 5))

    desk, panel = put(make_desk, patch)
    field = next(found for found in panel.cards.cards[0].findChildren(WholeNumber) if found.accessibleName() == "Row")
    write(field, "-4")
    assert desk.patches == (place(0),)
    write(field, "low")
    assert desk.patches == (place(0),)
    write(field, "99")
    assert desk.patches == (place(last),)
    assert desk.reports == [
        f"notice: -4 is outside 0 to {last}; set to 0.",
        'notice: "low" is not a number; kept 0.',
        f"notice: 99 is outside 0 to {last}; set to {last}.",
    ]


def test_a_place_that_a_file_says_beyond_the_maze_is_shown(make_desk: MakeDesk) -> None:
    desk, panel = put(make_desk, SetValue(square=(20, 5)))
    field = next(found for found in panel.cards.cards[0].findChildren(WholeNumber) if found.accessibleName() == "Row")
    assert field.value() == 20
    assert "15 x 15" in panel.cards.cards[0].problem.text()
    write(field, "9")
    assert desk.patches == (SetValue(square=(9, 5)),)
    desk.answered()
    assert not panel.cards.cards[0].problem.text()
