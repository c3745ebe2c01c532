"""The options that every study has, and what they give: policy, levels, patches and device."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.cli.field_command import parse_seeds
from app.document.open_file import open_mazes, open_patches, open_policy
from app.document.outside import refuse_remote
from app.drawing.palette import PALETTES
from app.errors import MazescopeError
from app.interventions.patches import NO_PATCHES, PatchStack
from app.maze.levels import check_region
from app.maze.maze import WORLDS
from app.studies.level_set import LevelSet, NamedLevel, of_seeds

if TYPE_CHECKING:
    from app.field.level_blocks import LevelRange
    from app.policy.policy import Policy

MOST: Final = 1_000_000
"""Levels beyond which no study is asked at once."""


POLICY: Final = "the policy; the one that ships when left out"
"""Help of the first argument, where a study has no other."""


def add_common(parser: argparse.ArgumentParser, checkpoint: str = POLICY) -> None:
    """Declare the options that every study has.

    Args:
        checkpoint: what is said of the first argument.
    """
    parser.add_argument("checkpoint", type=Path, nargs="?", help=checkpoint)
    parser.add_argument("--world", choices=WORLDS, default="easy", help="of the seeds; easy when left out")
    parser.add_argument("--seeds", metavar="A:B|N|N,N,...", help="levels; A:B stops before B; 0:200 when left out")
    parser.add_argument("--region", type=int, metavar="R", help="move the cheese into the top-right R x R squares")
    parser.add_argument("--maze", type=Path, nargs="+", action="extend", default=[], metavar="FILE", help="maze files")
    parser.add_argument("--patches", type=Path, metavar="FILE", help="patches that act as well")
    parser.add_argument("--device", default="cpu", help="auto, cpu, cuda or mps; cpu when left out")
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")
    for kind, what in (("csv", "the records"), ("parquet", "the records"), ("svg", "the plots"), ("png", "the plots")):
        parser.add_argument(f"--{kind}", type=Path, metavar="FILE", help=f"write {what} there")
    parser.add_argument("--pdf", type=Path, metavar="FILE", help="write the plots there")
    parser.add_argument("--report", type=Path, metavar="DIR", help="write a page with figures, tables and recipe there")
    parser.add_argument("--palette", choices=PALETTES, default="light", help="colours of plots")


@dataclass(frozen=True)
class Inputs:
    """Inputs of a study from the common options; every part is loaded when it is first asked for, and once."""

    arguments: argparse.Namespace

    def policy(self) -> Policy:
        """The policy of CHECKPOINT, or the one that ships.

        Raises:
            PolicyError: when it cannot be opened.
        """
        return self._policy

    @cached_property
    def _policy(self) -> Policy:
        from app.policy.policy_info import default_policy_path

        return open_policy(self.arguments.checkpoint or default_policy_path())

    def level_range(self, default: str = "0:200") -> LevelRange:
        """The levels of --seeds, --world and --region, of any number, none of them made yet.

        Args:
            default: the seeds when none are given.

        Raises:
            MazescopeError: for what are no seeds, or no region.
        """
        from app.field.level_blocks import level_range

        arguments = self.arguments
        if arguments.region is not None:
            check_region(arguments.region, WORLDS[arguments.world])
        return level_range(arguments.world, self._ranges(default), arguments.region)

    def _ranges(self, default: str) -> tuple[range, ...]:
        try:
            return parse_seeds(self.arguments.seeds or default)
        except argparse.ArgumentTypeError as error:
            raise MazescopeError(f"Argument --seeds: {error}.") from error

    def seeds(self, default: str = "0:200") -> tuple[int, ...]:
        """The seeds of --seeds, each once, in order.

        Raises:
            MazescopeError: for what are no seeds, or too many.
        """
        parts = self._ranges(default)
        if sum(map(len, parts)) > MOST:
            raise MazescopeError(f"More than {MOST:,} levels were asked for; expected fewer.")
        return tuple(dict.fromkeys(chain.from_iterable(parts)))

    def levels(self, default: str = "0:200") -> LevelSet:
        """The levels of --seeds, --world and --region, or the mazes of --maze.

        Args:
            default: the seeds when neither is given.

        Raises:
            MazescopeError: for seeds, a region or files that cannot be used, or seeds and files at once.
        """
        arguments = self.arguments
        if arguments.maze:
            if arguments.seeds is not None or arguments.region is not None:
                raise MazescopeError("--maze was given with --seeds or --region; expected one of them.")
            found = tuple(NamedLevel(each.maze, each.name) for path in arguments.maze for each in open_mazes(path))
            return LevelSet(found, found[0].maze.world_name, files=tuple(map(str, arguments.maze)))
        return of_seeds(arguments.world, self.seeds(default), arguments.seeds or default, arguments.region)

    def stack(self) -> PatchStack:
        """The patches of --patches; none when it is left out.

        Raises:
            PatchError: for a file that is none.
        """
        return self._stack

    @cached_property
    def _stack(self) -> PatchStack:
        patches = self.arguments.patches
        return NO_PATCHES if patches is None else refuse_remote(open_patches(patches), patches.parent)

    @property
    def patches_are_unused(self) -> bool:
        """True if --patches was given and nobody has asked for them: they would change nothing, unsaid."""
        return self.arguments.patches is not None and "_stack" not in vars(self)

    @property
    def device(self) -> str:
        """The key of --device: "cpu", "cuda" or "mps"."""
        from app.field.devices import find_device

        device, notice = find_device(self.arguments.device)
        if notice:
            print(notice, file=sys.stderr)
        return device.key
