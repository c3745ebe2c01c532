"""Soak test: the real window used without a pause for minutes or hours; memory, threads and descriptors must stay flat.

    python -m benchmarks.soak [--minutes 60] [--seed 1] [--json FILE]

Each round does, in an order of its own, what a day's work consists of: walls painted with the mouse, sliders dragged,
patches, policies, tabs, exports, sessions saved and opened again, studies, undo; and a pause, in which the program
collects what is old. At the end the table: ten lines of time, rounds, memory (summed PSS of the process and its
children), threads, open descriptors, and objects that Python's collector knows. Exit status 1 when memory, threads or
descriptors grew: the median of the last third against that of the second, after a first third that fills the caches.
Time is counted while the process runs, not while it is stopped. A wait that does not end is named, with the stacks of
all threads, and ends the soak. Settings, logs and sessions go to a temporary folder.
"""

from __future__ import annotations

import argparse
import faulthandler
import gc
import json
import os
import random
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.watched_wait import RunningClock, Watch

if TYPE_CHECKING:
    from widgets.main_window import MainWindow

MOST_GROWTH: Final = 1.05
"""Of memory, from the second third of the time to the last."""

MOST_MORE: Final = 3
"""Threads, and descriptors, that may come on top: one that has just begun is not one that stays."""

PATIENCE: Final = 240.0
"""Seconds of running time for one wait: a hundred times what it takes on a machine with nothing else to do."""

LINES: Final = 10
PAUSE: Final = 3.0
"""Seconds of each round in which nothing is done, more than the collector waits for."""


@dataclass(frozen=True)
class Sample:
    """State of the process after a round.

    Attributes:
        minutes: since the first round began.
        rounds: done by then.
        megabytes: PSS of the process and its children.
        threads: of the process, Qt's and torch's included.
        descriptors: open files, sockets and pipes of the process.
        objects: that Python's collector knows.
    """

    minutes: float
    rounds: int
    megabytes: float
    threads: int
    descriptors: int
    objects: int


