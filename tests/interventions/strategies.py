"""Patches and stacks of every kind."""

from __future__ import annotations

from hypothesis import strategies as st

from app.interventions.patches import (
    AddVector,
    Mean,
    Noise,
    Offset,
    Patch,
    PatchStack,
    ProjectOut,
    Resample,
    Scale,
    SetValue,
    Zero,
)
from app.policy.layers import Layer, layers

LAYERS = layers(1)
NUMBERS = st.floats(-10, 10, width=32)
SEEDS = st.integers(0, 2**31 - 1)
SQUARES = st.tuples(st.integers(0, 14), st.integers(0, 14))


def _shared(draw: st.DrawFn, layer: Layer) -> dict[str, object]:
    channel = st.integers(0, layer.channels - 1)
    return {
        "layer": layer.name,
        "channels": draw(st.none() | st.lists(channel, unique=True, max_size=4).map(tuple)),
        "squares": draw(st.none() | st.lists(SQUARES, max_size=4).map(tuple)),
        "enabled": draw(st.booleans()),
        "solo": draw(st.booleans()),
    }


@st.composite
def patches(draw: st.DrawFn, layer: Layer | None = None) -> Patch:
    """A patch that fits a policy of scale 1 and the easy world."""
    layer = draw(st.sampled_from(LAYERS)) if layer is None else layer
    shared = _shared(draw, layer)
    kind = draw(st.sampled_from([Zero, Mean, Resample, Scale, SetValue, Offset, AddVector, ProjectOut, Noise]))
    own: dict[str, object] = {}
    if kind is Mean:
        own = {"count": draw(st.integers(1, 3)), "seed": draw(SEEDS), "size": draw(st.sampled_from(["same", "any"]))}
    elif kind is Resample:
        own = {
            "source_seed": draw(SEEDS),
            "same_cheese": draw(st.booleans()),
            "per_channel": draw(st.booleans()),
        }
    elif kind is Scale:
        own = {"positive": draw(NUMBERS), "negative": draw(NUMBERS)}
    elif kind is AddVector:
        own = {"vector": draw(st.sampled_from(["cheese", "top-right"])), "coefficient": draw(NUMBERS)}
    elif kind is Offset:
        own = {"value": draw(NUMBERS)}
    elif kind is ProjectOut:
        own = {"vector": draw(st.sampled_from(["cheese", "top-right"]))}
    elif kind is Noise:
        own = {"sigma": draw(st.floats(0, 10, width=32)), "seed": draw(SEEDS)}
    elif kind is SetValue:
        own = {"value": draw(NUMBERS)}
        if layer.side is not None:
            own["fill"] = draw(st.none() | NUMBERS)
            pixel = st.integers(0, layer.side - 1)
            place = st.fixed_dictionaries({"row": pixel, "column": pixel}) | st.fixed_dictionaries({"square": SQUARES})
            own |= draw(place)
    return kind(**shared, **own)  # type: ignore[arg-type]


def stacks(size: int = 4) -> st.SearchStrategy[PatchStack]:
    """Stacks of up to this many patches that fit."""
    return st.lists(patches(), max_size=size).map(lambda found: PatchStack(tuple(found)))
