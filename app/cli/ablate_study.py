"""`study ablate`: the options of ablating every channel of a layer."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from app.cli.many_level_options import add_many_level_options, add_seed_option, machines_of
from app.cli.study_inputs import Inputs
from app.policy.layers import DEFAULT_LAYER

if TYPE_CHECKING:
    from app.studies.study import Question

METHODS = ("zero", "mean", "resample")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the study's own options."""
    parser.add_argument("--layer", default=DEFAULT_LAYER, help=f"whose channels; {DEFAULT_LAYER} if left out")
    parser.add_argument(
        "--methods", nargs="+", choices=METHODS, default=METHODS, help="what a channel becomes; all when left out"
    )
    add_seed_option(parser, "random observations")
    add_many_level_options(parser)


def question(arguments: argparse.Namespace, inputs: Inputs) -> Question:
    """The question that the arguments ask.

    Raises:
        MazescopeError: one sentence on what cannot be used.
    """
    from app.studies.ablate import AblateQuestion
    from app.studies.response.steps import full_name

    policy = inputs.policy()
    return AblateQuestion(
        policy,
        inputs.levels(),
        full_name(arguments.layer, policy.width),
        tuple(arguments.methods),
        arguments.seed,
        machines_of(arguments),
    )
