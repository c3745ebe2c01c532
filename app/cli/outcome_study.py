"""`study outcome`: the options of the exact outcome of play."""

from __future__ import annotations

import argparse

from app.cli.study_inputs import Inputs
from app.maze.game_rules import TIMEOUT
from app.studies.study import Question


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the study's own options."""
    parser.add_argument(
        "--steps", type=int, default=TIMEOUT, metavar="T", help=f"steps an episode may take; {TIMEOUT} when left out"
    )


def question(arguments: argparse.Namespace, inputs: Inputs) -> Question:
    """The question that the arguments ask.

    Raises:
        MazescopeError: one sentence on what cannot be used.
    """
    from app.studies.outcome import OutcomeQuestion

    return OutcomeQuestion(inputs.policy(), inputs.levels(), inputs.stack(), arguments.steps)
