"""`study fit`: the options of fits of a level table."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.many_level_options import add_many_level_options, add_seed_option, check_seeds_only, machines_of
from app.cli.study_inputs import Inputs
from app.errors import MazescopeError

if TYPE_CHECKING:
    from app.studies.study import Question


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the study's own options."""
    parser.add_argument(
        "--table", type=Path, metavar="FILE", help="a Parquet file of `study levels`, instead of a policy and --seeds"
    )
    parser.add_argument(
        "--features",
        nargs="+",
        default=["published"],
        metavar="NAME",
        help="columns of the table, or a set: published, six or all; published when left out",
    )
    parser.add_argument(
        "--outcome",
        choices=("choice", "greedy", "exact"),
        default="choice",
        help="of the logistic fit: P(cheese) at the decision square, or whether play reaches the cheese",
    )
    parser.add_argument("--distinct", action="store_true", help="leave out levels that repeat an earlier one")
    parser.add_argument("--draws", type=int, default=400, metavar="N", help="resamples and subsets; 400 when left out")
    add_seed_option(parser, "all that is random")
    add_many_level_options(parser)


def question(arguments: argparse.Namespace, inputs: Inputs) -> Question:
    """The question that the arguments ask.

    Raises:
        MazescopeError: one sentence on what cannot be used.
    """
    from app.studies.fit import FitQuestion
    from app.studies.level_features import PRESETS
    from app.studies.level_rows import Outcomes
    from app.studies.level_table import LevelsQuestion

    if arguments.draws < 20:
        raise MazescopeError(f"--draws {arguments.draws} was given; intervals need at least 20.")
    features = [name for word in arguments.features for name in PRESETS.get(word, (word,))]
    source: LevelsQuestion | Path
    if arguments.table is not None:
        if arguments.checkpoint is not None:
            raise MazescopeError("--table was given with a policy; expected one of them.")
        for name in ("seeds", "region", "maze", "threads", "scheduler", "workers"):
            if getattr(arguments, name) not in (None, []):
                raise MazescopeError(f"--table was given with --{name}, which computes a table; expected one of them.")
        source = arguments.table
    else:
        check_seeds_only(arguments)
        outcomes: Outcomes = "none" if arguments.outcome == "choice" else arguments.outcome
        source = LevelsQuestion(inputs.policy(), inputs.level_range("0:600"), outcomes, machines=machines_of(arguments))
    return FitQuestion(source, tuple(features), arguments.outcome, arguments.distinct, arguments.draws, arguments.seed)
