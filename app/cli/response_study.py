"""`study response`: the options of the response curve and its frozen gates."""

from __future__ import annotations

import argparse
import math

from app.cli.study_inputs import Inputs
from app.errors import MazescopeError
from app.interventions.patches import AddVector, PatchStack
from app.policy.layers import DEFAULT_LAYER
from app.studies.study import Question


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the study's own options."""
    parser.add_argument("--layer", default=DEFAULT_LAYER, help=f"where it is added; {DEFAULT_LAYER} if left out")
    parser.add_argument("--vector", default="cheese", help="cheese, top-right or a vector's file; cheese if left out")
    parser.add_argument("--channels", type=int, nargs="+", metavar="N", help="only these channels of the vector")
    parser.add_argument("--coefficients", type=parse_numbers, metavar="A:B:STEP|T,T,...", help="-3:3:.1 when left out")
    parser.add_argument(
        "--frozen-at", type=parse_numbers, metavar="T,T,...", help="where stages are frozen; -1,1 when left out"
    )
    parser.add_argument("--keep", nargs="+", default=[], metavar="STAGE", help="stages frozen in one more curve")
    parser.add_argument("--square", type=_square, metavar="ROW,COL", help="measure there, not at decision squares")
    parser.add_argument("--patch", type=int, metavar="N", help="which patch of --patches moves, from 1")
    parser.add_argument("--number", help="which of its numbers: coefficient, value, sigma, factor, positive, negative")
    parser.add_argument("--watch", nargs="+", default=[], metavar="LAYER", help="more layers whose moves are measured")
    parser.add_argument("--exact-gates", action="store_true", help="of one level, find where each gate changes")


def parse_numbers(text: str) -> tuple[float, ...]:
    """The numbers of "A:B:STEP" (both ends included) or of a list with commas."""
    from app.studies.response.setup import numbers_between

    ends = text.split(":")
    try:
        found = tuple(float(part) for part in (ends if len(ends) == 3 else text.split(",")))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} was found; expected A:B:STEP, or numbers with commas") from None
    if not all(math.isfinite(number) for number in found):
        raise argparse.ArgumentTypeError(f"{text!r} was found; expected finite numbers")
    if len(ends) != 3:
        return found
    try:
        return numbers_between(*found)
    except MazescopeError as error:
        raise argparse.ArgumentTypeError(str(error).rstrip(".")) from error


def _square(text: str) -> tuple[int, int]:
    parts = text.split(",")
    if len(parts) != 2 or not all(part.strip().isdecimal() for part in parts):
        raise argparse.ArgumentTypeError(f"{text!r} was found; expected ROW,COL from the bottom left")
    return int(parts[0]), int(parts[1])


def question(arguments: argparse.Namespace, inputs: Inputs) -> Question:
    """The question that the arguments ask.

    Raises:
        MazescopeError: one sentence on what cannot be used.
    """
    from app.studies.response.origin import NUMBERS, MovedNumber
    from app.studies.response.question import ResponseQuestion
    from app.studies.response.setup import COEFFICIENTS
    from app.studies.response.steps import full_name

    policy = inputs.policy()
    stack = inputs.stack()
    if stack.patches:
        if arguments.patch is None:
            raise MazescopeError("--patches was given without --patch; expected which of its patches moves, from 1.")
        position = arguments.patch - 1
        if not 0 <= position < len(stack.patches):
            raise MazescopeError(f"Patch {arguments.patch} was asked for; the file has {len(stack.patches)} patches.")
        numbers = NUMBERS.get(type(stack.patches[position]), ("coefficient",))
        moved = MovedNumber(stack, position, arguments.number or numbers[0])
    else:
        if arguments.patch is not None or arguments.number is not None:
            raise MazescopeError("--patch and --number belong to --patches, which was not given.")
        channels = None if arguments.channels is None else tuple(arguments.channels)
        layer = full_name(arguments.layer, policy.width)
        moved = MovedNumber(PatchStack((AddVector(layer=layer, vector=arguments.vector, channels=channels),)), 0)
    return ResponseQuestion(
        policy,
        inputs.levels(),
        moved,
        arguments.coefficients or COEFFICIENTS,
        arguments.square,
        (-1.0, 1.0) if arguments.frozen_at is None else arguments.frozen_at,
        tuple(full_name(name, policy.width) for name in arguments.keep),
        arguments.exact_gates,
        tuple(full_name(name, policy.width) for name in arguments.watch),
    )
