"""Record a wall being painted in two trees, as it looks on a screen: one movie, the older left.

    python -m benchmarks.record_painting BEFORE [FILE]

BEFORE is a worktree of an older commit. Each tree's presentation is on a virtual screen of its own run (Xvfb) while
`benchmarks.in_tree` takes away and puts back 60 walls a second in a hard 25x25 maze, width 4, and ffmpeg takes what the
screen shows. It shows this machine at this moment: nothing else should run meanwhile.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

from app.drawing.fonts import pillow_font
from app.maze import generator
from app.maze.ascii import to_ascii
from benchmarks.next_to_before import HERE, python_of
from benchmarks.subjects import HARD

SCREEN: Final = (1280, 800)
SEED: Final = 17
"""Of a hard level of 25 x 25 squares."""
SECONDS: Final = 8
RATE: Final = 30
CAPTION: Final = 48
WIDTH: Final = 800
"""Pixels of one tree's half of the movie."""


def main() -> int:
    """Write the movie; returns the exit status."""
    before = Path(sys.argv[1]).resolve()
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else HERE / "docs" / "pictures" / "painting.mp4"
    with tempfile.TemporaryDirectory() as folder:
        parts, maze = [], Path(folder, "maze.txt")
        maze.write_text(to_ascii(generator.level(HARD, SEED)), encoding="utf-8")
        for tree, name in ((before, "before"), (HERE, "after")):
            parts.append(Path(folder, f"{name}.mkv"))
            record(tree, maze, parts[-1])
        join(parts, ("Before: commit c310395", "Now"), target)
    print(f"{target}: {target.stat().st_size / 2**20:.2f} MB")
    return 0


def record(tree: Path, maze: Path, file: Path) -> None:
    """Take one tree's window while a maze is painted in.

    Raises:
        RuntimeError: when nothing is painted.
    """
    width, height = SCREEN
    told, telling = os.pipe()
    # The screen takes a number that is free, and tells it once it is there.
    command = ["Xvfb", "-displayfd", str(telling), "-screen", "0", f"{width}x{height}x24"]
    screen = subprocess.Popen(command, stderr=subprocess.DEVNULL, pass_fds=(telling,))
    os.close(telling)
    try:
        with os.fdopen(told) as number:
            display = f":{number.readline().strip()}"
        env = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        script = str(HERE / "benchmarks" / "in_tree.py")
        command = [str(python_of(tree)), script, str(tree), "seen", str(maze)]
        with subprocess.Popen(command, env=env, cwd=tree, stderr=subprocess.PIPE, text=True) as painted:
            assert painted.stderr is not None
            if not any(line.strip() == "painting" for line in painted.stderr):
                raise RuntimeError(f"nothing was painted in {tree}")
            grab = ["ffmpeg", "-y", "-loglevel", "error", "-f", "x11grab", "-framerate", str(RATE)]
            grab += ["-video_size", f"{width}x{height}", "-i", display, "-t", str(SECONDS)]
            subprocess.run([*grab, "-c:v", "libx264", "-preset", "ultrafast", "-qp", "0", str(file)], check=True)
            painted.communicate()
    finally:
        screen.terminate()
        screen.wait()


def join(parts: list[Path], captions: tuple[str, str], target: Path) -> None:
    """Both next to each other, with captions, in few bytes."""
    page = Image.new("RGB", (2 * WIDTH, CAPTION), "#ffffff")
    for at, caption in enumerate(captions):
        ImageDraw.Draw(page).text(
            (at * WIDTH + 16, CAPTION / 2), caption, "#222222", pillow_font("semibold", 24), anchor="lm"
        )
    top = parts[0].with_name("captions.png")
    page.save(top)
    scaled = "".join(f"[{at}:v]scale={WIDTH}:-2,setpts=PTS-STARTPTS[part{at}];" for at in range(2))
    graph = f"{scaled}[part0][part1]hstack[both];[2:v][both]vstack,format=yuv420p"
    inputs = [word for part in parts for word in ("-i", str(part))]
    command = ["ffmpeg", "-y", "-loglevel", "error", *inputs, "-i", str(top), "-filter_complex", graph]
    command += ["-c:v", "libx264", "-preset", "slow", "-crf", "30", "-movflags", "+faststart", str(target)]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    sys.exit(main())
