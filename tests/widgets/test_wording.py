"""One way of writing for all: ellipses without a space before them, tooltips without a full stop, plain English."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from tests.widgets.conftest import Hand, MakeHand
from tests.widgets.dialogs import DIALOGS

ROOT = Path(__file__).resolve().parents[2]

ODD = re.compile(
    r"\banew\b|(?<!here )\bis no |\bbeside\b|\bgoes on\b|\bset out\b|\bas it is(?=[.,;]|$)|\bhas these letters|"
    r"\bis to hold\b|\bby hand\b|\blies outside\b|\bscreen's thread\b|\btake back\b|\bkept safe\b|"
    r"\bmean change (?=\d|$)|\bstands?\b|\bstood\b|\blies\b|\bcomes\b|\bcame\b"
)
"""Words that have a plainer one: again, is not a, next to, continues, started, unchanged, GUI thread, undo."""


def sentences(path: Path) -> Iterator[str]:
    """The texts of a module, without its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in told
            and " " in node.value
        ):
            yield node.value


def test_of_sentences_in_plain_english() -> None:
    modules = [path for folder in ("app", "widgets") for path in (ROOT / folder).rglob("*.py")]
    assert len(modules) > 200
    odd = [f"{path.name}: {text}" for path in modules for text in sentences(path) if ODD.search(text)]
    for page in (ROOT / "assets" / "help" / "definitions.md", ROOT / "docs" / "guide.md"):
        lines = page.read_text(encoding="utf-8").splitlines()
        odd += [f"{page.name}: {line}" for line in lines if ODD.search(re.sub("`[^`]*`", "", line))]
    assert not odd


def texts(root: QWidget) -> list[str]:
    """The texts of buttons and labels."""
    return [found.text() for found in root.findChildren(QWidget) if isinstance(found, QLabel | QAbstractButton)]


def tips(root: QWidget) -> list[str]:
    """All tooltips, but for those of labels, which repeat what they show."""
    return [found.toolTip() for found in root.findChildren(QWidget) if not isinstance(found, QLabel)]


def test_of_actions_and_the_window(make_hand: MakeHand) -> None:
    hand = make_hand(engine=False)
    actions = [hand.context.actions[spec.id] for spec in hand.context.actions]
    said = [action.text() for action in actions] + texts(hand.window)
    assert not [text for text in said if " …" in text]
    shown = [action.toolTip() for action in actions] + tips(hand.window)
    assert not [tip for tip in shown if tip.endswith(".") or ".  (" in tip or ".." in tip]


@pytest.mark.parametrize("name", DIALOGS)
def test_of_dialogs(shared_hand: Hand, name: str) -> None:
    dialog = DIALOGS[name](shared_hand)
    try:
        assert not [text for text in texts(dialog) if text.endswith(" …")]
        assert not [tip for tip in tips(dialog) if tip.endswith(".") or ".." in tip]
    finally:
        dialog.close()
