"""Line over the maze that names policy and patches: on stage, where title bar and panels are hidden."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy

from app.document.document import State
from app.drawing.source_line import source_line
from widgets.controls.panel_parts import Shortening
from widgets.services.context import Context


def window_title(name: str, state: State) -> str:
    """The window's title, with the place that Qt marks for unsaved work: "Talk[*] — policy · patches — Mazescope"."""
    what = "" if state.policy is None else f" — {source_line(state.policy, state.stack)}"
    return f"{name}[*]{what} — Mazescope"


class SourceLine(Shortening):
    """The policy and the patches that act, in as many words as fit; hidden until a presentation shows it."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setProperty("muted", True)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setContentsMargins(8, 5, 8, 4)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        context.document.changed.connect(self._document_changed)
        self._show(context.document.state)
        self.hide()

    def _document_changed(self, old: State, new: State) -> None:
        if (old.policy, old.stack) != (new.policy, new.stack):
            self._show(new)

    def _show(self, state: State) -> None:
        if state.policy is None:
            self.set_texts("No policy is open")
            return
        policy, stack = state.policy, state.stack
        self.set_texts(source_line(policy, stack), source_line(policy, stack, 1), policy.name)
