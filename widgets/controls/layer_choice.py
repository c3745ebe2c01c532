"""A choice among the network's stages, grouped as the network is built."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QComboBox

from app.policy.layers import Layer, canonical, layers
from widgets.controls.panel_parts import NarrowBox


def short_name(name: str) -> str:
    """A layer's name without what all names share: "block2.res1.resadd"."""
    return canonical(name).removeprefix("embedder.")


def shape_text(layer: Layer) -> str:
    """A layer's size for people: "32 channels of 16 x 16", "256 features"."""
    if layer.side is None:
        return f"{layer.channels} feature{'s' if layer.channels > 1 else ''}"
    return f"{layer.channels} channels of {layer.side} × {layer.side}"


def has_pixels(name: str) -> bool:
    """True if a layer's activations have pixels; those of an unknown layer do not."""
    return any(stage.name == canonical(name) and stage.side is not None for stage in layers(1))


def group(layer: Layer) -> str:
    """The heading a layer is under."""
    name = short_name(layer.name)
    return f"Block {name[5]}" if name.startswith("block") else "Head"


class LayerChoice(NarrowBox):
    """All stages of the network of a width.

    Signals:
        chosen(str): the user chose this layer (its module path).
    """

    chosen = Signal(str)
    # What layers differ in is the end of their names.
    elide = Qt.TextElideMode.ElideLeft

    def __init__(self, tip: str, name: str = "Layer") -> None:
        super().__init__(name, tip)
        self._width = 0
        self.setMaxVisibleItems(24)
        self.activated.connect(lambda: self.chosen.emit(self.currentData()))

    def show_layers(self, width: int, name: str) -> None:
        """Show the layers of a network of this width, and one of them as chosen; emits no signal.

        A name that no layer has is shown as it is, unchosen.
        """
        if width != self._width:
            self._width = width
            self.setModel(_model(layers(width), self))
            self.updateGeometry()
        index = self.findData(canonical(name))
        self.setCurrentIndex(index)
        if index < 0:
            self.setPlaceholderText(short_name(name))


def _model(stages: tuple[Layer, ...], parent: QComboBox) -> QStandardItemModel:
    model = QStandardItemModel(parent)
    last = ""
    for stage in stages:
        if group(stage) != last:
            last = group(stage)
            title = QStandardItem(last)
            title.setFlags(Qt.ItemFlag.NoItemFlags)
            font = parent.font()
            font.setBold(True)
            title.setFont(font)
            model.appendRow(title)
        item = QStandardItem(short_name(stage.name))
        item.setData(stage.name, Qt.ItemDataRole.UserRole)
        item.setToolTip(f"{stage.name}: {shape_text(stage)}")
        model.appendRow(item)
    return model
