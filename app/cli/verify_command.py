"""`verify`: our levels, pictures and rules of play next to the game's own, counted."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import chain
from typing import Final

from app.cli.field_command import note, parse_seeds
from app.maze.maze import WORLDS

DIFFERENT: Final = 1
"""The exit status when something was not equal."""

_AT_ONCE: Final = 50
_ENVIRONMENTS: Final = 4
_STEPS: Final = 600
_PLAYS: Final = 3
_NAMED: Final = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "--seeds",
        type=parse_seeds,
        default=(range(100),),
        metavar="A:B|N|N,N,...",
        help="levels of both worlds; A:B stops before B; 0:100 when left out",
    )


def run(arguments: argparse.Namespace) -> int:
    """Compare and print the counts; the exit status: 0 when all is equal, 1 when something is not.

    Raises:
        ProcgenError: where the game is not installed.
    """
    from app.maze.procgen_check import Compared, compare_levels, compare_play
    from app.maze.procgen_client import Procgen

    def counted(found: Sequence[Compared], what: str) -> tuple[int, list[str]]:
        those = [one for one in found if one.what == what]
        return sum(one.count for one in those), list(chain.from_iterable(one.different for one in those))

    wrong: list[str] = []
    with Procgen(on_restart=note) as procgen:
        version = procgen.version()
        for world_name in WORLDS:
            found: list[Compared] = []
            for seeds in arguments.seeds:
                for start in range(0, len(seeds), _AT_ONCE):
                    found += compare_levels(procgen, world_name, seeds[start : start + _AT_ONCE])
            found += [compare_play(procgen, world_name, play, _ENVIRONMENTS, _STEPS) for play in range(_PLAYS)]
            for what in dict.fromkeys(one.what for one in found):
                count, different = counted(found, what)
                print(f"{world_name:5} {count:9,} {what:14} {len(different):,} different")
                wrong += different
    if wrong:
        more = f" and {len(wrong) - _NAMED:,} more" if len(wrong) > _NAMED else ""
        print(f"Not equal to procgen {version}: {'; '.join(wrong[:_NAMED])}{more}.")
        return DIFFERENT
    print(f"All equal to procgen {version}.")
    return 0
