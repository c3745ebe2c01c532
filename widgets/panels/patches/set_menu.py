"""Menu of named channel sets on a patch's card: use one, keep the patch's channels as one, remove one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QInputDialog, QLineEdit, QMenu, QWidget

from app.errors import PatchError
from app.interventions.channel_sets import ChannelSet
from app.interventions.channel_text import channels_text
from app.interventions.patches import Patch
from app.policy.layers import canonical
from widgets.controls.panel_parts import IconButton
from widgets.services.context import Context
from widgets.services.topics import Topic


class SetsButton(IconButton):
    """Opens the menu.

    Args:
        context: whose sets they are.
        patch: the card's patch, as it is now.
        use: called with the fields to change: the channels, and the layer where the set is of another one.
        cheese: uses the channels that mark the cheese.
    """

    def __init__(
        self,
        context: Context,
        patch: Callable[[], Patch],
        use: Callable[..., object],
        cheese: Callable[[], object],
    ) -> None:
        super().__init__(context, "bookmark-outline", "Named sets of channels", self.open_menu)
        self._context, self._patch, self._use, self._cheese = context, patch, use, cheese

    def open_menu(self) -> QMenu:
        """Show the menu under the button; it deletes itself once it is closed."""
        menu = self.menu_now()
        menu.popup(self.mapToGlobal(QPoint(0, self.height())))
        return menu

    def menu_now(self) -> QMenu:
        """The menu for the patch and the sets as they are."""
        patch, sets = self._patch(), self._context.sets.sets
        here = [each for each in sets if each.layer == canonical(patch.layer)]
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("cheese (measured)").triggered.connect(lambda: self._cheese())
        for each in (*here, *(other for other in sets if other not in here)):
            where = "" if each in here else f" · {each.layer.removeprefix('embedder.')}"
            action = menu.addAction(f"{each.name} ({channels_text(each.channels)}){where}")
            action.triggered.connect(partial(self._take, each))
        menu.addSeparator()
        keep = menu.addAction("Keep these channels as a set…")
        keep.setEnabled(bool(patch.channels))
        keep.triggered.connect(self._ask_name)
        if sets:
            remove = menu.addMenu("Remove a set")
            for each in sets:
                remove.addAction(each.name).triggered.connect(partial(self._remove, each.name))
        return menu

    def _take(self, chosen: ChannelSet, *_: object) -> None:
        channels = tuple(sorted(chosen.channels))
        other = {} if chosen.layer == canonical(self._patch().layer) else {"layer": chosen.layer}
        self._use(f"Choose channels {chosen.name}", False, channels=channels, **other)

    def _remove(self, name: str, *_: object) -> None:
        self._context.sets.remove(name)

    def _ask_name(self) -> None:
        dialog = name_dialog(self)
        patch = self._patch()
        dialog.textValueSelected.connect(partial(self._keep, patch.layer, patch.channels or ()))
        dialog.open()

    def _keep(self, layer_name: str, channels: tuple[int, ...], name: str) -> None:
        try:
            kept = ChannelSet(name.strip(), canonical(layer_name), channels)
        except PatchError as error:
            self._context.report(str(error), about=Topic.CHANNELS)
            return
        if self._context.sets.keep([kept]):
            self._context.notice(f"The set {kept.name} can be used in every patch.")


def name_dialog(parent: QWidget) -> QInputDialog:
    """A dialog that asks for a set's name; it deletes itself once it is closed."""
    dialog = QInputDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle("Keep channels")
    dialog.setLabelText("Name of the set")
    for field in dialog.findChildren(QLineEdit):
        field.setAccessibleName("Name of the set")
    return dialog
