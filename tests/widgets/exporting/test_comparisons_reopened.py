"""An export of two that were compared opens as that comparison: mazes, policies, cheese."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from app.document import maze_edits
from app.policy.loading import load_policy
from app.policy.network import random_network
from app.policy.policy import Policy
from app.policy.policy_info import default_policy_path
from app.policy.saving import save_safetensors
from tests.widgets.conftest import Hand
from tests.widgets.exporting.test_exporting import choose, export, opened
from tests.widgets.exporting.test_exporting_compared import settled
from tests.widgets.files.test_opening import drop, said
from tests.widgets.maze_view.test_compare import companion


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two policies, which another session can find again."""
    made = tmp_path_factory.mktemp("policies")
    for name, seed in (("first", 3), ("second", 4)):
        save_safetensors(random_network(1, seed), made / f"{name}.safetensors")
    return made


@pytest.fixture(scope="module")
def shipped() -> Policy:
    """The policy that ships, which is neither of them."""
    return load_policy(default_policy_path())


@pytest.fixture
def hand(shared_hand: Hand, folder: Path) -> Hand:
    """The module's window, with the first of the policies."""
    maze_edits.open_policy(shared_hand.document, load_policy(folder / "first.safetensors"))
    return shared_hand


def policies(hand: Hand, folder: Path) -> None:
    hand.window.compare.with_policy(load_policy(folder / "second.safetensors"))


def mazes(hand: Hand, _folder: Path) -> None:
    hand.key(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    maze_edits.move_cheese(hand.document, (5, 8))


def cheese(hand: Hand, _folder: Path) -> None:
    hand.key(Qt.Key.Key_W)


COMPARED = {"policy": policies, "maze": mazes, "cheese": cheese}


@pytest.mark.parametrize("suffix", ["png", "svg", "gif", "csv", "npz"])
@pytest.mark.parametrize("kind", COMPARED)
def test_both_sides_come_back(
    hand: Hand, folder: Path, shipped: Policy, tmp_path: Path, kind: str, suffix: str
) -> None:
    compare: Callable[[Hand, Path], None] = COMPARED[kind]
    compare(hand, folder)
    hand.key(Qt.Key.Key_1)
    settled(hand)
    wanted = [(side.request.maze, side.request.policy) for side in settled(hand)]
    what = {"gif": "edits", "csv": "numbers", "npz": "numbers"}.get(suffix, "picture")
    hand.context.settings.set("export.fps", 2)
    dialog = opened(hand, what, tmp_path)
    choose(dialog.format, suffix)
    path = export(hand, dialog)
    hand.window.compare.stop()
    before = [(tab.title, tab.maze) for tab in hand.document.state.mazes]
    maze_edits.open_policy(hand.document, shipped)
    hand.answered()
    drop(hand, path)
    assert hand.window.compare.comparison is not None
    assert hand.window.compare.comparison.kind == kind
    shown = [(side.request.maze, side.request.policy) for side in settled(hand)]
    assert shown == wanted
    assert "was not found" not in said(hand)
    # One maze under two policies, or with and without its cheese, is one tab.
    assert len(hand.document.state.mazes) == len(before) + (2 if kind == "maze" else 1)


def test_without_its_policy_nothing_is_compared_and_the_window_says_so(
    hand: Hand, folder: Path, tmp_path: Path
) -> None:
    policies(hand, folder)
    settled(hand)
    dialog = opened(hand, "numbers", tmp_path)
    choose(dialog.format, "csv")
    path = export(hand, dialog)
    other = companion(hand).document.state.policy
    assert other is not None
    hand.window.compare.stop()
    path.write_text(path.read_text().replace(other.weights_hash, "0" * 64))
    drop(hand, path)
    assert hand.window.compare.comparison is None
    assert 'The policy "second" of' in said(hand)
    assert "it is not compared with." in said(hand)
