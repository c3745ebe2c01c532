"""Definitions, keys and licences: complete, and made from what there is."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from app import __version__
from tests.widgets.conftest import Hand, MakeHand
from widgets.controls.keycaps import KeyCaps
from widgets.help.about import About
from widgets.help.glossary import Reader, definitions, terms, to_html
from widgets.help.licences import NAMES, SHIPPED, licence_of, packaged_parts, parts
from widgets.help.shortcuts import ShortcutList

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def hand(make_hand: MakeHand) -> Hand:
    return make_hand(engine=False)


def test_f1_lists_every_key_there_is(hand: Hand) -> None:
    hand.key(Qt.Key.Key_F1)
    page = next(widget for widget in QApplication.topLevelWidgets() if isinstance(widget, ShortcutList))
    shown = {caps.accessibleName() for caps in page.findChildren(KeyCaps)}
    for spec in hand.context.actions:
        for key in spec.keys:
            assert any(name.replace(" plus ", "+").casefold() == key.casefold() for name in shown), spec.id
    assert {"Wheel", "Right drag", "Shift plus Wheel"} <= shown
    QTest.keyClicks(page.line, "undo")
    lines = [label.text() for label in page.findChildren(QLabel) if label.isVisible()]
    assert "Undo" in lines
    assert "Wall brush" not in lines
    QTest.keyClicks(page.line, "xyzzy")
    assert page.none.isVisible()
    QTest.keyClick(page, Qt.Key.Key_Escape)
    assert not page.isVisible()


def test_the_definitions_are_read_by_their_terms(hand: Hand) -> None:
    hand.context.actions.trigger("help.definitions")
    page = next(widget for widget in QApplication.topLevelWidgets() if isinstance(widget, Reader))
    words = [page.list.item(row).text() for row in range(page.list.count())]
    assert words == terms(definitions())
    assert {"Vector field", "Decision square", "Activation vector"} <= set(words)
    assert page.page.verticalScrollBar().value() == 0
    item = page.list.item(words.index("Activation vector"))
    QTest.mouseClick(page.list.viewport(), Qt.MouseButton.LeftButton, pos=page.list.visualItemRect(item).center())
    assert page.page.verticalScrollBar().value() > 0
    text = page.page.toPlainText()
    assert "*" not in text
    assert "arXiv 2310.08043" in text
    light = page.page.toHtml()
    hand.context.set_theme("dark")
    assert page.page.toHtml() != light
    hand.context.set_theme("light")
    page.close()


def test_markdown_becomes_html_and_nothing_else() -> None:
    html = to_html("# A <b>\n\n**Term.** what *it* `is`,\nand 2 * 3 * 4.\n\nPlain & simple.")
    assert "<h1>A &lt;b&gt;</h1>" in html
    assert re.search(r"<h2>.*Term</h2><p>What <i>it</i> <code>is</code>, and 2 \* 3 \* 4.</p>", html)
    assert "<p>Plain &amp; simple.</p>" in html


def test_about_names_the_version_and_everything_installed(hand: Hand) -> None:
    hand.context.actions.trigger("help.about")
    page = next(widget for widget in QApplication.topLevelWidgets() if isinstance(widget, About))
    assert any(label.text() == f"Mazescope {__version__}" for label in page.findChildren(QLabel))
    assert any(label.text() == "Levels equal procgen 0.10.7." for label in page.findChildren(QLabel))
    names = [part.name for part in page.parts]
    assert "Pictures from procgen" in names
    page.list.setCurrentRow(names.index("Pictures from procgen"))
    assert "OpenGameArt" in page.text.toPlainText()
    page.list.setCurrentRow(names.index("Qt and PySide6"))
    assert "LGPL" in page.title.text()
    QTest.mouseClick(page.copy, Qt.MouseButton.LeftButton)
    assert __version__ in QGuiApplication.clipboard().text()
    page.close()


def test_a_package_lists_what_its_builder_wrote(tmp_path: Path) -> None:
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "LICENSE").write_text("Redistribution")
    (tmp_path / "README.txt").write_text(
        "Made of the parts below.\n\ntorch 2.13.0 | BSD-3-Clause | torch/\nstand-in | as Mazescope | \n"
    )
    torch, stand_in = packaged_parts(tmp_path)
    assert (torch.name, torch.licence, torch.text) == ("torch 2.13.0", "BSD-3-Clause", "Redistribution")
    assert (stand_in.name, stand_in.text) == ("stand-in", "")
    assert packaged_parts(tmp_path / "nowhere") == ()


def test_every_requirement_is_in_the_list_of_licences() -> None:
    wanted = re.findall(r"^([A-Za-z][\w.-]*)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert wanted
    assert {name.lower() for name in wanted} <= {name.lower() for name in (*NAMES, *SHIPPED.values())}
    listed = {part.name: part for part in parts()}
    for name, title in NAMES.items():
        assert listed[title].version == metadata.version(name)
        assert listed[title].licence
        assert "\n" not in licence_of(metadata.metadata(name))
    assert "MIT" in listed["procgen"].licence
    assert "SIL" in listed["Inter (typeface)"].licence
    assert "SIL OPEN FONT LICENSE" in listed["Inter (typeface)"].text.upper()


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_no_line_of_the_definitions_is_cut(make_hand: MakeHand, scale: float) -> None:
    hand = make_hand(engine=False)
    hand.context.set_text_scale(scale)
    hand.context.actions.trigger("help.definitions")
    page = next(widget for widget in QApplication.topLevelWidgets() if isinstance(widget, Reader))
    for width in (700, 480, 900):
        page.resize(width, 500)
        QApplication.processEvents()
        assert page.page.horizontalScrollBar().maximum() == 0
    page.close()
    hand.context.set_text_scale(1.0)
