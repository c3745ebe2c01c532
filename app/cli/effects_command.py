"""`effects`: what the vectors and the channels that mark the cheese do to a checkpoint's decisions, as a table."""

from __future__ import annotations

import argparse
import json
import math
import sys
from itertools import chain
from pathlib import Path
from typing import Final

from app.cli.field_command import parse_seeds
from app.errors import MazescopeError
from app.interventions.patches_file import FLOAT32_MAX
from app.maze.levels import generate_levels
from app.maze.maze import WORLDS
from app.policy.layers import DEFAULT_LAYER
from app.progress import Progress, quiet

MOST: Final = 100_000
"""Levels beyond which a table would take days."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("checkpoint", type=Path, nargs="?", help="the policy; the one that ships when left out")
    parser.add_argument("--world", choices=WORLDS, default="easy", help="of the seeds; easy when left out")
    parser.add_argument(
        "--seeds",
        type=parse_seeds,
        default=(range(200),),
        metavar="A:B|N|N,N,...",
        help="levels; A:B stops before B; 0:200 when left out",
    )
    parser.add_argument("--region", type=int, metavar="R", help="move the cheese into the top-right R x R squares")
    parser.add_argument("--layers", nargs="+", metavar="LAYER", help="where the cheese vector is subtracted")
    parser.add_argument(
        "--channels",
        type=int,
        nargs="+",
        metavar="N",
        help=f"channels of {DEFAULT_LAYER} to retarget; found when left out",
    )
    parser.add_argument("--values", type=_number, nargs="+", metavar="V", help="what they are set to")
    parser.add_argument("--saturation", action="store_true", help="also compare coefficients of the cheese vector")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not abs(number) <= FLOAT32_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} was found; expected a number")
    return number


def run(arguments: argparse.Namespace) -> int:
    """Measure and print; the exit status.

    Raises:
        MazescopeError: one sentence on what cannot be used.
    """
    seeds = list(dict.fromkeys(chain.from_iterable(arguments.seeds)))[: MOST + 1]
    if len(seeds) > MOST:
        raise MazescopeError(f"More than {MOST} levels were asked for; expected fewer.")

    # These import torch, which takes a second; refusals above need not wait for it.
    from app.policy.loading import load_policy
    from app.policy.policy_info import default_policy_path
    from app.studies.effects import VALUES, check, effects_table, to_json, to_text
    from app.studies.vector_effects import RESADDS

    policy = load_policy(arguments.checkpoint or default_policy_path())
    layers = arguments.layers or RESADDS
    check(policy, layers, arguments.channels)
    levels = generate_levels(arguments.world, seeds, arguments.region)
    table = effects_table(
        policy,
        [level.maze for level in levels],
        layers=layers,
        channels=arguments.channels,
        values=arguments.values or VALUES,
        with_saturation=arguments.saturation,
        progress=_shown if sys.stderr.isatty() else quiet,
    )
    if arguments.json:
        print(json.dumps({"policy": policy.name, "weights": policy.weights_hash} | to_json(table), indent=1))
    else:
        print(f"{policy.name}, {policy.parameters:,} parameters, weights {policy.weights_hash[:8]}")
        print(to_text(table), end="")
    return 0


def _shown(title: str) -> Progress:
    """Progress as one line of the terminal that overwrites itself and goes away at the end."""

    def progress(done: int, total: int) -> bool:
        text = "" if done >= total else f"{title}: {done} of {total}"
        print(f"\r{text:60}", end="" if text else "\r", file=sys.stderr, flush=True)
        return True

    return progress
