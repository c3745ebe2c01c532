"""Compatibility of a patch with a policy: its layer, its channels, its pixel and the shape of its vector."""

from __future__ import annotations

from app.errors import PatchError
from app.interventions.dynamic_vectors import WORDS
from app.interventions.patches import Patch, SetValue, VectorPatch
from app.interventions.vectors import read_vector
from app.policy.layers import Layer, layer
from app.policy.policy import Policy


def fitting_layer(patch: Patch, policy: Policy) -> Layer:
    """The stage a patch acts on, once it is sure that the policy has it and everything the patch names in it.

    Raises:
        PatchError: when the policy has no such layer, channel or pixel, or the patch's vector cannot be read or has
            another shape.
    """
    stage = layer(patch.layer, policy.width)
    channels = patch.channels or ()
    outside = [channel for channel in channels if not 0 <= channel < stage.channels]
    if outside:
        raise PatchError(
            f"Channel {outside[0]} was asked for; {stage.name} of this policy has channels 0 to {stage.channels - 1}."
        )
    if len(set(channels)) != len(channels):
        raise PatchError("A channel was named twice; expected each channel once.")
    if isinstance(patch, SetValue):
        _check_pixel(patch, stage)
    if isinstance(patch, VectorPatch) and patch.vector not in WORDS:
        found = read_vector(patch.vector).values.shape
        if found != stage.shape:
            raise PatchError(
                f"The vector has shape {_by(found)}; {stage.name} of this policy has activations of {_by(stage.shape)}."
            )
    return stage


def _check_pixel(patch: SetValue, stage: Layer) -> None:
    named = [value is not None for value in (patch.row, patch.column, patch.square)]
    if stage.side is None:
        if any(named) or patch.fill is not None:
            raise PatchError(f"{stage.name} has no pixels; expected a set patch without row, column, square and fill.")
        return
    if named not in ([True, True, False], [False, False, True]):
        raise PatchError("A set patch names its pixel by row and column, or by a maze square; expected one of the two.")
    for value in (patch.row, patch.column):
        if value is not None and not 0 <= value < stage.side:
            raise PatchError(f"Pixel {value} was asked for; {stage.name} has rows and columns 0 to {stage.side - 1}.")


def _by(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
