"""`study channels`: the options of the search for channels that mark the cheese."""

from __future__ import annotations

import argparse

from app.cli.study_inputs import Inputs
from app.policy.layers import DEFAULT_LAYER
from app.studies.study import Question


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the study's own options."""
    parser.add_argument("--layer", default=DEFAULT_LAYER, help=f"a layer with pixels; {DEFAULT_LAYER} when left out")


def question(arguments: argparse.Namespace, inputs: Inputs) -> Question:
    """The question that the arguments ask.

    Raises:
        MazescopeError: one sentence on what cannot be used.
    """
    from app.studies.channels_question import ChannelsQuestion
    from app.studies.response.steps import full_name

    policy = inputs.policy()
    return ChannelsQuestion(policy, inputs.levels(), full_name(arguments.layer, policy.width))
