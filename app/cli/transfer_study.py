"""`study transfer`: the options of the transfer of vectors between levels."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from app.cli.many_level_options import add_many_level_options, add_seed_option, machines_of
from app.cli.study_inputs import Inputs
from app.policy.layers import DEFAULT_LAYER

if TYPE_CHECKING:
    from app.studies.study import Question


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the study's own options."""
    parser.add_argument("--vector", default="cheese", help="cheese, top-right or a vector's file; cheese when left out")
    parser.add_argument("--layer", help=f"where; {DEFAULT_LAYER} when left out, or the file's own")
    parser.add_argument("--coefficient", type=float, default=-1.0, metavar="T", help="times what; -1 when left out")
    parser.add_argument(
        "--pairs", type=int, default=10, metavar="N", help="other levels' vectors on each; 10 if left out"
    )
    parser.add_argument("--controls", type=int, default=5, metavar="N", help="random directions; 5 when left out")
    parser.add_argument("--top", type=int, default=5, metavar="K", help="channels to restrict to; 5 when left out")
    add_seed_option(parser, "all that is random")
    add_many_level_options(parser)


def question(arguments: argparse.Namespace, inputs: Inputs) -> Question:
    """The question that the arguments ask.

    Raises:
        MazescopeError: one sentence on what cannot be used.
    """
    from app.studies.response.steps import full_name
    from app.studies.transfer import TransferQuestion

    policy = inputs.policy()
    return TransferQuestion(
        policy,
        inputs.levels(),
        arguments.vector,
        full_name(arguments.layer, policy.width) if arguments.layer else "",
        arguments.coefficient,
        arguments.pairs,
        arguments.controls,
        arguments.top,
        arguments.seed,
        machines_of(arguments),
    )
