"""Layer under the arrows of a field that is not on the canvas, such as a movie's frame."""

from __future__ import annotations

from app.document.view_mode import Mode
from app.errors import MazescopeError
from app.field.engine import Engine
from app.field.requests import ActivationRequest, FieldResult
from app.field.square_layers import (
    LayerKind,
    SquareLayer,
    WantedLayer,
    activation_layer,
    entropy_layer,
    of_mode,
    total_variation_layer,
    value_layer,
)


def frame_layer(wanted: WantedLayer, result: FieldResult, mode: Mode, engine: Engine) -> SquareLayer | None:
    """The layer of a complete field, computed on the calling thread.

    None for a retarget map, which takes many times as long as the field itself, and where none is wanted.

    Args:
        mode: which field is shown: a difference has that of the layer's numbers.

    Raises:
        MazescopeError: for a channel that the layer does not have, or a layer without pixels.
    """
    original, patched = result.original, result.patched
    match wanted.kind:
        case LayerKind.NONE | LayerKind.RETARGET:
            return None
        case LayerKind.TOTAL_VARIATION:
            return total_variation_layer(original, patched)
        case LayerKind.VALUE | LayerKind.ENTROPY:
            make = value_layer if wanted.kind is LayerKind.VALUE else entropy_layer
            return of_mode(make(original), make(patched), mode)
        case LayerKind.ACTIVATION:
            return _activation(wanted, result, mode, engine)
        case LayerKind.PATH | LayerKind.VISITS | LayerKind.PUSH:
            from app.studies.slow_layers import slow_layer

            last = engine.last_stage(result.request) if wanted.kind is LayerKind.PUSH else None
            sides = slow_layer(wanted.kind, result, last, wanted.channel, wanted.move)
            return of_mode(sides.original, sides.patched, mode)


def _activation(wanted: WantedLayer, result: FieldResult, mode: Mode, engine: Engine) -> SquareLayer:
    request = result.request
    maze, square = request.maze, wanted.square
    if square is None or not maze.is_open(square) or square == maze.cheese:
        square = maze.mouse
    found = engine.activations(ActivationRequest(maze, request.policy, request.stack, wanted.layer, square))
    name = wanted.layer.removeprefix("embedder.")
    if found.original.ndim != 3 or wanted.channel >= len(found.original):
        why = "has no pixels" if found.original.ndim != 3 else f"has channels 0 to {len(found.original) - 1}"
        raise MazescopeError(f"{name} {why}; expected another channel under the arrows.")
    before, after = (
        activation_layer(maze, each[wanted.channel], wanted.layer, wanted.channel)
        for each in (found.original, found.patched)
    )
    return of_mode(before, after, mode)
