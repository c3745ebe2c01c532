"""The real window in a process of its own, used as a user would, with one number at the end.

    python -m benchmarks.window stalls|levels|study|memory|growth

Prints one line of JSON. Settings, logs and sessions go to a temporary folder.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from widgets.main_window import MainWindow

PAINTED_SECONDS = 10.0
EVENTS_PER_SECOND = 60
EDITS = 500
SAMPLES = 10
HEARTBEAT = 0.001
PAINTED_EVERY = 0.2
"""Seconds between two walls while levels are measured."""
TABLE = 10_000
GALLERY = "60"
STUDY_ROUNDS = 3
STUDY_EDITS = 8
STUDY_PAUSE = 0.3


def main() -> int:
    """Open the window on a hard 25x25 maze and a policy of width 4 (for levels: an easy one of width 1), and do it."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="mazescope-bench-") as folder:
        os.environ["MAZESCOPE_HOME"] = folder
        from app.document import maze_edits
        from app.interventions.patches import NO_PATCHES
        from benchmarks.subjects import EASY, HARD, level, policy
        from widgets.services.settings import Settings
        from widgets.startup.launch import application, keep_smooth, open_window

        app = application()
        window = open_window(app, Settings(Path(folder) / "settings.json"), device="cpu")
        keep_smooth(window)
        document = window.context.document
        _until(app, lambda: document.state.policy is not None and not window.context.busy)
        many = sys.argv[1] == "levels"
        maze_edits.open_policy(document, policy(1 if many else 4))
        shown = level(EASY, 15) if many else level(HARD, 25)
        maze_edits.open_level(document, shown, "Measure")
        maze_edits.set_stack(document, "Measure", NO_PATCHES)
        # The ratio next to plain torch is of one field; the window opens on three panes.
        window.context.view.set_mode("original")
        _until(app, lambda: _answered(window))
        ways = {"stalls": _stalls, "levels": _levels, "study": _study, "memory": _memory, "growth": _growth}
        found = ways[sys.argv[1]](app, window)
        document.mark_saved()
        window.close()
        print(json.dumps(found))
    return 0


def _stalls(app: QApplication, window: MainWindow) -> dict[str, float]:
    """Paint walls for ten seconds; the longest time the GUI thread did not come round to its events."""
    from app.document import maze_edits

    document = window.context.document
    squares = _brush(window)
    heart = Heart(window)
    started = due = time.perf_counter()
    events = answers = 0

    def shown(_: object) -> None:
        nonlocal answers
        answers += 1

    window.context.bridge.result.connect(shown)
    window.context.bridge.overtaken.connect(shown)
    document.begin("Paint walls")
    while time.perf_counter() - started < PAINTED_SECONDS:
        app.processEvents()
        if time.perf_counter() >= due:
            due += 1 / EVENTS_PER_SECOND
            square = next(squares)
            maze_edits.paint_walls(document, (square,), not document.state.maze.is_wall(square))
            events += 1
        else:
            time.sleep(HEARTBEAT)
    document.end()
    return heart.stop() | {"events": events, "answers": answers}


def _levels(app: QApplication, window: MainWindow) -> dict[str, float]:
    """A table of 10,000 levels, then a gallery, sorted and filtered, while a wall is painted now and then; how long the
    GUI thread was away meanwhile."""
    from app.document import maze_edits
    from widgets.studies.levels_page import LevelsPage

    document, squares = window.context.document, _brush(window)
    due = 0.0

    def paint_until(condition: Callable[[], bool]) -> None:
        def done() -> bool:
            nonlocal due
            if time.perf_counter() >= due:
                due = time.perf_counter() + PAINTED_EVERY
                square = next(squares)
                maze_edits.paint_walls(document, (square,), not document.state.maze.is_wall(square))
            return condition()

        _until(app, done)

    window.docks.bring("explain")
    page = window.explain_panel.show_page("levels")
    assert isinstance(page, LevelsPage)
    page.count.setValue(2)
    _until(app, lambda: page.rows.isVisible() and not page.runner.busy)
    heart = Heart(window)
    started = time.perf_counter()
    page.count.setValue(TABLE)
    paint_until(lambda: not page.runner.busy and page.rows.model().rowCount() == TABLE)
    elapsed = time.perf_counter() - started
    found = heart.stop()
    heart = Heart(window)
    page.show_as.choose(GALLERY)
    page.show_as.activated.emit(page.show_as.currentIndex())
    page.sort_by.choose("log_odds")
    page.sort_by.activated.emit(page.sort_by.currentIndex())
    page.condition.setText("dim >= 11")
    page.condition.editingFinished.emit()
    paint_until(lambda: not window.context.level_pictures.busy)
    return found | {"seconds": elapsed} | {f"gallery, {name}": value for name, value in heart.stop().items()}


