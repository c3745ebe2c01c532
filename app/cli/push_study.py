"""`study push`: the options of the pushes of components, exact or by ablation."""

from __future__ import annotations

import argparse
from typing import Final

from app.cli.study_inputs import Inputs
from app.errors import MazescopeError
from app.maze.random_words import LARGEST_SEED
from app.studies.study import Question

METHODS: Final = ("exact", "zero", "mean", "resample", "gradient")
"""Measures of a push; as `app.studies.ablation_push` names them, and exactly."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the study's own options."""
    parser.add_argument(
        "--layer",
        help="embedder.relu3 (its channels) or embedder.relufc (its units), exact; any layer with an ablation",
    )
    parser.add_argument(
        "--method", choices=METHODS, help="exact, an ablation, or gradient x activation for a quick look"
    )
    parser.add_argument("--inside", type=int, metavar="R", help="cheese in the top-right R x R counts as inside; 5")
    parser.add_argument(
        "--square",
        action="append",
        default=[],
        type=_square,
        metavar="ROW,COL",
        help="of one level, measure with the mouse there; up to five; patches act too",
    )
    parser.add_argument("--seed", type=int, default=0, help="of random controls, observations and source levels")


def _square(text: str) -> tuple[int, int]:
    parts = text.split(",")
    if len(parts) != 2 or not all(part.strip().isdecimal() and len(part) < 5 for part in parts):
        raise argparse.ArgumentTypeError(f"{text!r} was found; expected ROW,COL from the bottom left")
    return int(parts[0]), int(parts[1])


def question(arguments: argparse.Namespace, inputs: Inputs) -> Question:
    """The question that the arguments ask.

    Raises:
        MazescopeError: one sentence on what cannot be used.
    """
    from app.policy.layers import DEFAULT_LAYER
    from app.studies.ablated_channels import AblationQuestion
    from app.studies.push import PushQuestion
    from app.studies.push_numbers import CHANNELS, REGION, UNITS
    from app.studies.response.steps import full_name

    if arguments.square:
        return _at_squares(arguments, inputs)
    if inputs.stack().patches:
        raise MazescopeError("--patches was given; pushes are measured on the unpatched policy.")
    if not 0 <= arguments.seed <= LARGEST_SEED:
        raise MazescopeError(f"--seed is {arguments.seed}; expected 0 to {LARGEST_SEED}.")
    policy = inputs.policy()
    exact = arguments.method in (None, "exact")
    layer = full_name(arguments.layer or (CHANNELS if exact else DEFAULT_LAYER), policy.width)
    if exact and (arguments.method == "exact" or layer in (CHANNELS, UNITS)):
        region = REGION if arguments.inside is None else arguments.inside
        return PushQuestion(policy, inputs.levels(), layer, region, arguments.seed)
    if arguments.inside is not None:
        raise MazescopeError("--inside belongs to the exact push; expected it without --method, at relu3 or relufc.")
    return AblationQuestion(policy, inputs.levels(), layer, arguments.method or "zero", arguments.seed)


def _at_squares(arguments: argparse.Namespace, inputs: Inputs) -> Question:
    from app.studies.push_numbers import CHANNELS
    from app.studies.response.steps import full_name
    from app.studies.square_push import SquarePushQuestion

    if arguments.method not in (None, "exact") or arguments.inside is not None:
        raise MazescopeError("--square was given with --method or --inside; expected the exact push at a square alone.")
    policy = inputs.policy()
    layer = full_name(arguments.layer or CHANNELS, policy.width)
    return SquarePushQuestion(policy, inputs.levels("0"), tuple(arguments.square), inputs.stack(), layer)
