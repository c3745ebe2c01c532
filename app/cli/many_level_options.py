"""The options of studies over many levels: how many threads, and which other machines."""

from __future__ import annotations

import argparse

from app.errors import MazescopeError


def add_many_level_options(parser: argparse.ArgumentParser) -> None:
    """Declare them."""
    parser.add_argument(
        "--threads", type=_positive, metavar="N", help="levels computed at the same time; the real cores when left out"
    )


def check_seeds_only(arguments: argparse.Namespace) -> None:
    """Nothing, unless --maze was given to a study of levels by seed.

    Raises:
        MazescopeError: then.
    """
    if arguments.maze:
        raise MazescopeError("--maze was given to a study of levels by their seeds; expected --seeds, such as 0:600.")


def _positive(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1024:
        raise argparse.ArgumentTypeError(f"{text!r} was found; expected a whole number from 1 to 1024")
    return int(text)
