"""The checkpoint of a run: one file to resume from, which other tools open too."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import torch
from torch import nn

from app.errors import PolicyError
from app.io.atomic import write_atomically

CHECKPOINT = "checkpoint.pth"
POLICY = "policy.safetensors"
SERIES = "series"
"""The folder of a run that holds the averaged weights at log-spaced steps."""


def save_checkpoint(
    path: Path,
    *,
    averaged: nn.Module,
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    step: int,
    config: dict[str, Any],
) -> None:
    """Write, in one move, a file in train-procgen-pytorch's format that also holds all a run needs to continue.

    `model_state_dict` is the averaged network, the one to be judged and used.
    """
    whole = {
        "model_state_dict": averaged.state_dict(),
        "training_state_dict": network.state_dict(),
        "optimizer_state_dict": optimizer.state_dict(),
        "step": step,
        "config": config,
    }
    buffer = io.BytesIO()
    torch.save(whole, buffer)
    write_atomically(path, buffer.getvalue())


def load_checkpoint(path: Path) -> dict[str, Any]:
    """The contents of a checkpoint that `save_checkpoint` wrote.

    Raises:
        PolicyError: when the file is not there or holds something else.
    """
    if not path.is_file():
        raise PolicyError(f"No checkpoint was found at {path}; start a run without --resume first.")
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise PolicyError(
            f"{path} cannot be read as a checkpoint of a training run ({type(error).__name__})."
        ) from error
    expected = {"model_state_dict", "training_state_dict", "optimizer_state_dict", "step", "config"}
    if not isinstance(found, dict) or not expected <= found.keys():
        raise PolicyError(f"{path} is not a checkpoint of a training run: expected the keys {sorted(expected)}.")
    return found
