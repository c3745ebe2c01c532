"""Execution plan of fields on this machine's processor: the fastest one found, remembered between runs."""

from __future__ import annotations

import json
import os
import platform
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import torch

from app.field.convolutions import BFLOAT16, WINOGRAD, kernels
from app.field.receptive_fields import CONV_STAGES
from app.io.atomic import write_atomically
from app.io.json_file import parse_json
from app.paths import cache_folder

ENGINE = 2
"""Counted up when a change of the engine changes what is fast: plans of an older one are not followed."""

FAST = ", bfloat16"
LARGEST_CHUNK = 64
MOST_THREADS = 16


@dataclass(frozen=True)
class Plan:
    """One way to compute a field; every way but one in bfloat16 gives the same numbers to float32's rounding.

    Attributes:
        until: the first stage computed on whole images instead of windows around the mouse; None for none.
        chunk: observations that go through the network at once, on one thread.
        kernel: which convolutions, see `app.field.convolutions`.
        threads: chunks that are computed at the same time.
    """

    until: str | None
    chunk: int
    kernel: str
    threads: int


@dataclass(frozen=True)
class FastPlan:
    """The fastest way to compute a field in bfloat16.

    Attributes:
        plan: with that kernel.
        gain: how many times as fast as the fastest exact plan it was.
    """

    plan: Plan
    gain: float


def thread_counts() -> tuple[int, ...]:
    """Numbers of threads worth trying, ascending: half the real cores, all of them, every thread of the processor."""
    real = _threads_at_start()
    return tuple(sorted({max(1, real // 2), real, _most_threads()}))


def _most_threads() -> int:
    return max(1, min(MOST_THREADS, os.cpu_count() or 1))


def is_wide(width: int) -> bool:
    """True if a network of this width takes so long that a field is worth showing in small parts."""
    return width > 2


def default_plan(width: int) -> Plan:
    """A plan that is fast on most machines: used until something better has been measured."""
    wide = is_wide(width)
    return Plan(
        "embedder.block2.res2.resadd", 16 if wide else 48, WINOGRAD if wide else kernels()[0], _threads_at_start()
    )


@cache
def _threads_at_start() -> int:
    # Torch's own choice, the processor's real cores. Asked once: the engine's threads set their own number to one.
    return max(1, min(_most_threads(), torch.get_num_threads()))


class Plans:
    """The remembered plans of this machine, in one small file. An unreadable file counts as an empty one.

    Args:
        path: where they are kept; the user's cache folder unless given.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or cache_folder() / "plans.json"

    def find(self, width: int, world: int) -> Plan | None:
        """The plan for a policy's width and a world, or None when none was measured on this machine."""
        return _plan_of(self._read().get(_key(width, world)))

    def remember(self, width: int, world: int, plan: Plan) -> None:
        """Keep a plan. A folder that cannot be written to only means that the next run measures again."""
        self._write(_key(width, world), asdict(plan))

    def find_fast(self, width: int, world: int) -> FastPlan | None:
        """Likewise the plan in bfloat16."""
        stored = self._read().get(_key(width, world) + FAST)
        if not isinstance(stored, dict) or set(stored) != {"plan", "gain"}:
            return None
        plan, gain = _plan_of(stored["plan"], (BFLOAT16,)), stored["gain"]
        return FastPlan(plan, float(gain)) if plan is not None and type(gain) in (int, float) and gain >= 0 else None

    def remember_fast(self, width: int, world: int, found: FastPlan) -> None:
        """Keep a plan in bfloat16."""
        self._write(_key(width, world) + FAST, asdict(found))

    def _write(self, key: str, value: dict[str, Any]) -> None:
        stored = self._read()
        stored[key] = value
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._path, json.dumps(stored, indent=1).encode())

    def _read(self) -> dict[str, Any]:
        try:
            stored = parse_json(self._path.read_bytes())
        except (OSError, ValueError):
            return {}
        return stored if isinstance(stored, dict) else {}


def _key(width: int, world: int) -> str:
    machine = f"engine {ENGINE}, {processor()}, {_threads_at_start()} threads, torch {torch.__version__}"
    return f"{machine}: width {width}, world {world}"


@cache
def processor() -> str:
    """The processor's name."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _plan_of(stored: object, expected: tuple[str, ...] | None = None) -> Plan | None:
    """A plan from what was read, or None for anything this program would not have written."""
    if not isinstance(stored, dict) or set(stored) != {"until", "chunk", "kernel", "threads"}:
        return None
    until, chunk, kernel, threads = (stored[name] for name in ("until", "chunk", "kernel", "threads"))
    fits = (until is None or until in CONV_STAGES) and kernel in (expected or kernels())
    fits = fits and type(chunk) is int and 1 <= chunk <= LARGEST_CHUNK
    fits = fits and type(threads) is int and 1 <= threads <= _most_threads()
    return Plan(until, chunk, kernel, threads) if fits else None
