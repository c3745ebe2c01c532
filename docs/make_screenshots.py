"""Draw the pictures of README and guide from the real window: `make screenshots`.

The window runs on Qt's offscreen platform, on the shipped policy and level, so that the pictures change only when the
program does.
"""

# ruff: noqa: E402

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

SCALE = "1.5"
ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"

os.environ["QT_SCALE_FACTOR"] = SCALE
os.environ["MAZESCOPE_HOME"] = tempfile.mkdtemp(prefix="mazescope-pictures-")
sys.path.insert(0, str(ROOT))

from docs.offscreen import large_screen

large_screen(2640, 1680)

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from app.document import maze_edits
from app.field.square_layers import LayerKind
from app.interventions.patches import AddVector, PatchStack, Zero
from app.maze.moves import UP
from widgets.main_window import MainWindow
from widgets.services.background_tasks import leave
from widgets.services.event_wait import live, live_until
from widgets.services.log_file import log_qt_messages, start_log, stop_log
from widgets.services.settings import Settings
from widgets.startup.launch import application, open_window
from widgets.studies.fit_page import FitPage
from widgets.studies.levels_page import LevelsPage
from widgets.studies.response_page import ResponsePage
from widgets.studies.study_page import MANY, StudyPage

PATIENCE = 120.0


def wait(until: Callable[[], bool]) -> None:
    """Let the window live until something is true."""
    live_until(until, PATIENCE)


def rest(window: MainWindow) -> None:
    """Wait until everything asked for has been answered and shown; panels ask a little later than the canvas."""
    bridge = window.context.bridge
    for _ in range(3):
        wait(lambda: bridge.latest is not None and not bridge.busy and not window.context.busy)
        live(0.5)


def picture(window: MainWindow, name: str) -> None:
    """Save the window as it is."""
    rest(window)
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / f"{name}.png"
    window.grab().save(str(path))
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} kB")


def subtract_cheese(window: MainWindow) -> None:
    """The classic: the cheese vector, subtracted."""
    stack = PatchStack((AddVector(vector="cheese", coefficient=-1.0),))
    maze_edits.set_stack(window.context.document, "Subtract the cheese vector", stack)


def show_window(window: MainWindow) -> None:
    """The first picture of README: the patched field, with its two numbers."""
    subtract_cheese(window)
    window.context.view.set_mode("patched")


def show_side_by_side(window: MainWindow) -> None:
    """All three fields."""
    subtract_cheese(window)
    window.context.view.set_mode("side_by_side")


