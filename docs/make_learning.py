"""Make the guide's movie of learning from the series that ships: `python docs/make_learning.py`.

Two levels next to each other, one with the cheese in the region that the policy was trained on and one with it outside.
"""

# ruff: noqa: E402

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "pictures" / "learning.gif"
sys.path.insert(0, str(ROOT))

from app.drawing.palette import LIGHT
from app.export.movie_frames import Look
from app.export.movies import gif_bytes
from app.export.training_movie import training_story
from app.field.engine import Engine
from app.maze.generator import level
from app.policy.series import open_series
from training.evaluation_levels import in_region

SERIES = ROOT / "assets" / "policies" / "w1-easy-r5-s2-series"
SEEDS = (12, 6)
"""Easy levels: cheese in the top-right 5 x 5 squares, and outside."""

FPS = 5
SCALE = 0.75


def main() -> int:
    """Compute the fields, draw them and write the GIF."""
    series, mazes = open_series([SERIES]), [level(15, seed) for seed in SEEDS]
    titles = tuple(
        f"Easy level {seed}: cheese {'in' if in_region(maze, 5) else 'outside'} the top right"
        for seed, maze in zip(SEEDS, mazes, strict=True)
    )
    engine = Engine("cpu")
    try:
        look = Look("original", LIGHT, titles=titles)
        story = training_story(series, mazes, look, FPS, engine.compute)
        content = gif_bytes(story.frames(), story.count, story.about, fps=FPS, scale=SCALE)
    finally:
        engine.close()
    TARGET.write_bytes(content)
    print(f"{TARGET.name}: {story.count} frames, {len(content) / 2**20:.2f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
