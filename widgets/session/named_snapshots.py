"""Named snapshots of maze, stack and view: kept, flipped by one key, renamed and deleted."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QInputDialog, QLineEdit, QMenu, QWidget

from app.document import snapshot_edits
from app.document.document import State
from app.document.snapshot import Snapshot
from app.document.snapshot_edits import is_shown, snapshot_of
from widgets.services.action_registry import Spec
from widgets.services.context import Context

VIEW = ("mode", "layer", "inspected", "under", "sight")
"""The parts of the view that belong to a snapshot."""
WORKING = "your work"
"""The state before the first flip, with a single snapshot."""


class NamedSnapshots:
    """One key goes from one snapshot to the next; with a single one, to it and back to what was open."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        self._context, self._parent = context, parent
        self._working: Snapshot | None = None
        self._last = 0
        context.document.changed.connect(self._document_changed)

        def some() -> bool:
            return bool(context.document.state.snapshots)

        for spec in (
            Spec(
                id="snapshots.keep",
                title="Keep snapshot…",
                handler=self.ask_keep,
                keys=("Shift+S",),
                icon="camera-outline",
                group="Snapshots",
                tip="Keep maze, stack and view under a name, to flip to and to export.",
                words="remember bookmark a/b ab state",
            ),
            Spec(
                id="snapshots.flip",
                title="Flip snapshots",
                handler=self.flip,
                keys=("S",),
                icon="camera-flip-outline",
                group="Snapshots",
                tip="Show the next snapshot; with a single one, it and what was open.",
                words="toggle a/b ab before after switch compare",
                enabled_when=some,
            ),
            Spec(
                id="snapshots.rename",
                title="Rename the snapshot shown…",
                handler=self.ask_rename,
                group="Snapshots",
                enabled_when=lambda: self.shown is not None,
            ),
            Spec(
                id="snapshots.delete",
                title="Delete the snapshot shown",
                handler=self.delete,
                group="Snapshots",
                enabled_when=lambda: self.shown is not None,
            ),
        ):
            context.actions.add(spec)

    def _document_changed(self, _old: State, _new: State) -> None:
        history = self._context.document.history
        if not history.done and not history.undone:
            # Another session: what was open before the first flip was not in it.
            self._working, self._last = None, 0

    @property
    def shown(self) -> Snapshot | None:
        """The snapshot that is shown now, unchanged; of several alike the one flipped to last."""
        state = self._context.document.state
        kept = state.snapshots
        order = [*range(self._last, len(kept)), *range(min(self._last, len(kept)))]
        return next((kept[at] for at in order if is_shown(kept[at], state)), None)

    def keep(self, name: str) -> None:
        """Keep what is shown now under a name."""
        document = self._context.document
        document.end()
        snapshot_edits.keep_snapshot(document, name, self._context.view.part_to_json(VIEW))
        self._last = [kept.name for kept in document.state.snapshots].index(name)
        flip = "press S to flip" if len(document.state.snapshots) > 1 else "S flips to it"
        self._context.notice(f"Kept snapshot {name}: {flip}.")

    def show(self, kept: Snapshot) -> None:
        """Show a snapshot."""
        document = self._context.document
        if document.history.dragging:
            document.end()
        snapshots = document.state.snapshots
        if self.shown is None and kept.name != WORKING:
            self._working = snapshot_of(document.state, WORKING, self._context.view.part_to_json(VIEW))
        snapshot_edits.show_snapshot(document, kept)
        self._context.view.restore_part(kept.view_values, VIEW)
        if kept in snapshots:
            self._last = snapshots.index(kept)
        self._context.notice(f"Snapshot {kept.name}" if kept in snapshots else f"Back to {kept.name}")

    def flip(self) -> None:
        """Go to the next snapshot, or back and forth between the only one and what was open."""
        kept, shown = self._context.document.state.snapshots, self.shown
        if not kept:
            return
        if shown is None:
            self.show(kept[min(self._last, len(kept) - 1)])
        elif len(kept) > 1:
            self.show(kept[(kept.index(shown) + 1) % len(kept)])
        elif self._working is not None:
            self.show(self._working)
        else:
            self._context.notice(f"Snapshot {shown.name} is what is open: change something, or keep a second one.")

    def delete(self) -> None:
        """Delete the snapshot that is shown."""
        if (shown := self.shown) is not None:
            snapshot_edits.delete_snapshot(self._context.document, shown.name)

    def ask_keep(self) -> None:
        """Ask for a name, and keep what is shown."""
        self._ask("Keep snapshot", snapshot_edits.free_name(self._context.document.state), self.keep)

    def ask_rename(self) -> None:
        """Ask for another name of the snapshot that is shown."""
        if (shown := self.shown) is not None:
            rename = partial(snapshot_edits.rename_snapshot, self._context.document, shown.name)
            self._ask("Rename snapshot", shown.name, rename)

    def add_to(self, menu: QMenu) -> None:
        """Add the commands to a menu, and the snapshots by name."""
        inner = menu.addMenu("Snapshots")
        inner.setToolTipsVisible(True)

        def fill() -> None:
            inner.clear()
            for name in ("keep", "flip", "rename", "delete"):
                inner.addAction(self._context.actions[f"snapshots.{name}"])
            inner.addSeparator()
            for kept in self._context.document.state.snapshots:
                action = inner.addAction(kept.name, partial(self.show, kept))
                action.setCheckable(True)
                action.setChecked(kept == self.shown)

        inner.aboutToShow.connect(fill)
        fill()

    def _ask(self, title: str, proposed: str, use: object) -> None:
        dialog = QInputDialog(self._parent)
        dialog.setWindowTitle(title)
        dialog.setLabelText("Name")
        dialog.setTextValue(proposed)
        for field in dialog.findChildren(QLineEdit):
            field.setAccessibleName("Name")
            field.selectAll()

        def take(text: str) -> None:
            if text.strip():
                use(text.strip())  # type: ignore[operator]

        dialog.textValueSelected.connect(take)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
