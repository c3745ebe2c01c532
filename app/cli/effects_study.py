"""`study effects`, and `effects`: what vectors, layers and retargeted channels do to a policy's decisions."""

from __future__ import annotations

import argparse
import math

from app.cli.study_inputs import Inputs
from app.interventions.patches_file import FLOAT32_MAX
from app.policy.layers import DEFAULT_LAYER
from app.studies.study import Question


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the study's own options."""
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


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not abs(number) <= FLOAT32_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} was found; expected a number")
    return number


def question(arguments: argparse.Namespace, inputs: Inputs) -> Question:
    """The question that the arguments ask.

    Raises:
        MazescopeError: one sentence on what cannot be used.
    """
    from app.studies.effects import VALUES, check
    from app.studies.effects_question import EffectsQuestion
    from app.studies.response.steps import full_name
    from app.studies.vector_effects import RESADDS

    policy = inputs.policy()
    layers = tuple(full_name(name, policy.width) for name in arguments.layers or RESADDS)
    channels = None if arguments.channels is None else tuple(arguments.channels)
    check(policy, layers, channels)
    return EffectsQuestion(
        policy, inputs.levels(), layers, channels, tuple(arguments.values or VALUES), arguments.saturation
    )
