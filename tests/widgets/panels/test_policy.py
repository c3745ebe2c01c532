"""The policy: what is open, where from, its card, and the way to another."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from app.document import maze_edits
from app.policy.policy import Policy
from app.policy.saving import save_safetensors
from tests.widgets.panels.conftest import MakeDesk
from widgets.panels.policy_panel import OPEN, SHIPPED, PolicyPanel
from widgets.services.action_registry import Spec


def said(panel: PolicyPanel) -> str:
    shown = "\n".join(label.text() for label in panel.findChildren(QLabel) if label.isVisible())
    # Where a long name may be broken is no part of it.
    return shown.replace("\u200b", "")


def test_it_says_what_is_open_and_where_it_came_from(make_desk: MakeDesk, small_policy: Policy, tmp_path: Path) -> None:
    from app.policy.loading import load_policy

    file = tmp_path / "curious.safetensors"
    save_safetensors(small_policy, file)
    (tmp_path / "curious.md").write_text("# Curious\n\nTrained on *nothing*.")
    desk = make_desk(policy=load_policy(file))
    panel = desk.put(PolicyPanel)
    words = said(panel)
    for expected in ("626,256 parameters", "width 1", "42 layers", str(file), small_policy.weights_hash[:12]):
        assert expected in words
    assert not panel.card.isVisible()
    desk.click(panel._card_fold.button)
    assert panel.card.isVisible()
    assert "Trained on nothing." in panel.card.toPlainText()
    desk.click(panel._layer_fold.button)
    assert "embedder.block2.res1.resadd" in said(panel)
    desk.click(panel.copy)
    assert QApplication.clipboard().text() == small_policy.weights_hash
    maze_edits.open_policy(desk.document, small_policy)
    desk.answered()


def test_training_options_are_folded_away_from_what_came_of_them(
    make_desk: MakeDesk, small_policy: Policy, tmp_path: Path
) -> None:
    from app.policy.loading import load_policy

    file = tmp_path / "trained.safetensors"
    facts = {"seed": 7, "observations": 90_000, "config": {"observations": 400_000}}
    save_safetensors(small_policy, file, facts)
    desk = make_desk(policy=load_policy(file))
    panel = desk.put(PolicyPanel)
    assert {"Training seed", "Trained on", "90,000 observations"} <= set(said(panel).splitlines())
    assert "400,000" not in said(panel)
    desk.click(panel._detail_fold.button)
    assert "400,000" in said(panel)


def test_an_empty_panel_says_what_to_do_and_its_buttons_do_it(make_desk: MakeDesk, small_policy: Policy) -> None:
    desk = make_desk(policy=None)
    done: list[str] = []
    for name in (OPEN, SHIPPED):
        desk.context.actions.add(Spec(id=name, title=name, handler=lambda name=name: done.append(name)))
    panel = desk.put(PolicyPanel)
    assert "No policy is open" in said(panel)
    desk.click(next(button for button in panel.findChildren(QPushButton) if button.isVisible()))
    assert done == [OPEN]
    maze_edits.open_policy(desk.document, small_policy)
    desk.answered()
    assert "626,256 parameters" in said(panel)
    desk.click(panel.open_button)
    desk.click(panel.shipped_button)
    assert done == [OPEN, OPEN, SHIPPED]
    desk.document.undo()
    assert "No policy is open" in said(panel)
