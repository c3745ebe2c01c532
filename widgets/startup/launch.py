"""Opening the window: the steps before Qt, with Qt, and after the window is visible."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from app.document.session_file import Session
    from widgets.main_window import MainWindow
    from widgets.services.crash_log import CrashLog
    from widgets.services.settings import Settings
    from widgets.session.crash_safety import Safety
    from widgets.startup.single_instance import FirstWindow

BAD_FILE = 2


def launch(files: Sequence[Path | str] = (), *, device: str | None = None, new_window: bool = False) -> int:
    """Open the window on these files and run until it is closed; the process's exit code.

    There has to be a screen: see `display_check.screen_problem`.

    Args:
        files: checkpoints, mazes, vectors, sessions or patches to open.
        device: "auto", "cpu", "cuda" or "mps"; None takes the remembered choice.
        new_window: open another window where there already is one; else that one is given the files.
    """
    if sys.platform == "win32":
        # There, torch's libraries do not load after Qt's.
        import torch  # noqa: F401
    from app.paths import config_folder, state_folder
    from widgets.services.background_tasks import leave
    from widgets.services.log_file import log_qt_messages, start_log
    from widgets.services.settings import Settings
    from widgets.session.crash_safety import start_crash_log
    from widgets.startup.early_torch import load_early

    # No other thread may end a widget, nor this one collect while torch is imported: `keep_smooth` goes on with it.
    gc.disable()
    start_log()
    log_qt_messages()
    app = application()
    paths = [Path(file) for file in files]
    first = None
    if not new_window:
        from widgets.startup.single_instance import first_or_hand_over

        first = first_or_hand_over(paths, app)
        if first is None:
            return _missing(paths)
    load_early()
    crash_log = start_crash_log(state_folder())
    window = open_window(app, Settings(config_folder() / "settings.json"), paths, device)
    catch_exceptions(window)
    keep_safe(window, crash_log, guided=not paths)
    keep_smooth(window)
    if first is not None:
        answer_later_starts(window, first)
    if os.environ.get("MAZESCOPE_STARTED"):
        from widgets.startup.startup_times import watch_if_asked

        watch_if_asked(window)
    code = app.exec()
    if crash_log is not None:
        crash_log.close()
    return leave(code)


def _missing(paths: Sequence[Path]) -> int:
    """The exit code of a start whose files another window opens: that window says what is missing, and so do we."""
    missing = [path for path in paths if not os.path.exists(path)]
    for path in missing:
        print(f"{path} was not found; expected a checkpoint, maze, vector, session or patches file.", file=sys.stderr)
    return BAD_FILE if missing else 0


def keep_safe(window: MainWindow, crash_log: CrashLog | None, *, guided: bool) -> Safety:
    """Autosave from now on, offer what a crash left, and show the tour to who has never seen it.

    Args:
        crash_log: this run's own, which knows of earlier crashes.
        guided: whether there may be a tour: not when files were asked for.
    """
    from app.paths import place_problem, state_folder
    from widgets.services.topics import Topic

    safety = window.keep_safe(state_folder(), crash_log)
    # One sentence, although what has no place for choices mostly has none for autosaves either.
    problem = place_problem()
    if safety.problem:
        window.context.report(problem or safety.problem, about=Topic.AUTOSAVE)
    elif problem:
        window.context.notice(problem)
    if not safety.offer() and guided:
        window.features.tour.start_when_ready()
    return safety


def keep_smooth(window: MainWindow) -> None:
    """Let nothing but the window's own work hold up its thread for long."""
    from widgets.services.garbage_collector import Collector

    Collector(window.context.document, window.context, window, start=window.context.start)


def answer_later_starts(window: MainWindow, first: FirstWindow) -> None:
    """Open the files of later starts of the program in this window."""
    from widgets.startup.single_instance import raise_to_front

    def came(files: list[Path]) -> None:
        raise_to_front(window)
        window.files.open_paths(files)

    first.tell(came)
    window.features.sessions.leaving.connect(first.close)


