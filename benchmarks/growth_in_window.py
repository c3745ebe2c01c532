"""Opening of many things in the real window: how long N and 2 N of them take."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from widgets.main_window import MainWindow

COUNTS: Final = {"mazes": 400, "patches": 150, "bad files": 400, "maze files": 200, "tabs": 60, "cards": 60}
"""Of each kind, the larger number; the smaller is half of it."""

ROUNDS: Final = 5
LOOK_EVERY: Final = 5
"""Milliseconds between two looks whether all is done."""


def growth(window: MainWindow, folder: Path) -> dict[str, float]:
    """Seconds of each kind: "mazes 400" on the clock, "mazes 400, GUI thread" of its processor.

    Half and all are done in turn, so that what slows the machine for a while slows both; of each the best round counts.
    """
    found: dict[str, float] = {}
    for kind, most in COUNTS.items():
        acts: dict[int, Callable[[], object]] = {}
        for count in (most // 2, most):
            place = folder / f"{kind} {count}"
            place.mkdir()
            acts[count] = _KINDS[kind](window, place, count)
        times = [{count: _timed(window, act) for count, act in acts.items()} for _ in range(ROUNDS)]
        for count in acts:
            found[f"{kind} {count}"] = min(each[count][0] for each in times)
            found[f"{kind} {count}, GUI thread"] = min(each[count][1] for each in times)
    return found


def _timed(window: MainWindow, act: Callable[[], object]) -> tuple[float, float]:
    from widgets.services.event_wait import live

    window.context.document.mark_saved()
    window.files.new_session()
    _until(lambda: not window.context.busy)
    live(0.2)
    started, computed = time.perf_counter(), time.thread_time()
    act()
    _until(lambda: not window.context.busy)
    live(0)
    times = time.perf_counter() - started, time.thread_time() - computed
    window.message_bar.clear()
    window.context.document.mark_saved()
    return times


def _until(condition: Callable[[], bool]) -> None:
    """Let Qt's own loop run, as in the program, until something is true."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop, timer = QEventLoop(), QTimer(interval=LOOK_EVERY)
    timer.timeout.connect(lambda: loop.quit() if condition() else None)
    timer.start()
    loop.exec()
    timer.stop()


def _session(window: MainWindow, folder: Path, mazes: int, patches: int) -> Callable[[], object]:
    from app.document.document import OpenMaze, State
    from app.document.session_file import save_session
    from app.interventions.patches import PatchStack, Scale, Zero
    from app.maze.generator import level

    path = folder / "many.mazescope"
    levels = [level(15, seed) for seed in range(40)]
    tabs = tuple(OpenMaze(n + 1, f"Maze {n}", levels[n % 40], levels[n % 40]) for n in range(mazes))
    stack = PatchStack(
        tuple(Scale(positive=1 + n / 1000) if n % 2 else Zero(channels=(n % 16,)) for n in range(patches))
    )
    save_session(path, State(tabs, 1, None, stack), {})
    return lambda: window.files.open_path(path)


def _mazes(window: MainWindow, folder: Path, count: int) -> Callable[[], object]:
    return _session(window, folder, count, 0)


def _patches(window: MainWindow, folder: Path, count: int) -> Callable[[], object]:
    return _session(window, folder, 1, count)


def _bad_files(window: MainWindow, folder: Path, count: int) -> Callable[[], object]:
    paths = [folder / f"bad {number}.json" for number in range(count)]
    for path in paths:
        path.write_text('{"patches": [{"kind": "none such"}]}')
    return lambda: window.files.open_paths(paths)


def _maze_files(window: MainWindow, folder: Path, count: int) -> Callable[[], object]:
    from app.maze import maze_file
    from app.maze.generator import level

    paths = [folder / f"maze {number}.json" for number in range(count)]
    for number, path in enumerate(paths):
        maze_file.save(path, level(15, number % 40))
    return lambda: window.files.open_paths(paths)


def _tabs(window: MainWindow, _folder: Path, count: int) -> Callable[[], object]:
    from widgets.services.event_wait import live

    def act() -> None:
        for _ in range(count):
            window.context.actions.trigger("tab.duplicate")
            live(0)

    return act


def _cards(window: MainWindow, _folder: Path, count: int) -> Callable[[], object]:
    from app.document import patch_edits
    from app.interventions.patches import Scale, Zero
    from widgets.services.event_wait import live

    window.docks.bring("patches")

    def act() -> None:
        for number in range(count):
            new = Scale(positive=1 + number / 1000) if number % 2 else Zero(channels=(number % 16,))
            patch_edits.add_patch(window.context.document, new)
            live(0)

    return act


_KINDS: Final = {
    "mazes": _mazes,
    "patches": _patches,
    "bad files": _bad_files,
    "maze files": _maze_files,
    "tabs": _tabs,
    "cards": _cards,
}