class Soak:
    """Uses a window as a person would, by its own widgets and actions.

    Args:
        folder: where files are written.
        seed: of what is done in which order.
        watch: names what is done, and waits.
    """

    def __init__(self, window: MainWindow, folder: Path, seed: int, watch: Watch) -> None:
        self.window, self.folder, self.dice, self.watch = window, folder, random.Random(seed), watch
        self.document, self.actions = window.context.document, window.context.actions
        self.errors: list[str] = []
        self.done: dict[str, int] = {}
        window.context.reported.connect(self._reported)

    def _reported(self, kind: str, sentence: str, details: str, _about: str) -> None:
        if kind == "error":
            self.errors.append(f"{sentence} {details}".strip())

    def wait(self, what: str, until: Callable[[], bool]) -> None:
        """Let the window live until something is true."""
        self.watch.wait(what, until, self.state)

    def answered(self) -> None:
        """Wait for the whole field of what is open, and the jobs behind the window."""
        context = self.window.context
        self.wait("the field", lambda: not context.bridge.busy)
        self.wait("jobs behind the window", lambda: not context.busy)

    def state(self) -> str:
        """Sentence on the window: what it waits for, and the dialog over it."""
        from PySide6.QtWidgets import QApplication

        context, dialog = self.window.context, QApplication.activeModalWidget()
        return (
            f"The field is {'asked for' if context.bridge.busy else 'there'}, jobs are {'' if context.busy else 'not '}"
            f"under way, and {'no dialog' if dialog is None else dialog.windowTitle()!r} is open over the window."
        )

    def round(self) -> None:
        """One round: everything once, in some order, and back to a new session."""
        parts = [self.paint, self.slide, self.policies, self.tabs, self.export, self.session, self.study, self.look]
        self.dice.shuffle(parts)
        for part in parts:
            self.watch.part(part.__name__)
            part()
            self.answered()
            self.done[part.__name__] = self.done.get(part.__name__, 0) + 1
        self.watch.part("undo_all")
        self.undo_all()
        self.document.mark_saved()
        self.window.files.new_session()
        self.answered()
        self.live(PAUSE)

    def paint(self) -> None:
        """Walls, painted with the mouse."""
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest

        self.window.context.view.set_tool("wall")
        canvas = self.window.maze_view.canvas
        left = Qt.MouseButton.LeftButton
        for _ in range(5):
            row = self.dice.randrange(self.document.state.maze.world)
            QTest.mousePress(canvas.viewport(), left, pos=canvas.pixel_at((row, 3)))
            for col in range(4, self.dice.randrange(6, 12)):
                QTest.mouseMove(canvas.viewport(), canvas.pixel_at((row, col)))
                self.live(0.02)
            QTest.mouseRelease(canvas.viewport(), left, pos=canvas.pixel_at((row, 5)))

    def live(self, seconds: float) -> None:
        """Let the window answer its events."""
        from widgets.services.event_wait import live

        live(seconds)

    def slide(self) -> None:
        """A patch, and its slider from end to end."""
        from app.document import patch_edits
        from app.interventions.patches import AddVector, Scale
        from widgets.controls.number_field import Number

        self.window.docks.bring("patches")
        new = self.dice.choice((AddVector(), Scale(positive=0.5), Scale(channels=(3, 5))))
        patch_edits.add_patch(self.document, new)
        self.live(0.05)
        number = self.window.patches_panel.cards.cards[-1].findChild(Number)
        assert number is not None
        for value in range(-20, 21, 4):
            number.changed.emit(value / 10)
            self.live(0.02)
        number.finished.emit()

    def policies(self) -> None:
        """Each policy that ships, one after the other."""
        from app.paths import asset

        files = sorted(asset("policies").glob("*.safetensors"))
        self.window.files.open_policy(self.dice.choice(files))

    def tabs(self) -> None:
        """Tabs that come, are gone through, and go."""
        for name in ("tab.duplicate", "tab.duplicate", "tab.next", "level.next", "tab.previous", "tab.close"):
            self.actions.trigger(name)
            self.live(0.05)

    def export(self) -> None:
        """A picture or numbers, by the dialog."""
        dialog = self.window.exports.open(self.dice.choice(("picture", "numbers")))
        dialog.format.setCurrentIndex(self.dice.randrange(dialog.format.count()))
        dialog.path.setText(str(self.folder / "export"))
        self.wait("the button that exports", dialog.go.isEnabled)
        dialog.go.click()
        # A view that cannot be exported now says so, and the dialog stays.
        self.wait(
            "the exported file", lambda: self.window.exports.dialog is None or dialog.close_button.text() == "Close"
        )
        if self.window.exports.dialog is not None:
            dialog.reject()

    def session(self) -> None:
        """The session saved, and opened again."""
        path = self.folder / "soak.mazescope"
        path.unlink(missing_ok=True)
        assert self.window.files.save_session(path)
        self.window.files.open_path(path)

    def study(self) -> None:
        """A page of the Explain panel, until its answer is there."""
        self.window.docks.bring("explain")
        page = self.window.explain_panel.show_page(self.dice.choice(("push", "outcome")))
        # A maze whose cheese is walled off has no answer: then the page says why.
        self.live(0.5)
        self.wait("the answer of a study", lambda: not page.runner.busy)

    def look(self) -> None:
        """Views, panels and themes."""
        names = ("view.original", "view.patched", "view.difference", "view.side_by_side", "view.fit_world", "view.fit")
        themes = ("appearance.dark", "appearance.light")
        for name in (*self.dice.sample(names, 3), self.dice.choice(themes)):
            self.actions.trigger(name)
            self.live(0.05)
        for dock in self.dice.sample(sorted(self.window.docks.docks), 3):
            self.window.docks.bring(dock)
            self.live(0.05)

    def undo_all(self) -> None:
        """Back to the beginning, and forward once."""
        while self.document.history.done:
            self.actions.trigger("edit.undo")
            self.live(0)
        self.actions.trigger("edit.redo")


