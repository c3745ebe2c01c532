"""`effects`: what the vectors and the channels that mark the cheese do to a checkpoint's decisions, as a table."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Final, cast

from app.cli import effects_study
from app.cli.progress_line import progress_line
from app.cli.study_inputs import Inputs
from app.errors import MazescopeError
from app.maze.maze import WORLDS
from app.progress import quiet

MOST: Final = 100_000
"""Levels beyond which a table would take days."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("checkpoint", type=Path, nargs="?", help="the policy; the one that ships when left out")
    parser.add_argument("--world", choices=WORLDS, default="easy", help="of the seeds; easy when left out")
    parser.add_argument("--seeds", metavar="A:B|N|N,N,...", help="levels; A:B stops before B; 0:200 when left out")
    parser.add_argument("--region", type=int, metavar="R", help="move the cheese into the top-right R x R squares")
    effects_study.add_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(maze=[], patches=None, device="cpu")


def run(arguments: argparse.Namespace) -> int:
    """Measure and print; the exit status.

    Raises:
        MazescopeError: one sentence on what cannot be used.
    """
    inputs = Inputs(arguments)
    if len(inputs.seeds()) > MOST:
        raise MazescopeError(f"More than {MOST} levels were asked for; expected fewer.")

    # These import torch, which takes a second; refusals above need not wait for it.
    from app.studies.effects import to_json, to_text
    from app.studies.effects_question import EffectsQuestion

    asked = cast(EffectsQuestion, effects_study.question(arguments, inputs))
    table = asked.table(progress_line if sys.stderr.isatty() else quiet)
    policy = asked.policy
    if arguments.json:
        print(json.dumps({"policy": policy.name, "weights": policy.weights_hash} | to_json(table), indent=1))
    else:
        print(f"{policy.name}, {policy.parameters:,} parameters, weights {policy.weights_hash[:8]}")
        print(to_text(table), end="")
    return 0
