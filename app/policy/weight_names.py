"""Names of the network's weights in other programs, with the prefixes of wrappers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

FIRST: Final = "embedder.block1.conv.weight"
"""The first weight, by its name in train-procgen-pytorch, which is this program's too."""

_WRAPPERS: Final = frozenset({"module", "_orig_mod"})
"""Parts of names that DataParallel, AveragedModel and torch.compile put in front of a module's own."""

_COUNTER: Final = "n_averaged"
"""AveragedModel's counter next to the weights."""

_BLOCK: Final = re.compile(r"(?:conv_seqs|network)\.([012])\.(conv|res_block([01])\.conv([01]))\.(weight|bias)")

_SCHEMES: Final[tuple[tuple[str, str, Mapping[str, str]], ...]] = (
    (
        "pfrl",
        "conv_seqs.0.conv.weight",
        {"hidden_fc": "embedder.fc", "logits_fc": "fc_policy", "value_fc": "fc_value"},
    ),
    (
        "CleanRL",
        "network.0.conv.weight",
        {"network.5": "embedder.fc", "actor": "fc_policy", "critic": "fc_value"},
    ),
)
"""Of each program that trains this network: its name, its first weight, and its dense layers."""


def own_names(names: Iterable[str]) -> tuple[dict[str, str], str]:
    """Our names of a state dict's tensors by the file's names; and the program whose names those are ("" for ours).

    What cannot be told, such as the names of two networks, stays as it is. Left out is the counter of averaged weights.
    """
    found = [name for name in names if name.rpartition(".")[2] != _COUNTER]
    called = {name: ".".join(part for part in name.split(".") if part not in _WRAPPERS) for name in found}
    for program, first, dense in (("", FIRST, {}), *_SCHEMES):
        prefixes = {name[: -len(first)] for name in called.values() if name == first or name.endswith(f".{first}")}
        if prefixes:
            (prefix, *others) = prefixes
            renamed = {name: _translated(short.removeprefix(prefix), dense, program) for name, short in called.items()}
            # Two names that become one cannot both be meant.
            clear = not others and len(set(renamed.values())) == len(renamed)
            return (renamed, program) if clear else ({name: name for name in found}, "")
    return {name: name for name in found}, ""


def _translated(name: str, dense: Mapping[str, str], program: str) -> str:
    if not program:
        return name
    match = _BLOCK.fullmatch(name)
    if match is not None:
        block, _, res, conv, kind = match.groups()
        inner = "conv" if res is None else f"res{int(res) + 1}.conv{int(conv) + 1}"
        return f"embedder.block{int(block) + 1}.{inner}.{kind}"
    layer, _, kind = name.rpartition(".")
    return f"{dense[layer]}.{kind}" if layer in dense else name
