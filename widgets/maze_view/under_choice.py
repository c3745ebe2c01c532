"""Choice of the layer under the arrows, with its colour scale and the number of the square under the pointer."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.drawing.square_layer_shapes import layer_scale_shapes
from app.field.square_layers import LayerKind
from app.maze.maze import Square
from app.maze.moves import MOVES
from app.number_format import compact
from widgets.controls.number_field import WholeNumber
from widgets.controls.panel_parts import Choice, Elided, row
from widgets.maze_view.shown_layer import SquareLayers
from widgets.services.context import Context
from widgets.style.shape_painter import paint

CHANNELED = (LayerKind.PUSH, LayerKind.ACTIVATION)


class UnderChoice(QWidget):
    """None, value, entropy, ...; the channel and the move where the layer has such."""

    def __init__(self, context: Context, layers: SquareLayers) -> None:
        super().__init__()
        self._context, self._layers = context, layers
        titles = {kind.value: f"Under: {kind.label.lower()}" for kind in LayerKind}
        self.kind = Choice(
            "Under the arrows", "The number that colours each square under the arrows", titles, self._kind_chosen
        )
        self.channel = WholeNumber("Channel", "The channel whose push or activation colours the squares", 0, 4095)
        self.channel.valueChanged.connect(self._channel_chosen)
        self.channel.corrected.connect(context.notice)
        self.direction = Choice(
            "Move", "The move that is pushed for", {str(at): move for at, move in enumerate(MOVES)}, self._move_chosen
        )
        self.scale = ColourScale(context, layers)
        self.here = Elided(stretch=False)
        self.setLayout(row(self.kind, self.channel, self.direction, self.scale, self.here))
        self.kind.setMinimumContentsLength(14)
        layers.changed.connect(self._show)
        context.view.hover_changed.connect(self._show_here)
        self._show()

    @property
    def controls(self) -> tuple[QWidget, ...]:
        """The controls that a person operates: all but the scale and the number under the pointer."""
        return self.kind, self.channel, self.direction

    def _kind_chosen(self, kind: str) -> None:
        self._layers.choose(LayerKind(kind))

    def _channel_chosen(self, channel: int) -> None:
        self._layers.choose(self._layers.kind, channel=channel)

    def _move_chosen(self, move: str) -> None:
        self._layers.choose(self._layers.kind, move=int(move))

    def _show(self) -> None:
        layers = self._layers
        self.kind.choose(layers.kind.value)
        self.channel.blockSignals(True)
        self.channel.setValue(layers.channel)
        self.channel.blockSignals(False)
        self.direction.choose(str(layers.move))
        self.channel.setVisible(layers.kind in CHANNELED)
        self.direction.setVisible(layers.kind is LayerKind.PUSH)
        self.scale.setVisible(layers.layer is not None)
        self._show_here(self._context.view.hover)

    def _show_here(self, square: Square | None) -> None:
        layer = self._layers.layer
        number = None if layer is None or square is None else layer.at(square)
        text = (self._layers.problem or self._layers.note) if number is None else f"{compact(number)} here"
        if square is not None and number is not None and (more := self._layers.words_of(square)):
            text += f"; {more}"
        self.here.setText(text)
        self.here.setVisible(bool(text))


class ColourScale(QWidget):
    """The colours of the layer from its lowest number to its highest."""

    LINES = 2.6
    """Its height in lines of text."""

    def __init__(self, context: Context, layers: SquareLayers) -> None:
        super().__init__()
        self._context, self._layers = context, layers
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Colour scale")
        layers.changed.connect(self._refresh)
        context.palette_changed.connect(self._refresh)
        self._refresh()

    def sizeHint(self) -> QSize:
        line = self.fontMetrics().height()
        layer = self._layers.layer
        title = self.fontMetrics().horizontalAdvance(f"{layer.title} ({layer.unit})") if layer is not None else 0
        return QSize(max(9 * line, title + line), round(self.LINES * line))

    def minimumSizeHint(self) -> QSize:
        line = self.fontMetrics().height()
        return QSize(5 * line, round(self.LINES * line))

    def _refresh(self, *_: object) -> None:
        layer = self._layers.layer
        if layer is not None:
            low, high = layer.scale
            self.setAccessibleDescription(f"{layer.title}: {compact(low)} to {compact(high)} {layer.unit}".strip())
        self.updateGeometry()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        layer = self._layers.layer
        if layer is None:
            return
        painter = QPainter(self)
        line = self.fontMetrics().height()
        painter.translate(0, self.height())
        painter.scale(line, -line)
        for shape in layer_scale_shapes(layer, self._context.palette, self.width() / line, 0.75):
            paint(painter, shape)
        painter.end()
