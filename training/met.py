"""Evaluation levels that a training run has seen: its mazes are drawn again, without pictures, and looked up.

`python -m training.met POLICY.json ...` walks the judged levels again and puts the counts into scores and card.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from app.errors import MazescopeError
from app.maze.maze import Maze
from training.batches import batch_mazes
from training.config import Config


@dataclass(frozen=True)
class Met:
    """The mazes of a run.

    Attributes:
        drawn: how many there were.
        mazes: digests of walls and cheese, each once.
        pictures: digests of these and the background.
    """

    drawn: int
    mazes: frozenset[bytes]
    pictures: frozenset[bytes]

    @property
    def distinct(self) -> int:
        """Number of them that differ in walls or cheese."""
        return len(self.mazes)

    def knows(self, maze: Maze) -> bool:
        """True if a maze with these walls and this cheese was drawn, on whatever background."""
        return digest_of(maze) in self.mazes

    def knows_picture(self, maze: Maze) -> bool:
        """True if one was drawn on the same background too."""
        return digest_of(maze) + bytes([maze.background]) in self.pictures


def mazes_met(config: Config, steps: int) -> Met:
    """All mazes of the first `steps` batches of a run."""
    mazes, pictures = set(), set()
    for stream in range(steps):
        for maze, _ in batch_mazes(config, stream):
            digest = digest_of(maze)
            mazes.add(digest)
            pictures.add(digest + bytes([maze.background]))
    return Met(steps * config.mazes, frozenset(mazes), frozenset(pictures))


def met_among(met: Met, mazes: Sequence[Maze]) -> tuple[np.ndarray, dict[str, Any]]:
    """Levels that a run has met: which, (n,) bool; and their number and sides, as data that fits JSON.

    Of `distinct`, two levels of the same walls, cheese and background count once.
    """
    known = np.array([met.knows(maze) for maze in mazes], dtype=bool)
    sides = sorted({maze.dim for maze, is_known in zip(mazes, known, strict=True) if is_known})
    same = sum(met.knows_picture(maze) for maze in mazes)
    return known, {"levels": int(known.sum()), "same_background": same, "distinct": len(set(mazes)), "sides": sides}


def config_of(about: dict[str, Any]) -> Config:
    """The configuration that a policy's file or card records."""
    known = {field.name for field in fields(Config)}
    return Config(**{name: value for name, value in about["config"].items() if name in known})


def digest_of(maze: Maze) -> bytes:
    """Digest of walls and cheese."""
    content = bytes((maze.world, maze.dim, *(maze.cheese or (255, 255)))) + maze.walls
    return hashlib.blake2b(content, digest_size=12).digest()


def add_to_card(path: Path) -> dict[str, Any]:
    """Put what a run has met, and the walks on other levels, into the JSON and the card of a policy next to it."""
    from app.policy.loading import load_policy
    from training.evaluate import rounded
    from training.evaluation_levels import evaluation_levels
    from training.model_card import card
    from training.scores import walking_scores

    about = json.loads(path.read_text(encoding="utf-8"))
    policy = load_policy(path.with_suffix(".safetensors"))
    if policy.weights_hash != about["weights_hash"]:
        raise MazescopeError(f"{path.name} was measured on other weights than {path.stem}.safetensors holds.")
    scores, world, count = about["scores"], about["world"], about["scores"]["levels"]
    met = mazes_met(config_of(about), about["steps"])
    within = [level.maze for level in evaluation_levels(world, count, region=about["region"])]
    anywhere = [level.maze for level in evaluation_levels(world, count)]
    walked = rounded(walking_scores(policy.network, within, anywhere, about["region"], met))
    about["scores"] = {"levels": count, "region": about["region"], **walked} | {
        key: value for key, value in scores.items() if key not in walked
    }
    path.write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    path.with_suffix(".md").write_text(card(about, about["scores"]), encoding="utf-8")
    return walked


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.met", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("cards", type=Path, nargs="+", metavar="POLICY.json")
    try:
        for path in parser.parse_args(arguments).cards:
            print(json.dumps({"card": path.name, **add_to_card(path)}), flush=True)
    except MazescopeError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
