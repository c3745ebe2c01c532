"""Exports dropped on the window; and the word on a policy of another game."""

from __future__ import annotations

import shutil
from pathlib import Path

from app.document.recipe import recipe_of, recipe_text
from app.document.view_mode import Mode
from app.interventions.patches import PatchStack, Zero
from app.maze.generator import level
from app.paths import asset
from app.policy.loading import load_policy
from app.policy.network import random_network
from app.policy.saving import save_safetensors
from tests.widgets.conftest import MakeHand
from tests.widgets.files.test_opening import drop, said
from widgets.files.file_filters import FILTERS
from widgets.panels.policy_panel import PolicyPanel


def test_an_export_brings_maze_patches_and_policy_in_one_undo(make_hand: MakeHand, tmp_path: Path) -> None:
    hand = make_hand(engine=False)
    save_safetensors(random_network(1, 8), tmp_path / "mouse.safetensors")
    policy = load_policy(tmp_path / "mouse.safetensors")
    maze, stack, before = level(25, 4).with_cheese(None), PatchStack((Zero(channels=(3,)),)), hand.document.state
    figure = tmp_path / "figure 3.csv"
    figure.write_text(f"# {recipe_text(recipe_of(maze, policy, stack, seed=4, view=Mode.DIFFERENCE))}\nrow,col\n")
    drop(hand, figure)
    state = hand.document.state
    assert (state.maze, state.tab.generated, state.stack, state.policy) == (maze, level(25, 4), stack, policy)
    assert [tab.title for tab in state.mazes[1:]] == ["hard 4"]
    assert hand.context.view.mode is Mode.DIFFERENCE
    assert hand.window.files.recent == [figure]
    hand.document.undo()
    assert hand.document.state == before
    # Without its policy the rest opens, and the window says so.
    (tmp_path / "mouse.safetensors").unlink()
    figure.write_text(figure.read_text().replace(policy.weights_hash, "0" * 64))
    drop(hand, figure)
    assert (hand.document.state.maze, hand.document.state.policy) == (maze, before.policy)
    assert 'The policy "mouse" of figure 3.csv was not found' in said(hand)


def test_a_policy_of_another_game_is_told_and_a_maze_policy_is_not(make_hand: MakeHand, tmp_path: Path) -> None:
    hand = make_hand()
    hand.window.docks.bring("policy")
    panel = hand.window.findChild(PolicyPanel)
    save_safetensors(random_network(1, 3), tmp_path / "coins.safetensors")
    drop(hand, tmp_path / "coins.safetensors")
    hand.wait(lambda: bool(panel.doubt.text()))
    assert panel.doubt.text().startswith(
        "Reaches the cheese in 1 of 20 levels, and neither removing the cheese nor the"
    )
    assert panel.doubt.text().endswith(": perhaps not a maze policy.")
    assert "coins: reaches the cheese in 1 of 20 levels" in said(hand)
    hand.document.undo()
    assert panel.doubt.text() == ""
    # Opened again, it is told again, though it is known by now.
    hand.window.message_bar.clear()
    drop(hand, tmp_path / "coins.safetensors")
    assert "coins: reaches the cheese in 1 of 20 levels" in said(hand)
    hand.document.undo()
    # Copied to another place, the policy that ships is checked as any other.
    shutil.copy(asset("policies", "default.safetensors"), tmp_path / "mine.safetensors")
    with hand.qtbot.waitSignal(hand.context.policy_check.found, timeout=20_000):
        drop(hand, tmp_path / "mine.safetensors")
    assert hand.document.state.policy is not None
    assert hand.document.state.policy.path == tmp_path / "mine.safetensors"
    assert panel.doubt.text() == ""


def test_another_file_of_the_weights_that_are_open_is_told_as_that(make_hand: MakeHand, tmp_path: Path) -> None:
    hand = make_hand(engine=False)
    for name in ("first", "second"):
        save_safetensors(random_network(1, 8), tmp_path / f"{name}.safetensors")
    drop(hand, tmp_path / "first.safetensors")
    assert "Opened the policy first." in said(hand)
    drop(hand, tmp_path / "second.safetensors")
    assert "second.safetensors holds the weights of first, which is open already." in said(hand)
    assert hand.document.state.policy is not None
    assert hand.document.state.policy.name == "first"


def test_the_dialog_offers_every_kind_of_file_that_opens() -> None:
    offered = FILTERS["any"].split(";;")[0]
    suffixes = "pth pt ckpt safetensors json txt npy pkl mazescope png svg pdf gif mp4 csv npz"
    assert all(f"*.{suffix}" in offered.strip(")").replace("(", " ").split() for suffix in suffixes.split())