def main() -> int:
    """Use the window for so long; returns 1 when something grew or went wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the samples there as well")
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    faulthandler.enable()
    samples: list[Sample] = []

    def note(sample: Sample) -> None:
        samples.append(sample)
        if arguments.json is not None:
            found = json.dumps([asdict(each) for each in samples], indent=1)
            arguments.json.write_text(found + "\n", encoding="utf-8")

    with tempfile.TemporaryDirectory(prefix="mazescope-soak-", ignore_cleanup_errors=True) as folder:
        os.environ["MAZESCOPE_HOME"] = folder
        soak = run(Path(folder), arguments.minutes * 60, arguments.seed, note)
    print("| minutes | rounds | memory (MB) | threads | descriptors | objects |\n| --- | --- | --- | --- | --- | --- |")
    step = max(1, len(samples) // LINES)
    for each in samples[step - 1 :: step]:
        print(
            f"| {each.minutes:.1f} | {each.rounds} | {each.megabytes:.0f} | {each.threads} | {each.descriptors} "
            f"| {each.objects} |"
        )
    print(f"Done: {', '.join(f'{name} {count}' for name, count in sorted(soak.done.items()))}.")
    problems = [*growth(samples), *dict.fromkeys(soak.errors)]
    print("\n".join(problems) or "Nothing grew, and no error was reported.")
    return 1 if problems else 0


def run(folder: Path, seconds: float, seed: int, note: Callable[[Sample], object]) -> Soak:
    """Open the window and do rounds for so long, at least three.

    Args:
        note: given a sample after each round. A round that does not end is an error of the soak, and ends it.
    """
    from app.field.engine import Engine
    from widgets.services.settings import Settings
    from widgets.startup.launch import application, catch_exceptions, keep_safe, keep_smooth, open_window

    del Engine  # Loaded here, not in the first round.
    window = open_window(application(), Settings(folder / "settings.json"), device="cpu")
    catch_exceptions(window)
    keep_safe(window, None, guided=False)
    keep_smooth(window)
    clock = RunningClock()
    watch = Watch(clock, PATIENCE)
    soak = Soak(window, folder, seed, watch)
    rounds = 0
    try:
        watch.part("start")
        soak.wait("the policy", lambda: window.context.document.state.policy is not None)
        soak.answered()
        started = clock.seconds
        while rounds < 3 or clock.seconds - started < seconds:
            soak.round()
            rounds += 1
            note(_sample((clock.seconds - started) / 60, rounds))
    except (TimeoutError, AssertionError) as error:
        soak.errors.append(f"Round {rounds + 1} did not end: {error}")
    watch.part("close")
    soak.document.mark_saved()
    window.close()
    watch.close()
    clock.close()
    return soak


def growth(samples: Sequence[Sample]) -> list[str]:
    """A sentence on each of memory, threads and descriptors that grew from the second third to the last."""
    third = len(samples) // 3
    if not third:
        return ["Fewer than three rounds ended."]
    middle, last = samples[third : 2 * third], samples[-third:]
    problems = []
    for name, unit in (("megabytes", "MB of memory"), ("threads", "threads"), ("descriptors", "descriptors")):
        before = statistics.median(getattr(each, name) for each in middle)
        after = statistics.median(getattr(each, name) for each in last)
        most = before * MOST_GROWTH if name == "megabytes" else before + MOST_MORE
        if after > most:
            problems.append(f"From {before:.0f} to {after:.0f} {unit}; expected at most {most:.0f}.")
    return problems


def _sample(minutes: float, rounds: int) -> Sample:
    import psutil

    this = psutil.Process()
    megabytes = sum(process.memory_full_info().pss for process in (this, *this.children(recursive=True))) / 2**20
    return Sample(
        round(minutes, 2),
        rounds,
        round(megabytes, 1),
        this.num_threads(),
        this.num_fds(),
        len(gc.get_objects()) + gc.get_freeze_count(),
    )


if __name__ == "__main__":
    sys.exit(main())