def application() -> QApplication:
    """The process's QApplication."""
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QGuiApplication, QIcon
    from PySide6.QtWidgets import QApplication

    from app.field.memory_release import few_arenas
    from app.paths import asset
    from widgets.startup.unread_sources import read_no_sources

    read_no_sources()
    found = QApplication.instance()
    if isinstance(found, QApplication):
        return found
    few_arenas()
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication(sys.argv[:1])
    app.setApplicationName("Mazescope")
    app.setApplicationDisplayName("Mazescope")
    app.setDesktopFileName("mazescope")
    app.setWindowIcon(QIcon(str(asset("icons", "mazescope.svg"))))
    return app


def open_window(
    app: QApplication, settings: Settings, files: Sequence[Path] = (), device: str | None = None
) -> MainWindow:
    """Show the window, then load torch, the engine and the policy behind it."""
    from PySide6.QtCore import QTimer

    from app.document.document import Document
    from app.document.first_document import FIRST_MODE, first_document
    from widgets.main_window import MainWindow
    from widgets.services.context import Context

    session = _session_of(files)
    context = Context(first_document() if session is None else Document(session.state), settings, app)
    context.apply_theme()
    context.start.begin()
    if not files:
        context.view.set_mode(FIRST_MODE)
    window = MainWindow(context)
    if session is not None:
        # Its mazes and view are there at once; its policy follows, when the file is opened.
        context.view.restore(session.view)
    window.show()
    window.maze_view.canvas.setFocus()
    remembered = settings.get("device", "auto")
    chosen = device or (remembered if isinstance(remembered, str) else "auto")
    # The first paint precedes anything that takes time.
    QTimer.singleShot(0, window, lambda: _start(window, list(files), chosen, session))
    return window


def _session_of(files: Sequence[Path]) -> Session | None:
    """The session among the files of a start, so that nothing else is seen before it."""
    from app.document.session_file import SUFFIX, load_session
    from app.errors import MazescopeError

    for path in files:
        if path.suffix.lower() == SUFFIX:
            try:
                return load_session(path)
            except MazescopeError:
                # The queue of files tells what is wrong with it.
                return None
    return None


def _start(window: MainWindow, files: list[Path], device: str, session: Session | None) -> None:
    context = window.context

    def engine() -> object:
        from app.errors import MazescopeError
        from app.field.engine import Engine

        try:
            return Engine(device, in_window=True)
        except MazescopeError:
            # A remembered word that names no device any more.
            return Engine("auto", in_window=True)

    context.bridge.device = device
    context.run_in_background(engine, context.bridge.attach)
    if session is None or session.policy is None:
        if not files:
            from widgets.startup.first_sight import show_first_field

            show_first_field(window)
        window.files.open_first_policy()
    else:
        # Its own is shown, and no other before that.
        window.files.open_first_policy_last()
    window.files.open_paths(files)


def catch_exceptions(window: MainWindow) -> None:
    """Bring every uncaught exception, of any thread, to a dialog; none ends the window."""
    import threading
    import traceback
    from types import TracebackType

    from psygnal import EmitLoopError
    from PySide6.QtCore import QObject, Signal

    from app.errors import MazescopeError

    class Catcher(QObject):
        caught = Signal(str, str)

    catcher = Catcher(window)
    catcher.caught.connect(window.context.report)

    def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            window.close()
            return
        if isinstance(error, EmitLoopError) and error.__cause__ is not None:
            error = error.__cause__
        if isinstance(error, MazescopeError):
            # An edit that was refused: the document is as before.
            with contextlib.suppress(RuntimeError):
                catcher.caught.emit(str(error), "")
            return
        details = "".join(traceback.format_exception(kind, error, trace))
        try:
            catcher.caught.emit(f"Something went wrong inside Mazescope: {kind.__name__}: {error}", details)
        except RuntimeError:
            # The window is gone already.
            sys.__excepthook__(kind, error, trace)

    sys.excepthook = tell
    threading.excepthook = lambda args: tell(args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback)