def _study(app: QApplication, window: MainWindow) -> dict[str, float]:
    """Milliseconds from an edit to the first arrows, without a study and while one of 200 levels runs, in turn."""
    from app.document import maze_edits
    from widgets.studies.response_page import ResponsePage
    from widgets.studies.study_page import MANY

    window.docks.bring("explain")
    page = window.explain_panel.show_page("response")
    assert isinstance(page, ResponsePage)
    page.levels.which.choose(MANY)
    page.levels.which.activated.emit(page.levels.which.currentIndex())
    # Once the page is seen it asks by itself; only then can that be stopped.
    _until(app, lambda: page.runner.busy)
    document, squares = window.context.document, _brush(window)
    started: list[int] = []
    page.runner.progressed.connect(lambda done, _: started.append(done))
    times: dict[str, list[float]] = {"without": [], "with": []}
    for _ in range(STUDY_ROUNDS):
        for name, found in times.items():
            page.runner.cancel()
            _until(app, lambda: not window.context.busy)
            if name == "with":
                started.clear()
                page.ask_again()
                _until(app, lambda: bool(started))
            for _ in range(STUDY_EDITS):
                _for(app, STUDY_PAUSE)
                assert (name == "with") == page.runner.busy
                square = next(squares)
                begun = time.perf_counter()
                maze_edits.paint_walls(document, (square,), not document.state.maze.is_wall(square))
                _until(app, lambda: _started(window))
                found.append((time.perf_counter() - begun) * 1000)
                _until(app, lambda: _answered(window))
    page.runner.cancel()
    _until(app, lambda: not window.context.busy)
    middle = {name: statistics.median(found) for name, found in times.items()}
    return middle | {"ratio": middle["with"] / middle["without"], "edits": float(len(times["with"]))}


class Heart:
    """Beats whenever the GUI thread gets round to its events."""

    def __init__(self, window: MainWindow) -> None:
        from PySide6.QtCore import QTimer

        self._gaps: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(window)
        self._timer.timeout.connect(self._beat)
        self._timer.start(0)

    def _beat(self) -> None:
        now = time.perf_counter()
        self._gaps.append(now - self._last)
        self._last = now

    def stop(self) -> dict[str, float]:
        """Milliseconds between two beats: the longest, and the 99.9th percentile."""
        self._timer.stop()
        ordered = sorted(self._gaps)
        return {"longest": ordered[-1] * 1000, "percentile_99.9": ordered[int(len(ordered) * 0.999)] * 1000}


def _growth(_app: QApplication, window: MainWindow) -> dict[str, float]:
    """Seconds that opening of N and 2 N things takes."""
    from benchmarks.growth_in_window import growth

    return growth(window, window.context.settings.file.parent)


def _memory(app: QApplication, window: MainWindow) -> dict[str, float]:
    """Summed PSS of this process and its children, in MB, while walls are edited, each edit up to its first part."""
    from app.document import maze_edits

    document = window.context.document
    squares = _brush(window)
    samples = []
    for number in range(EDITS):
        square = next(squares)
        maze_edits.paint_walls(document, (square,), not document.state.maze.is_wall(square))
        _until(app, lambda: _started(window))
        if (number + 1) % (EDITS // SAMPLES) == 0:
            _until(app, lambda: _answered(window))
            samples.append(_proportional_megabytes())
    return {f"after_{(index + 1) * EDITS // SAMPLES}": value for index, value in enumerate(samples)}


def _brush(window: MainWindow) -> Iterator[tuple[int, int]]:
    """Inner squares, never the mouse's or the cheese's, over and over, each stroke along a row."""
    while True:
        maze = window.context.document.state.maze
        for row in range(2, maze.world - 2):
            for col in range(2, maze.world - 2):
                if (row, col) not in (maze.mouse, maze.cheese):
                    yield row, col


def _answered(window: MainWindow) -> bool:
    latest = window.context.bridge.latest
    return _started(window) and latest is not None and latest.complete


def _started(window: MainWindow) -> bool:
    latest, state = window.context.bridge.latest, window.context.document.state
    return latest is not None and latest.request.maze == state.maze and latest.request.policy == state.policy


def _for(app: QApplication, seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        app.processEvents()
        time.sleep(HEARTBEAT)


def _until(app: QApplication, condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 300
    while not condition():
        app.processEvents()
        time.sleep(HEARTBEAT)
        if time.monotonic() > end:
            raise TimeoutError("The window did not answer within five minutes.")


def _proportional_megabytes() -> float:
    import psutil

    this = psutil.Process()
    return sum(process.memory_full_info().pss for process in (this, *this.children(recursive=True))) / 2**20


if __name__ == "__main__":
    sys.exit(main())
