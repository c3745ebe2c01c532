"""`study retarget`: the options of retarget maps and curves."""

from __future__ import annotations

import argparse
import math
from itertools import product

from app.cli.study_inputs import Inputs
from app.errors import MazescopeError
from app.policy.layers import DEFAULT_LAYER
from app.studies.study import Question


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the study's own options."""
    parser.add_argument("--layer", default=DEFAULT_LAYER, help=f"where channels are set; {DEFAULT_LAYER} if left out")
    parser.add_argument(
        "--channels",
        action="append",
        metavar="N,N,...",
        help="a set of channels; may be repeated; the one that marks the cheese best when left out",
    )
    parser.add_argument("--values", metavar="V,V,...", help="what they are set to; 1,2.3,5.5,10 when left out")
    parser.add_argument("--set", action="append", default=[], metavar="N,N,...=V", help="channels and value at once")
    parser.add_argument("--targets", default=None, metavar="N|all", help="squares of each level; 4, of one level all")
    parser.add_argument("--keep-cheese", action="store_true", help="leave the levels' own cheese where it is")
    parser.add_argument("--no-real-cheese", action="store_true", help="do not compare with the cheese moved there")
    parser.add_argument("--seed", type=int, default=0, help="of the draws of targets")


def question(arguments: argparse.Namespace, inputs: Inputs) -> Question:
    """The question that the arguments ask.

    Raises:
        MazescopeError: one sentence on what cannot be used.
    """
    from app.studies.cheese_channels import find_cheese_channels
    from app.studies.effects import VALUES
    from app.studies.response.steps import full_name
    from app.studies.retarget_curves import TARGETS, RetargetQuestion
    from app.studies.retarget_map import Setting

    if inputs.stack().patches:
        raise MazescopeError("--patches was given; retargeting is measured on an otherwise unpatched policy.")
    if arguments.seed < 0:
        raise MazescopeError(f"--seed is {arguments.seed}; expected 0 or more.")
    settings = [
        Setting(_channels(channels), _number(value))
        for channels, equals, value in (text.rpartition("=") for text in arguments.set)
        if equals or _refuse(channels + value)
    ]
    policy, levels = inputs.policy(), inputs.levels()
    layer = full_name(arguments.layer, policy.width)
    if not settings or arguments.channels or arguments.values:
        sets = [_channels(text) for text in arguments.channels or ()]
        values = [_number(text) for text in arguments.values.split(",")] if arguments.values else VALUES
        if not sets:
            world = levels.levels[0].maze.world if len(levels) else 15
            sets = [(find_cheese_channels(policy, layer_name=layer, world=world)[0].channel,)]
        settings += [Setting(channels, value) for channels, value in product(sets, values)]
    if arguments.targets is None:
        targets = None if len(levels) == 1 else TARGETS
    else:
        targets = None if arguments.targets == "all" else _whole(arguments.targets)
    return RetargetQuestion(
        policy,
        levels,
        tuple(settings),
        layer,
        targets,
        "kept" if arguments.keep_cheese else "removed",
        not arguments.no_real_cheese,
        arguments.seed,
    )


def _channels(text: str) -> tuple[int, ...]:
    found = tuple(_whole(part) for part in text.split(","))
    if len(set(found)) < len(found):
        raise MazescopeError(f"The channels {text!r} name one twice; expected each once.")
    return found


def _whole(text: str) -> int:
    if not (text.strip().isdecimal() and text.strip().isascii()) or len(text) > 9:
        raise MazescopeError(f"{text!r} was found; expected a whole number.")
    return int(text)


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not abs(number) <= 3.4e38:
        raise MazescopeError(f"{text!r} was found; expected a number that float32 can hold.")
    return number


def _refuse(text: str) -> bool:
    raise MazescopeError(f"--set {text!r} was found; expected channels and a value, such as 10,18=5.5.")
