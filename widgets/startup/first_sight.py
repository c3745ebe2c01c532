"""First sight of a window: the field that the last start computed, until this one has computed it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.field.first_field import keep, recall
from app.field.requests import FieldResult
from app.paths import asset
from widgets.files.opening import DEFAULT_POLICY

if TYPE_CHECKING:
    from widgets.main_window import MainWindow


def show_first_field(window: MainWindow) -> None:
    """Show the field that is kept for what a start without files opens on, and keep the one that this start computes.

    It needs neither torch nor the policy's network, and goes when something is edited before they are there.
    """
    context, view = window.context, window.maze_view
    policy_file, state = asset("policies", DEFAULT_POLICY), context.document.state
    fields = recall(state.maze, state.stack, policy_file)
    if fields is not None:
        view.foresee(*fields)
        context.start.over.connect(view.picture.forget_foreseen)

    def answered(result: FieldResult) -> None:
        if result.complete:
            context.bridge.result.disconnect(answered)
            asked = result.request
            if (asked.maze, asked.stack, asked.policy.path) == (state.maze, state.stack, policy_file):
                keep(result, policy_file)

    context.bridge.result.connect(answered)
