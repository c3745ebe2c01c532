"""Explain panel among the others: behind another one it makes no page and measures nothing."""

from __future__ import annotations

from tests.widgets.conftest import Hand


def test_behind_another_panel_nothing_is_made_or_measured(own_hand: Hand) -> None:
    window = own_hand.window
    panel, docks = window.explain_panel, window.docks
    docks.bring("patches")
    own_hand.wait(lambda: docks.docks["explain"].visibleRegion().isEmpty())
    assert not panel.pages, "a page was made that nobody has looked at"

    docks.bring("explain")
    own_hand.wait(lambda: "response" in panel.pages)
    page = panel.pages["response"]
    own_hand.wait(lambda: page.runner.result is not None and not page.runner.busy)

    panel.show_page("push")
    docks.bring("patches")
    own_hand.wait(lambda: not panel.pages["push"].runner.busy)
    own_hand.qtbot.wait(400)
    assert panel.pages["push"].runner.result is None
    assert not own_hand.context.busy

    docks.bring("explain")
    own_hand.wait(lambda: panel.pages["push"].runner.result is not None)
