"""Named sets of channels: used, kept and removed on a patch's card."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QMenu

from app.interventions.channel_sets import ChannelSet
from app.interventions.patches import Scale, Zero
from tests.widgets.panels.conftest import MakeDesk
from tests.widgets.panels.test_patches import put
from widgets.panels.patches.card import PatchCard


def test_named_sets_of_channels_are_used_kept_and_removed_in_a_card(make_desk: MakeDesk) -> None:
    desk, panel = put(make_desk, Scale(channels=(3, 5)), Zero(layer="embedder.relu3", channels=(1,)))
    (first, second), sets = panel.findChildren(PatchCard), desk.context.sets

    def pick(card: PatchCard, text: str) -> None:
        menu = card.sets.menu_now()
        actions = [*menu.actions(), *(each for sub in menu.findChildren(QMenu) for each in sub.actions())]
        next(action for action in actions if action.text() == text).trigger()
        menu.close()
        menu.deleteLater()

    pick(first, "Keep these channels as a set…")
    (dialog,) = first.findChildren(QInputDialog)
    dialog.setTextValue("own")
    dialog.accept()
    assert sets.sets == (ChannelSet("own", first.patch.layer, (3, 5)),)
    # A set of another layer brings its layer along, in one undo.
    pick(second, "own (3, 5) · block2.res1.resadd")
    assert desk.patches[1] == Zero(channels=(3, 5))
    desk.document.undo()
    assert desk.patches[1] == Zero(layer="embedder.relu3", channels=(1,))
    # Its name can be typed where channels are.
    sets.keep([ChannelSet("UP", "embedder.relu3", (2, 0))])
    second.channels.setFocus()
    second.channels.selectAll()
    QTest.keyClicks(second.channels, "up")
    QTest.keyClick(second.channels, Qt.Key.Key_Return)
    assert desk.patches[1].channels == (0, 2)
    assert second.channels.text() == "0, 2"
    pick(first, "own")
    assert [each.name for each in sets.sets] == ["UP"]
    assert all(each.startswith("notice") for each in desk.reports)


def test_a_file_of_sets_that_cannot_be_read_is_left_alone(make_desk: MakeDesk, tmp_path: Path) -> None:
    (tmp_path / "channel_sets.json").write_text("[]")
    desk = make_desk()
    assert desk.context.sets.sets == ()
    assert not desk.context.sets.keep([ChannelSet("UP", "embedder.relu3", (2,))])
    assert (tmp_path / "channel_sets.json").read_text() == "[]"
    assert len(desk.reports) == 2
