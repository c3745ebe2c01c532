"""`study training`: the options of a series of checkpoints."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from app.cli.study_inputs import Inputs
from app.errors import MazescopeError
from app.policy.layers import DEFAULT_LAYER
from app.studies.study import Question

CHECKPOINT: Final = "the folder of a series of checkpoints, or its first file"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the study's own options."""
    parser.add_argument("more", type=Path, nargs="*", metavar="FILE", help="more files of the series")
    parser.add_argument("--layer", default=DEFAULT_LAYER, help=f"of channels and vector; {DEFAULT_LAYER} if left out")
    parser.add_argument("--inside", type=int, default=5, metavar="R", help="side of the region; 5 when left out")
    parser.add_argument("--steps", type=int, default=256, metavar="T", help="steps of play; 256 when left out")
    parser.add_argument("--no-play", action="store_true", help="leave play out, which takes nearly all of the time")


def question(arguments: argparse.Namespace, inputs: Inputs) -> Question:
    """The question that the arguments ask.

    Raises:
        MazescopeError: one sentence on what cannot be used.
    """
    from app.policy.series import open_series
    from app.studies.response.steps import full_name
    from app.studies.training import TrainingQuestion

    if arguments.patches is not None:
        raise MazescopeError("--patches was given; expected none, as a series is measured without patches.")
    if arguments.checkpoint is None:
        raise MazescopeError("No series was named; expected a folder of checkpoints, or several of one run.")
    series = open_series([arguments.checkpoint, *arguments.more])
    return TrainingQuestion(
        series,
        inputs.levels(),
        layer=full_name(arguments.layer, series.last.width),
        region=arguments.inside,
        steps=arguments.steps,
        play=not arguments.no_play,
    )
