"""Devices of this machine that can compute fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch

from app.errors import MazescopeError

AUTO: Final = "auto"
CHOICES: Final = (AUTO, "cpu", "cuda", "mps")


@dataclass(frozen=True)
class Device:
    """Something that computes.

    Attributes:
        key: "cpu", "cuda" or "mps": torch's name of it.
        name: for people: "CPU", or the graphics processor's own name.
    """

    key: str
    name: str


def available_devices() -> tuple[Device, ...]:
    """The devices of this machine that this build of torch can use, the fastest first; the CPU is always one."""
    found = []
    if torch.cuda.is_available():
        found.append(Device("cuda", torch.cuda.get_device_name()))
    if torch.backends.mps.is_available():
        found.append(Device("mps", "Apple GPU"))
    return (*found, Device("cpu", "CPU"))


def device_choices() -> list[tuple[str, str]]:
    """(key, label) of every choice a user has: automatic first, then what is available."""
    found = available_devices()
    return [(AUTO, f"Automatic ({found[0].name})"), *((device.key, device.name) for device in found)]


def find_device(key: str) -> tuple[Device, str | None]:
    """The device of a choice, and a sentence when that is not here and the CPU takes its place.

    Raises:
        MazescopeError: for a word that names no device.
    """
    if key not in CHOICES:
        raise MazescopeError(f"Device {key!r} was asked for; expected one of {', '.join(CHOICES)}.")
    found = available_devices()
    if key == AUTO:
        return found[0], None
    for device in found:
        if device.key == key:
            return device, None
    return found[-1], f"This machine has no {key.upper()} device that torch can use; the CPU computes instead."
