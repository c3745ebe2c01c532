"""Record a wall being painted in two trees, as it looks on a screen: one movie, the older left.

    python -m benchmarks.record_painting BEFORE [FOLDER]

BEFORE is a worktree of commit c310395; FOLDER, docs/pictures unless given, gets painting.mp4 and painting.png, its last
picture. Each tree's window fills a virtual screen of its own run (Xvfb), while `benchmarks.in_tree` takes away and puts
back 60 walls a second for eight seconds. The canvas is taken from the screen 30 times a second, and a pointer is drawn
where the walls are painted. It shows this machine at this moment: nothing else should run meanwhile.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import av

from benchmarks import painted_level
from benchmarks.in_tree import EVENTS_PER_SECOND, SEEN_PIXELS, SEEN_SECONDS
from benchmarks.next_to_before import HERE, python_of
from benchmarks.painting_movie import FPS, Take, frames
from docs.demo_camera import mp4

SCREEN: Final = (1440, 1200)
"""Pixels; there is room for the canvas, and all that is around it, in either tree."""


def main() -> int:
    """Write the movie; returns the exit status."""
    before = Path(sys.argv[1]).resolve()
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else HERE / "docs" / "pictures"
    with tempfile.TemporaryDirectory() as folder:
        painted_level.write(Path(folder))
        takes = [record(tree, Path(folder)) for tree in (before, HERE)]
    movie = frames(takes[0], takes[1], SEEN_SECONDS, round(EVENTS_PER_SECOND * SEEN_SECONDS))
    path = target / "painting.mp4"
    path.write_bytes(mp4(movie, FPS))
    movie[-1].save(path.with_suffix(".png"), optimize=True)
    print(f"{path.name}: {path.stat().st_size / 2**20:.2f} MB, {len(movie) / FPS:.1f} s")
    return 0


def record(tree: Path, subject: Path) -> Take:
    """Take one tree's canvas from the screen while the level of a folder is painted.

    Raises:
        RuntimeError: when nothing is painted.
    """
    with virtual_screen() as display:
        env = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        script = str(HERE / "benchmarks" / "in_tree.py")
        command = [str(python_of(tree)), script, str(tree), "seen", str(subject)]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, env=env, cwd=tree, stdout=pipe, stderr=pipe, text=True) as painted:
            assert painted.stdout is not None
            assert painted.stderr is not None
            told = (line.split() for line in painted.stderr)
            corner = next((words[1:] for words in told if words[:1] == ["canvas"]), None)
            if corner is None:
                raise RuntimeError(f"nothing was painted in {tree}")
            pictures = grabbed(f"{display}+{','.join(corner)}", SEEN_SECONDS + 0.3)
            answered = painted.stdout.read().splitlines()
        if painted.returncode:
            raise RuntimeError(f"painting ended with {painted.returncode} in {tree}")
    answer = json.loads(answered[-1])
    events, answers = answer.pop("events at"), answer.pop("answers at")
    print(f"{tree.name}: {len(pictures)} pictures; {answer}")
    began = events[0][0]
    return Take(
        # The window closes then.
        pictures=[(at - began, picture) for at, picture in pictures if at < began + SEEN_SECONDS],
        events=[(at - began, (x, y)) for at, x, y in events],
        answers=[at - began for at in answers if at >= began],
    )


@contextmanager
def virtual_screen() -> Iterator[str]:
    """A screen for X11, by its display's name; it takes a number that is free."""
    told, telling = os.pipe()
    size = f"{SCREEN[0]}x{SCREEN[1]}x24"
    command = ["Xvfb", "-displayfd", str(telling), "-screen", "0", size]
    screen = subprocess.Popen(command, stderr=subprocess.DEVNULL, pass_fds=(telling,))
    os.close(telling)
    try:
        with os.fdopen(told) as number:
            yield f":{number.readline().strip()}"
    finally:
        screen.terminate()
        screen.wait()


def grabbed(place: str, seconds: float) -> list[tuple[float, av.VideoFrame]]:
    """Pictures of a square of a screen for some seconds, each with its time, in seconds since 1970."""
    options = {"framerate": str(FPS), "video_size": f"{SEEN_PIXELS}x{SEEN_PIXELS}", "draw_mouse": "0"}
    found: list[tuple[float, av.VideoFrame]] = []
    with av.open(place, format="x11grab", options=options) as screen:
        for picture in screen.decode(video=0):
            assert picture.time is not None
            found.append((picture.time, picture.reformat(format="rgb24")))
            if found[-1][0] - found[0][0] > seconds:
                return found
    return found


if __name__ == "__main__":
    sys.exit(main())
