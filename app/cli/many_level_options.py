"""The options of studies over many levels: how many threads, and which other machines."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from app.errors import MazescopeError
from app.maze.random_words import LARGEST_SEED

if TYPE_CHECKING:
    from app.field.machines import Machines


def add_many_level_options(parser: argparse.ArgumentParser) -> None:
    """Declare them."""
    parser.add_argument(
        "--threads", type=_positive, metavar="N", help="levels computed at the same time; the real cores when left out"
    )
    parser.add_argument("--scheduler", metavar="ADDRESS", help="compute on the workers of this Dask scheduler instead")
    parser.add_argument("--workers", type=_positive, metavar="N", help="compute on N Dask workers started here instead")


def add_seed_option(parser: argparse.ArgumentParser, what: str) -> None:
    """Declare --seed.

    Args:
        what: is drawn by it.
    """
    parser.add_argument("--seed", type=_seed, default=0, metavar="N", help=f"of {what}; 0 when left out")


def machines_of(arguments: argparse.Namespace) -> Machines:
    """Options that choose the device and its threads, or a cluster.

    Raises:
        MazescopeError: when more than one way was named.
    """
    from app.field.machines import Machines

    named = [name for name in ("threads", "scheduler", "workers") if getattr(arguments, name) is not None]
    if len(named) > 1:
        raise MazescopeError(f"--{named[0]} and --{named[1]} were both given; expected one of them.")
    return Machines(arguments.threads, arguments.scheduler, arguments.workers)


def check_seeds_only(arguments: argparse.Namespace) -> None:
    """Refuse --maze for a study of levels by seed.

    Raises:
        MazescopeError: then.
    """
    if arguments.maze:
        raise MazescopeError("--maze was given to a study of levels by their seeds; expected --seeds, such as 0:600.")


def _seed(text: str) -> int:
    if not text.isdecimal() or int(text) > LARGEST_SEED:
        raise argparse.ArgumentTypeError(f"{text!r} was found; expected 0 to {LARGEST_SEED}")
    return int(text)


def _positive(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1024:
        raise argparse.ArgumentTypeError(f"{text!r} was found; expected a whole number from 1 to 1024")
    return int(text)
