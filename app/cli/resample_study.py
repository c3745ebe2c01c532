"""`study resample`: the options of resampling claimed channels."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from app.cli.many_level_options import add_many_level_options, add_seed_option, machines_of
from app.cli.study_inputs import Inputs
from app.errors import MazescopeError
from app.policy.layers import DEFAULT_LAYER

if TYPE_CHECKING:
    from app.studies.study import Question


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the study's own options."""
    parser.add_argument("--layer", default=DEFAULT_LAYER, help=f"where; {DEFAULT_LAYER} if left out")
    parser.add_argument("--channels", type=int, nargs="+", metavar="N", help="the claimed ones; by --rule if left out")
    parser.add_argument(
        "--rule",
        choices=("peak", "ablation"),
        help="chosen on every other level, judged on the rest: those that peak at the cheese in half of the levels, or "
        "those that lower the log-odds most when zeroed; peak when left out",
    )
    parser.add_argument("--top", type=int, default=3, metavar="K", help="how many --rule ablation takes; 3 if left out")
    parser.add_argument(
        "--one-source", action="store_true", help="all channels come from one level, not each from its own"
    )
    parser.add_argument("--controls", type=int, default=20, metavar="N", help="random sets; 20 when left out")
    add_seed_option(parser, "sources and sets")
    add_many_level_options(parser)


def question(arguments: argparse.Namespace, inputs: Inputs) -> Question:
    """The question that the arguments ask.

    Raises:
        MazescopeError: one sentence on what cannot be used.
    """
    from app.studies.resample import ResampleQuestion
    from app.studies.response.steps import full_name

    if arguments.channels is not None and arguments.rule is not None:
        raise MazescopeError("--channels and --rule were both given; expected one of them.")
    if arguments.top < 1:
        raise MazescopeError(f"--top {arguments.top} was given; expected at least 1.")
    policy = inputs.policy()
    return ResampleQuestion(
        policy,
        inputs.levels("0:60"),
        full_name(arguments.layer, policy.width),
        None if arguments.channels is None else tuple(arguments.channels),
        arguments.rule or "peak",
        arguments.top,
        not arguments.one_source,
        arguments.controls,
        arguments.seed,
        machines_of(arguments),
    )
