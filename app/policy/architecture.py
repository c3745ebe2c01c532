"""Check that a checkpoint's tensors are those of the network, and the network built from them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import torch
from torch import Tensor

from app.errors import PolicyError, shown
from app.policy.file_contents import StoredTensor, listed, shape_text
from app.policy.layers import INPUT_SIDE
from app.policy.limits import LIMITS, Limits
from app.policy.network import Network
from app.policy.weight_names import FIRST, own_names

_FLOATS: Final = {torch.float16: 2, torch.bfloat16: 2, torch.float32: 4, torch.float64: 8}
_HEADS: Final = {"policy": "fc_policy", "value": "fc_value"}
_RECURRENT: Final = ("gru", "lstm", "rnn", "recurrent", "hidden-to-output", "hidden_to_output")
_ACTIONS: Final = 15


@lru_cache(maxsize=8)
def weight_shapes(width: int) -> dict[str, tuple[int, ...]]:
    """Names and shapes of all weights of the network of this width, in the order of computation."""
    with torch.device("meta"):
        return {key: tuple(tensor.shape) for key, tensor in Network(width).state_dict().items()}


def largest_file(limits: Limits = LIMITS) -> int:
    """The most bytes a checkpoint file may take.

    Unless given, more than one of the widest network can need: float64 weights and two moments of an optimizer.
    """
    if limits.file is not None:
        return limits.file
    return 3 * 8 * sum(math.prod(shape) for shape in weight_shapes(limits.width).values())


def build_network(tensors: Mapping[str, StoredTensor], file_name: str, limits: Limits = LIMITS) -> Network:
    """The network these tensors are the weights of, as float32 on the CPU; its width follows from their shapes.

    Names may be those of other programs, with what wrappers put around them (`own_names`). No tensor is read before all
    names, types and shapes are found right.

    Raises:
        PolicyError: one sentence on what was found and what was expected.
    """
    names, _ = own_names(tensors)
    own = {called: tensors[name] for name, called in names.items()}
    _check_names(own, file_name)
    width = _width(own, file_name, limits.width)
    _check_types_and_shapes(own, width, file_name)
    weights = {key: _read(key, own[key], file_name) for key in weight_shapes(width)}
    # Made on the meta device and given its weights afterwards: no second copy of them, and no random numbers drawn.
    with torch.device("meta"):
        network = Network(width)
    network.load_state_dict(weights, assign=True)
    _check_outputs(network, file_name)
    return network


def _check_names(tensors: Mapping[str, StoredTensor], file_name: str) -> None:
    expected = weight_shapes(1)
    missing, extra = expected.keys() - tensors.keys(), tensors.keys() - expected.keys()
    if not missing and not extra:
        return
    whole = "the IMPALA network of train-procgen-pytorch"
    recurrent = [key for key in extra if any(word in key.lower() for word in _RECURRENT)]
    if recurrent:
        raise PolicyError(f"{file_name} holds a recurrent policy (with {listed(recurrent)}); expected {whole}.")
    if len(missing) == len(expected):
        raise PolicyError(
            f"{file_name} holds another architecture (with {listed(extra) or 'no tensors'}); expected {whole}, "
            f"with {FIRST} and {len(expected) - 1} more."
        )
    lost = [word for word, head in _HEADS.items() if {f"{head}.weight", f"{head}.bias"} <= missing]
    if lost and not extra and len(missing) == 2 * len(lost):
        words = " and no ".join(f"{word} head" for word in lost)
        raise PolicyError(f"{file_name} has no {words}; expected {whole}, with {listed(missing)}.")
    faults = [f"lacks {listed(missing)}"] if missing else []
    faults += [f"also has {listed(extra)}"] if extra else []
    raise PolicyError(f"{file_name} holds another architecture: it {' and '.join(faults)}; expected {whole}.")


def _width(tensors: Mapping[str, StoredTensor], file_name: str, widest: int) -> int:
    shape = tensors[FIRST].shape
    channels = shape[0] if shape else 0
    if len(shape) != 4 or shape[1:] != (3, 3, 3) or channels < 16 or channels % 16:
        raise PolicyError(
            f"{file_name}: {FIRST} has the shape {shape_text(shape)}; expected 16k x 3 x 3 x 3 for a width k."
        )
    if channels // 16 > widest:
        raise PolicyError(f"{file_name} holds a network of width {channels // 16}; expected a width of 1 to {widest}.")
    return channels // 16


def _check_types_and_shapes(tensors: Mapping[str, StoredTensor], width: int, file_name: str) -> None:
    expected = weight_shapes(width)
    actions = tensors["fc_policy.weight"].shape
    if len(actions) == 2 and actions[0] != _ACTIONS and actions[1] == expected["fc_policy.weight"][1]:
        raise PolicyError(
            f"{file_name} has a policy head of {actions[0]} action{'' if actions[0] == 1 else 's'}; "
            f"expected the {_ACTIONS} of procgen."
        )
    inputs = tensors["embedder.fc.weight"].shape
    side = _picture_side(inputs, width)
    if side is not None and side != INPUT_SIDE:
        raise PolicyError(
            f"{file_name} is made for pictures of about {side} x {side} pixels (embedder.fc.weight has the shape "
            f"{shape_text(inputs)}); expected {INPUT_SIDE} x {INPUT_SIDE}, as procgen draws them."
        )
    for key, shape in expected.items():
        tensor = tensors[key]
        if tensor.dtype not in _FLOATS:
            found = shown(str(tensor.dtype).removeprefix("torch."))
            raise PolicyError(
                f"{file_name}: {key} is of type {found}; expected float32 (or float16, bfloat16, float64)."
            )
        if tensor.shape != shape:
            raise PolicyError(
                f"{file_name}: {key} has the shape {shape_text(tensor.shape)}; expected {shape_text(shape)} "
                f"at width {width}."
            )


def _picture_side(shape: tuple[int, ...], width: int) -> int | None:
    """Side of the pictures a first dense layer of this shape is made for (to within 7 pixels), or None."""
    if len(shape) != 2 or shape[1] <= 0 or shape[1] % (32 * width):
        return None
    pixels = shape[1] // (32 * width)
    side = math.isqrt(pixels)
    return 8 * side if side * side == pixels else None


def _read(key: str, stored: StoredTensor, file_name: str) -> Tensor:
    # A copy: it shares no memory with the file, nor with other tensors of it.
    tensor = stored.read().to(torch.float32, copy=True).contiguous()
    bad = int((~torch.isfinite(tensor)).sum())
    if bad:
        raise PolicyError(
            f"{file_name}: {bad} of the {tensor.numel()} weights in {key} {'is' if bad == 1 else 'are'} NaN or "
            f"infinite in float32; expected finite numbers."
        )
    return tensor


@torch.no_grad()
def _check_outputs(network: Network, file_name: str) -> None:
    """Refuse finite weights that are so large that what they compute is not (damaged files look so)."""
    generator = torch.Generator().manual_seed(0)
    pictures = torch.rand((1, 3, INPUT_SIDE, INPUT_SIDE), generator=generator)
    logits, value = network(pictures)
    if not (torch.isfinite(logits).all() and torch.isfinite(value).all()):
        raise PolicyError(
            f"{file_name} computes NaN or infinite outputs, its largest weight being "
            f"{max(float(weight.abs().max()) for weight in network.parameters()):.3g}; expected finite outputs."
        )