def show_hover(window: MainWindow) -> None:
    """The numbers of the decision square under the pointer."""
    subtract_cheese(window)
    decision = window.maze_view.picture.decision.square
    assert decision is not None
    window.context.view.set_mode("patched")
    rest(window)
    canvas = window.maze_view.canvas
    place = QPointF(canvas.pixel_at(decision) + QPoint(2, 2))
    # Sent to the canvas itself: the offscreen platform's screen is smaller than the window.
    none = Qt.MouseButton.NoButton
    event = QMouseEvent(
        QEvent.Type.MouseMove, place, canvas.mapToGlobal(place), none, none, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(canvas.viewport(), event)


def show_channels(window: MainWindow) -> None:
    """Channels switched off by a click."""
    maze_edits.set_stack(window.context.document, "Switch channels off", PatchStack((Zero(channels=(0, 1, 4, 17)),)))
    window.context.view.set_mode("difference")
    dock = window.docks.docks.get("channels")
    if dock is not None:
        dock.raise_()


def show_presentation(window: MainWindow) -> None:
    """The stage: nothing but the maze and the answer."""
    subtract_cheese(window)
    window.context.view.set_mode("patched")
    rest(window)
    window.context.actions.trigger("view.presentation")
    window.setWindowState(Qt.WindowState.WindowNoState)
    window.resize(1440, 960)


def show_compare(window: MainWindow) -> None:
    """Two mazes under one stack: a wall opened, and what it changes."""
    subtract_cheese(window)
    window.context.view.set_mode("patched")
    rest(window)
    window.context.actions.trigger("compare.maze")
    document = window.context.document
    maze_edits.paint_walls(document, ((7, 7), (8, 9)), wall=False)
    maze_edits.move_cheese(document, (9, 9))
    companion = window.maze_view.companion
    assert companion is not None
    wait(lambda: companion.bridge.latest is not None and not companion.bridge.busy)


def _explain(window: MainWindow, name: str) -> StudyPage:
    """The Explain panel alone at the right, on a question."""
    subtract_cheese(window)
    for other, dock in window.docks.docks.items():
        dock.setVisible(other in ("explain", "patches"))
    window.docks.bring("explain")
    return window.explain_panel.show_page(name)


def _answered(window: MainWindow, page: StudyPage) -> None:
    runner = page.runner
    wait(lambda: bool(runner.problem) or (runner.result is not None and not runner.busy and not runner.stale))
    rest(window)


def show_response(window: MainWindow) -> None:
    """The question "Why does it bend?", over the levels of seeds 0 to 199."""
    page = _explain(window, "response")
    assert isinstance(page, ResponsePage)
    page.levels.which.choose(MANY)
    page.levels.which.activated.emit(page.levels.which.currentIndex())
    window.context.view.set_mode("side_by_side")
    _answered(window, page)


def show_push(window: MainWindow) -> None:
    """The pushes for each move, with that of one channel under the arrows."""
    page = _explain(window, "push")
    window.context.view.set_mode("original")
    _answered(window, page)
    window.square_layers.choose(LayerKind.PUSH, 28, UP)


def show_outcome(window: MainWindow) -> None:
    """The question "Where does it end up?", with the visits under the arrows."""
    page = _explain(window, "outcome")
    window.context.view.set_mode("patched")
    _answered(window, page)
    window.square_layers.choose(LayerKind.VISITS)


def show_sweep(window: MainWindow) -> None:
    """The question "Where does the vector steer?": layer by coefficient."""
    page = _explain(window, "sweep")
    window.context.view.set_mode("patched")
    _answered(window, page)


def show_levels(window: MainWindow) -> None:
    """The question "How often?": a row for each of 200 levels."""
    page = _explain(window, "levels")
    window.context.view.set_mode("patched")
    _answered(window, page)


def show_gallery(window: MainWindow) -> None:
    """The question "Where does the vector change least?": small fields, sorted by what is left of P(cheese)."""
    page = _explain(window, "levels")
    assert isinstance(page, LevelsPage)
    window.context.view.set_mode("patched")
    page.patched.setChecked(True)
    page.follow()
    _answered(window, page)
    wait(page.show_as.isVisible)
    page.condition.setText("P(cheese) > .5")
    page.condition.editingFinished.emit()
    for box, choice in ((page.show_as, "24"), (page.sort_by, "p_cheese_patched")):
        box.choose(choice)
        box.activated.emit(box.currentIndex())
    page.down.click()
    wait(lambda: not window.context.level_pictures.busy)
    window.explain_panel.bring_into_view(page.show_as)


def show_fit(window: MainWindow) -> None:
    """The question "How far do features of a level tell?": the fit, and a level that it gets most wrong."""
    page = _explain(window, "fit")
    assert isinstance(page, FitPage)
    window.context.view.set_mode("original")
    _answered(window, page)
    window.explain_panel.bring_into_view(page.wrong)
    page.wrong.hovered.emit(0)
    wait(page.preview.isVisible)


SHOTS: tuple[tuple[str, str, Callable[[MainWindow], None]], ...] = (
    ("window", "light", show_window),
    ("dark", "dark", show_hover),
    ("side-by-side", "light", show_side_by_side),
    ("channels", "dark", show_channels),
    ("presentation", "dark", show_presentation),
    ("compare", "light", show_compare),
    ("explain-response", "light", show_response),
    ("explain-push", "dark", show_push),
    ("explain-outcome", "light", show_outcome),
    ("explain-sweep", "dark", show_sweep),
    ("explain-levels", "light", show_levels),
    ("explain-gallery", "light", show_gallery),
    ("explain-fit", "dark", show_fit),
)


def main(wanted: list[str]) -> int:
    """Draw all pictures, or those named."""
    start_log()
    log_qt_messages()
    app = application()
    for number, (name, theme, prepare) in enumerate(SHOTS):
        if wanted and name not in wanted:
            continue
        settings = Settings(Path(os.environ["MAZESCOPE_HOME"]) / f"{number}.json")
        settings.set("theme", theme)
        window = open_window(app, settings)
        window.resize(1440, 960)
        rest(window)
        prepare(window)
        picture(window, name)
        window.features.presentation.set(False)
        window.context.document.mark_saved()
        window.close()
        window.deleteLater()
        QApplication.processEvents()
    stop_log()
    return leave(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
