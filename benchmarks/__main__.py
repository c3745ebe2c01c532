"""`python -m benchmarks [--json FILE] [NAME ...]`: measure, print the table, and write it."""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from dataclasses import asdict
from pathlib import Path

import torch

from app.field.engine import Engine, FieldRequest
from app.field.execution_plan import processor
from app.io.atomic import write_atomically
from benchmarks import (
    explanations,
    first_arrows,
    full_refresh,
    gpu_refresh,
    growth,
    level_speed,
    many_level_speed,
    many_levels_long,
    memory,
    observing,
    package_size,
    response_curve,
    slider,
    stalls,
)
from benchmarks.measure import Row, allocator
from benchmarks.subjects import EASY, HARD, level, policy

QUESTIONS = {
    "full_refresh": full_refresh,
    "slider": slider,
    "first_arrows": first_arrows,
    "observing": observing,
    "levels": level_speed,
    "package": package_size,
    "many_levels": many_level_speed,
    "stalls": stalls,
    "explanations": explanations,
    "response": response_curve,
    "memory": memory,
    "growth": growth,
    "gpu": gpu_refresh,
}
LONG = {"many_levels_long": many_levels_long}
"""Questions that are answered only when they are named."""


def main() -> int:
    """Measure what was asked for; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there as well")
    parser.add_argument(
        "names", nargs="*", choices=[[], *QUESTIONS, *LONG], help="which questions; all but the long ones unless given"
    )
    arguments = parser.parse_args()
    engine = Engine("cpu")
    try:
        plans = {}
        for width, world in ((4, HARD), (1, EASY)):
            plans[f"width {width}, world {world}"] = engine.tune(FieldRequest(level(world, 13), policy(width)))
        machine = {
            "processor": processor(),
            "engine": engine.device_label,
            "plain": f"torch {torch.__version__}, {torch.get_num_threads()} threads",
            "system": platform.platform(),
            "allocator": allocator(),
        }
        for name, what in {**machine, **plans}.items():
            print(f"{name}: {what}")
        print("\n| what | goal | measured | reached |\n| --- | --- | --- | --- |")
        found: list[Row] = []
        for name in arguments.names or QUESTIONS:
            for row in (QUESTIONS | LONG)[name].rows(engine):
                found.append(row)
                reached = {True: "yes", False: "no", None: "-"}[row.met]
                print(f"| {row.question} | {row.goal} | {row.result} | {reached} |", flush=True)
    finally:
        engine.close()
    if arguments.json is not None:
        stored = {"machine": machine, "plans": plans, "time": time.strftime("%Y-%m-%d"), "rows": [*map(asdict, found)]}
        write_atomically(arguments.json, (json.dumps(stored, indent=1) + "\n").encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
