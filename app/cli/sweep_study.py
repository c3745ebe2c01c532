"""`study sweep`: the options of the sweep of layer by coefficient."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from app.cli.many_level_options import add_many_level_options, add_seed_option, machines_of
from app.cli.response_study import parse_numbers
from app.cli.study_inputs import Inputs

if TYPE_CHECKING:
    from app.studies.study import Question


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the study's own options."""
    parser.add_argument("--vector", default="cheese", help="cheese, top-right or a vector's file; cheese when left out")
    parser.add_argument("--layers", nargs="+", metavar="LAYER", help="where it is added; all when left out")
    parser.add_argument("--coefficients", type=parse_numbers, metavar="A:B:STEP|T,T,...", help="-3:3:.5 when left out")
    parser.add_argument("--controls", type=int, default=5, metavar="N", help="random directions; 5 when left out")
    add_seed_option(parser, "the random directions")
    add_many_level_options(parser)


def question(arguments: argparse.Namespace, inputs: Inputs) -> Question:
    """The question that the arguments ask.

    Raises:
        MazescopeError: one sentence on what cannot be used.
    """
    from app.policy.stages import RESUMABLE
    from app.studies.response.steps import full_name
    from app.studies.sweep import COEFFICIENTS, SweepQuestion

    policy = inputs.policy()
    return SweepQuestion(
        policy,
        inputs.levels(),
        arguments.vector,
        tuple(full_name(name, policy.width) for name in arguments.layers or RESUMABLE),
        arguments.coefficients or COEFFICIENTS,
        arguments.controls,
        arguments.seed,
        machines=machines_of(arguments),
    )
