"""Note over the cards that the channels of the stack were chosen for another policy, and what finds them again."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QFrame, QPushButton

from app.document import patch_edits
from app.document.document import State
from app.interventions.channel_text import channels_text
from app.interventions.patches import Patch, SetValue
from app.policy.layers import canonical
from app.policy.policy import Policy
from widgets.controls.layer_choice import has_pixels
from widgets.controls.panel_parts import IconButton, breakable, column, muted, row
from widgets.services.context import Context


class OtherPolicyNote(QFrame):
    """Shown once another policy is open and the stack still names channels: numbers mean other channels there.

    The checkpoints of a series are one network as it learns: to go through them is no change of policy.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._before: Policy | None = None
        self.setProperty("card", True)
        self.words = muted(wrap=True)
        self.again = QPushButton("Find again")
        self.again.setToolTip("Measure which channels mark the cheese in this policy, and take those in their place")
        self.again.clicked.connect(self.find_again)
        self._close = IconButton(context, "close", "Close", self._forget)
        layout = column(self, 8, 4)
        layout.addLayout(row(self.words, self._close, space=2))
        layout.addLayout(row(self.again, None))
        context.document.changed.connect(self._document_changed)
        self.hide()

    def find_again(self) -> None:
        """Give the patches that marked the cheese the channels that mark it in the policy that is open."""
        state = self._context.document.state
        policy, world = state.policy, state.maze.world
        if policy is None:
            return
        waiting = {canonical(patch.layer) for _, patch in self._marking()}

        def known(layer_name: str) -> None:
            waiting.discard(layer_name)
            now = self._context.document.state
            if not waiting and now.policy == policy and now.maze.world == world:
                self._replace(policy, world)

        for layer_name in sorted(waiting):
            self._context.cheese.want(policy, layer_name, world, partial(known, layer_name))

    def _replace(self, policy: Policy, world: int) -> None:
        found = {
            position: tuple(sorted(self._context.cheese.defaults(policy, patch.layer, world)))
            for position, patch in self._marking()
        }
        self._forget()
        patch_edits.choose_channels(self._context.document, found)

    def _document_changed(self, old: State, new: State) -> None:
        if old.policy != new.policy:
            if new.policy is None or old.policy is None or new.policy == self._before or self._is_series():
                self._before = None
            elif self._before is None:
                self._before = old.policy
        elif [patch.channels for patch in old.stack.patches] != [patch.channels for patch in new.stack.patches]:
            # Chosen, or opened, for the policy that is open.
            self._before = None
        self._show(new)

    def _is_series(self) -> bool:
        done = self._context.document.history.done
        return bool(done) and done[-1].merge == "series"

    def _marking(self) -> list[tuple[int, Patch]]:
        """The patches that were there for the cheese: pins, and those of channels that marked it before."""
        cheese, state, before = self._context.cheese, self._context.document.state, self._before
        found = []
        for position, patch in enumerate(state.stack.patches):
            if patch.channels is None or before is None or not has_pixels(patch.layer):
                continue
            marked = cheese.defaults(before, patch.layer, state.maze.world)
            pin = isinstance(patch, SetValue) and patch.square is not None
            if pin or (patch.channels and set(patch.channels) <= set(marked)):
                found.append((position, patch))
        return found

    def _show(self, state: State) -> None:
        named = [patch.channels for patch in state.stack.patches if patch.channels]
        before, policy = self._before, state.policy
        if before is None or policy is None or not named:
            self.hide()
            return
        channels = channels_text(tuple(sorted({channel for each in named for channel in each})))
        plural = "s" if "," in channels or "-" in channels else ""
        self.words.setText(
            breakable(
                f"Channel{plural} {channels} of the stack {'were' if plural else 'was'} chosen for {before.name}; "
                f"in {policy.name} the same number{plural} may do something else."
            )
        )
        self.again.setVisible(bool(self._marking()))
        self.show()

    def _forget(self) -> None:
        self._before = None
        self.hide()
