"""`study levels`: the options of the level table."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.many_level_options import add_many_level_options, check_seeds_only, machines_of
from app.cli.study_inputs import Inputs
from app.errors import MazescopeError
from app.maze.game_rules import TIMEOUT

if TYPE_CHECKING:
    from app.studies.study import Question


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the study's own options."""
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="stream the table to this Parquet file; a killed run resumes from it"
    )
    parser.add_argument("--restart", action="store_true", help="drop the parts that an earlier run left next to --out")
    parser.add_argument(
        "--outcomes",
        choices=("none", "greedy", "exact"),
        default="none",
        help="also where play ends: greedy play, or sampled play exactly and greedy play; none when left out",
    )
    parser.add_argument(
        "--steps", type=int, default=TIMEOUT, metavar="T", help=f"after how many steps play ends; {TIMEOUT} if left out"
    )
    add_many_level_options(parser)


def question(arguments: argparse.Namespace, inputs: Inputs) -> Question:
    """The question that the arguments ask.

    Raises:
        MazescopeError: one sentence on what cannot be used.
    """
    check_seeds_only(arguments)
    if arguments.restart and arguments.out is None:
        raise MazescopeError("--restart was given without --out; it drops the parts next to that file.")
    from app.studies.level_table import LevelsQuestion

    return LevelsQuestion(
        inputs.policy(),
        inputs.level_range(),
        arguments.outcomes,
        arguments.steps,
        inputs.stack(),
        out=arguments.out,
        restart=arguments.restart,
        machines=machines_of(arguments),
    )
