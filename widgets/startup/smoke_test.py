"""`--smoke-test`: a whole session of work through the window's own means, in a few seconds."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.paths import HOME_VARIABLE
from widgets.startup.display_check import libraries_problem, screen_problem
from widgets.startup.system_packages import missing_needs

if TYPE_CHECKING:
    from widgets.main_window import MainWindow

SCREENSHOT_VARIABLE = "MAZESCOPE_SCREENSHOT"
"""Name of the PNG file in which the smoke test saves what its window shows at the end: to compare two installations."""

PATIENCE = 120.0
"""Seconds for each step: a loaded machine is slow, and a test that hangs tells nothing."""

QUIET = 2.0
"""Seconds without background work after which the window shows all that it will, for the screenshot."""


class SmokeError(Exception):
    """The sentence that says what did not work."""


def run() -> int:
    """Open the window, edit a wall, compute the field, reload a session, ask a study; print one line of JSON.

    Returns the process's exit code: 0 when all of it worked. Nothing the user has is touched: settings, logs and the
    session go to a temporary folder.
    """
    missing = missing_needs("qt")
    if missing:
        # Qt does not load, not even for a window that nobody sees.
        problem = libraries_problem(missing)
        print(f"{problem.problem} {problem.remedy}", file=sys.stderr)
        return 1
    if screen_problem() is not None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if sys.platform == "win32":
        import torch  # noqa: F401
    with tempfile.TemporaryDirectory(prefix="mazescope-smoke-") as folder:
        os.environ[HOME_VARIABLE] = folder
        try:
            report = _walk_through(Path(folder))
        except SmokeError as error:
            print(f"The smoke test failed: {error}", file=sys.stderr)
            return 1
    print(json.dumps(report))
    from widgets.services.background_tasks import leave

    return leave(0)


def _walk_through(folder: Path) -> dict[str, Any]:
    from widgets.services.log_file import log_qt_messages, start_log, stop_log
    from widgets.services.settings import Settings
    from widgets.startup.launch import application, catch_exceptions, open_window

    start_log()
    log_qt_messages()
    started = time.perf_counter()
    app = application()
    window = open_window(app, Settings(folder / "settings.json"))
    catch_exceptions(window)
    errors: list[str] = []
    window.context.reported.connect(lambda kind, sentence, _: errors.append(sentence) if kind == "error" else None)
    try:
        report = _use(window, folder, errors)
    finally:
        window.context.document.mark_saved()
        window.close()
        stop_log()
    report["platform"] = app.platformName()
    report["seconds"] = round(time.perf_counter() - started, 2)
    return report


def _use(window: MainWindow, folder: Path, errors: list[str]) -> dict[str, Any]:
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    from app.maze.transforms import region
    from widgets.services.event_wait import live

    context, document = window.context, window.context.document
    bridge = context.bridge

    def wait(until: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE
        while not until():
            live(0.005)
            if errors:
                raise SmokeError(errors[0])
            if time.monotonic() > end:
                raise SmokeError(f"{what} took longer than {PATIENCE:.0f} seconds")

    def answered() -> bool:
        latest = bridge.latest
        return latest is not None and latest.complete and latest.request.maze == document.state.maze

    wait(lambda: document.state.policy is not None, "loading the shipped policy")
    wait(answered, "computing the first field")
    before = document.state.maze
    # A wall next to the way from the mouse: one that a click opens.
    square = next(
        (row, col + 1)
        for row, col in region(before, before.mouse)
        if before.contains((row, col + 1)) and before.is_wall((row, col + 1))
    )
    context.view.set_tool("wall")
    canvas = window.maze_view.canvas
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=canvas.pixel_at(square))
    if document.state.maze.is_wall(square):
        raise SmokeError(f"a click on the wall at {square} did not open it")
    wait(answered, "computing the field of the edited maze")
    result = bridge.latest
    assert result is not None
    numbers = window.maze_view.numbers.values
    path, state = folder / "smoke.mazescope", document.state
    if not window.files.save_session(path):
        raise SmokeError("the session could not be saved")
    document.undo()
    window.files.open_path(path)
    sessions = window.features.sessions
    wait(lambda: sessions.question is not None, "asking about the unsaved change")
    assert sessions.question is not None
    QTest.mouseClick(sessions.question.discard, Qt.MouseButton.LeftButton)
    wait(lambda: document.state == state, "opening the saved session")
    wait(answered, "computing the field of the opened session")
    assert state.policy is not None
    picture = os.environ.get(SCREENSHOT_VARIABLE)
    if picture:
        quiet = time.monotonic()

        def settled() -> bool:
            nonlocal quiet
            if context.busy:
                quiet = time.monotonic()
            return time.monotonic() - quiet > QUIET

        wait(settled, "computing all that the window shows")
        window.message_bar.clear()
        live(0.1)
        if not window.screen().grabWindow(window.winId()).save(picture, "PNG"):
            raise SmokeError(f"the screenshot could not be saved as {picture}")
    window.docks.bring("explain")
    page = window.explain_panel.show_page("push")
    wait(lambda: page.runner.result is not None and not page.runner.busy, "explaining what pushes for each move")
    if not page.view.plot.isVisible():
        raise SmokeError("the panel Explain shows no plot of its answer")
    return {
        "policy": state.policy.name,
        "weights_hash": state.policy.weights_hash,
        "maze": state.tab.title,
        "edited": list(square),
        "squares": len(result.original.squares),
        "milliseconds": round(result.milliseconds, 1),
        "device": result.device,
        "decision": None if numbers is None else [round(value, 4) for value in numbers[0]],
        "session": "saved and reloaded",
        "explained": page.view.finding.text(),
    }
