"""One question, asked of a tree of this project's sources, old or new: a script, so that the tree's modules are used.

    python benchmarks/in_tree.py TREE painting|wall|wall_fast|memory|refresh|gif|growing|start
    python benchmarks/in_tree.py TREE seen FOLDER

Prints one line of JSON: milliseconds, unless a name says otherwise. `benchmarks.next_to_before` runs it on two trees in
turn; the second form is for `benchmarks.record_painting`. It uses only what commit c310395 and this one have in common,
by the names of each.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib import import_module
from itertools import count, cycle
from pathlib import Path
from types import ModuleType
from typing import Any

PAINTED_SECONDS = 10.0
EVENTS_PER_SECOND = 60
SEEN_PIXELS, SEEN_SECONDS = 600, 8.0
EDITS = 500
SAMPLES = 10
REST = 4.0
"""Seconds without an edit or a job of the window, after which memory is at rest."""
FRAMES = 25
LEVELS = 108
NEW_ARROWS = 12
"""Squares of a first part: two threads with six each."""

PLACES = {
    "maze_edits": ("app.document.maze_edits", "app.edits"),
    "launch": ("widgets.startup.launch", "widgets.launch"),
    "settings": ("widgets.services.settings", "widgets.settings"),
    "figure": ("app.drawing.figure", "app.figure"),
    "palette": ("app.drawing.palette", "app.palette"),
}
"""Modules that have moved: where each is now, and where it was."""


def module(name: str) -> ModuleType:
    """A module by its name here, wherever it is in the tree."""
    for place in PLACES[name]:
        try:
            return import_module(place)
        except ModuleNotFoundError:
            continue
    raise ModuleNotFoundError(f"{name} was not found; expected one of {', '.join(PLACES[name])}")


class Window:
    """The window on a hard 25x25 maze and a random policy of width 4, or another, once it has answered."""

    def __init__(self, folder: str, *, width: int = 4) -> None:
        patches, subjects = import_module("app.interventions.patches"), import_module("benchmarks.subjects")
        launch = module("launch")
        self.edits = module("maze_edits")
        self.app = launch.application()
        settings = module("settings").Settings(Path(folder) / "settings.json")
        self.window = launch.open_window(self.app, settings, device="cpu")
        launch.keep_smooth(self.window)
        self.document = self.window.context.document
        self.bridge = self.window.context.bridge
        self.until(lambda: self.document.state.policy is not None and not self.window.context.busy)
        self.edits.open_policy(self.document, subjects.policy(width))
        self.edits.edit_maze(self.document, "Measure", lambda _: subjects.level(subjects.HARD, 25))
        self.edits.set_stack(self.document, "Measure", patches.NO_PATCHES)
        # The ratio next to plain torch is of one field; the window opens on three panes.
        self.window.context.view.set_mode("original")
        self.until(self.answered)
        # The engine looks for the fastest way in its first quiet second; that is not what is measured.
        self.until(lambda: self.bridge.engine._untuned is None)

    def until(self, condition: Any) -> None:
        """Let events happen until something is true."""
        end = time.monotonic() + 300
        while not condition():
            self.app.processEvents()
            time.sleep(0.001)
            if time.monotonic() > end:
                raise TimeoutError("The window did not answer within five minutes.")

    def started(self) -> bool:
        """True if the first part of the newest answer is there."""
        latest, state = self.bridge.latest, self.document.state
        return latest is not None and latest.request.maze == state.maze and latest.request.policy == state.policy

    def answered(self) -> bool:
        """True if the whole of the newest answer is there."""
        return self.started() and self.bridge.latest.complete

    def brush(self) -> Any:
        """Inner squares, never the mouse's or the cheese's, over and over, each stroke along a row."""
        while True:
            maze = self.document.state.maze
            for row in range(2, maze.world - 2):
                for col in range(2, maze.world - 2):
                    if (row, col) not in (maze.mouse, maze.cheese):
                        yield row, col

    def paint(self, square: tuple[int, int]) -> None:
        """Turn a square into wall, or into floor."""
        self.edits.paint_walls(self.document, (square,), not self.document.state.maze.is_wall(square))

    def close(self) -> None:
        """End the window."""
        self.document.mark_saved()
        self.window.close()


def fast(window: Window) -> None:
    """Let a drag be answered in bfloat16, in a tree that can, where it is offered here."""
    if hasattr(window.bridge, "set_fast"):
        window.bridge.set_fast(True)
        if not window.bridge.fast_offer.offered:
            print(f"not offered: {window.bridge.fast_offer}", file=sys.stderr)


def seen(window: Window, folder: Path) -> dict[str, Any]:
    """`benchmarks.painted_level` painted for eight seconds: also what happened when. Prints where the canvas is."""
    torch, ascii_maze, policies = map(import_module, ("torch", "app.maze.ascii", "app.policy.policy"))
    network = import_module("app.policy.network").Network(4)
    network.load_state_dict(torch.load(folder / "policy.pt", weights_only=True))
    maze = ascii_maze.from_ascii((folder / "maze.txt").read_text(encoding="utf-8"))
    canvas = window.window.maze_view.canvas
    canvas.setFixedSize(SEEN_PIXELS, SEEN_PIXELS)
    window.window.setGeometry(window.app.primaryScreen().geometry())
    window.edits.open_policy(window.document, policies.policy_of(network, "pointing"))
    window.edits.edit_maze(window.document, "Measure", lambda _: maze)
    window.until(window.answered)
    corner = canvas.mapToGlobal(canvas.rect().topLeft())
    print(f"canvas {corner.x()} {corner.y()}", file=sys.stderr, flush=True)
    answers: list[float] = []
    events: list[tuple[float, int, int]] = []

    def in_turn() -> Iterator[tuple[int, int]]:
        for row, col in cycle(json.loads((folder / "squares.json").read_text(encoding="utf-8"))):
            at = canvas.pixel_at((row, col))
            events.append((time.time(), at.x(), at.y()))
            yield row, col

    for signal in (window.bridge.result, window.bridge.overtaken):
        signal.connect(lambda _: answers.append(time.time()))
    return {**wall(window, in_turn(), SEEN_SECONDS), "events at": events, "answers at": answers}


def wall(window: Window, squares: Iterator[tuple[int, int]], seconds: float = PAINTED_SECONDS) -> dict[str, float]:
    """A wall painted for some seconds: events taken, answers shown, and how long the GUI thread did not come round."""
    gaps: list[float] = []
    answers = count()
    shown = 0

    def show(_: object) -> None:
        nonlocal shown
        shown = next(answers) + 1

    window.bridge.result.connect(show)
    window.bridge.overtaken.connect(show)
    window.document.begin("Paint walls")
    before = time.process_time()
    started = due = last = time.perf_counter()
    events = 0
    while (now := time.perf_counter()) - started < seconds:
        # A turn: what is due is done and painted, as a drag does it.
        window.app.processEvents()
        if now >= due:
            due += 1 / EVENTS_PER_SECOND
            window.paint(next(squares))
            events += 1
        else:
            time.sleep(0.001)
        after = time.perf_counter()
        gaps.append((after - last) * 1000)
        last = after
    busy = (time.process_time() - before) / (time.perf_counter() - started)
    window.document.end()
    gaps.sort()
    return {
        "events": events,
        "answers": shown,
        "99th percentile": gaps[int(len(gaps) * 0.99)],
        "longest": gaps[-1],
        "processors in use": busy,
    }


def memory(window: Window) -> dict[str, float]:
    """Summed PSS in MB, walls edited one after the other up to the first part: at a whole answer, and at rest."""
    squares = window.brush()
    samples = []
    for number in range(EDITS):
        window.paint(next(squares))
        window.until(window.started)
        if (number + 1) % (EDITS // SAMPLES) == 0:
            window.until(window.answered)
            samples.append(proportional_megabytes())
    half = len(samples) // 2
    worked = time.monotonic()
    while time.monotonic() < worked + REST:
        window.app.processEvents()
        time.sleep(0.001)
        if window.window.context.busy:
            worked = time.monotonic()
    return {
        "first half": statistics.median(samples[:half]),
        "MB": statistics.median(samples[half:]),
        "at rest": proportional_megabytes(),
    }


def proportional_megabytes() -> float:
    """Summed PSS of this process and its children, in MB."""
    import psutil

    this = psutil.Process()
    return sum(process.memory_full_info().pss for process in (this, *this.children(recursive=True))) / 2**20


def timed_canvas() -> list[float]:
    """Milliseconds of every time that a canvas is painted, from now on; before any is made."""
    canvas = import_module("widgets.maze_view.canvas").MazeCanvas
    usual = canvas.paintEvent
    spent: list[float] = []

    def timed(view: Any, event: Any) -> None:
        before = time.perf_counter()
        usual(view, event)
        spent.append((time.perf_counter() - before) * 1000)

    canvas.paintEvent = timed
    return spent


def painting(folder: str) -> dict[str, float]:
    """Painting a canvas of 336 arrows, of which all are new, or as many as a first part has."""
    import numpy as np

    requests, fields = import_module("app.field.requests"), import_module("app.field.vector_field")
    spent = timed_canvas()
    window = Window(folder)
    maze = window.document.state.maze
    random = np.random.default_rng(0)
    window.until(lambda: not window.bridge.busy)

    def shown(logits: np.ndarray) -> float:
        field = fields.VectorField(maze, maze.squares, logits.astype(np.float32), np.zeros(len(logits), np.float32))
        spent.clear()
        window.bridge.result.emit(requests.FieldResult(window.bridge.latest.request, field, field, True, 1.0, "CPU"))
        window.app.processEvents()
        return sum(spent)

    found: dict[str, list[float]] = {"all new": [], "twelve new": []}
    logits = 2 * random.standard_normal((len(maze.squares), 15))
    for _ in range(30):
        logits = 2 * random.standard_normal(logits.shape)
        found["all new"].append(shown(logits))
        logits = logits.copy()
        some = random.choice(len(logits), NEW_ARROWS, replace=False)
        logits[some] = 2 * random.standard_normal((NEW_ARROWS, 15))
        found["twelve new"].append(shown(logits))
    window.close()
    return {name: statistics.median(times) for name, times in found.items()}


def refresh() -> dict[str, float]:
    """Exact fields by the engine, next to plain torch in the same process."""
    engines, subjects, measure = map(import_module, ("app.field.engine", "benchmarks.subjects", "benchmarks.measure"))
    engine = engines.Engine("cpu")
    found = {}
    for name, width, world, stacked in (
        ("hard 13x13, width 4", 4, subjects.HARD, False),
        ("slider, width 4", 4, subjects.HARD, True),
        ("easy 13x13, width 1", 1, subjects.EASY, False),
    ):
        level = subjects.level(world, 13)
        engine.tune(engines.FieldRequest(level, subjects.policy(width)))
        asked = [
            engines.FieldRequest(level, subjects.policy(width), subjects.slider(number))
            if stacked
            else engines.FieldRequest(subjects.edited(level), subjects.policy(width))
            for number in range(measure.REPEATS + 1)
        ]
        times = measure.interleaved(
            {
                "engine": lambda number, asked=asked: engine.compute(asked[number]).patched.probs,
                "plain": lambda number, asked=asked: subjects.plain(asked[number]),
            }
        )
        found[name] = times["engine"]
        found[f"{name}, plain"] = times["plain"]
    engine.close()
    return found


def gif() -> dict[str, float]:
    """A GIF of 25 frames of a field that changes as a whole, hard 25x25."""
    import numpy as np

    requests, fields, movies, subjects = map(
        import_module, ("app.field.requests", "app.field.vector_field", "app.export.movies", "benchmarks.subjects")
    )
    drawing, palette = module("figure"), module("palette")
    maze = subjects.level(subjects.HARD, 25)
    random = np.random.default_rng(0)
    ends = [2 * random.standard_normal((len(maze.squares), 15)) for _ in range(2)]

    def frames(many: int) -> Any:
        for number in range(many):
            part = number / (FRAMES - 1)
            logits = ((1 - part) * ends[0] + part * ends[1]).astype(np.float32)
            field = fields.VectorField(maze, maze.squares, logits, np.zeros(len(logits), np.float32))
            request = requests.FieldRequest(maze, subjects.policy(1))
            result = requests.FieldResult(request, field, field, True, 1.0, "CPU")
            yield drawing.figure(result, "original", palette.LIGHT)

    # Once for what is imported.
    movies.gif_bytes(frames(2), 2, {})
    before = time.perf_counter()
    size = len(movies.gif_bytes(frames(FRAMES), FRAMES, {}))
    return {"GIF": (time.perf_counter() - before) * 1000, "bytes": size}


def growing() -> dict[str, float]:
    """A vector with growing coefficients, width 1: the tree's own study of it, ms a level and coefficient.

    The older one is `effects --saturation` (five different coefficients, three later layers), the newer one the
    response (61, all later stages, frozen tables at -1 and +1).
    """
    random_level = import_module("app.maze.levels").random_level
    policy = import_module("benchmarks.subjects").policy(1)
    mazes = []
    try:
        decision = import_module("app.maze.routes").decision_square
        response = import_module("app.studies.response.question")
        of_mazes = import_module("app.studies.level_set").of_mazes
        many = len(import_module("app.studies.response.setup").COEFFICIENTS)
    except ModuleNotFoundError:
        decision = import_module("app.maze.paths").decision_square
        study = import_module("app.studies.saturation")
        many = len({-1.0, 1.0, *study.COEFFICIENTS})

        def answer(some: list[Any]) -> object:
            return study.saturation(policy, some)
    else:

        def answer(some: list[Any]) -> object:
            return response.ResponseQuestion(policy, of_mazes(some)).run()

    for seed in count():
        maze = random_level(15, None, seed)
        if decision(maze).square is not None:
            mazes.append(maze)
        if len(mazes) == LEVELS + 4:
            break
    # Once for what is imported and prepared.
    answer(mazes[LEVELS:])
    before, computed = time.perf_counter(), time.process_time()
    answer(mazes[:LEVELS])
    each = LEVELS * many / 1000
    return {
        "a level and t": (time.perf_counter() - before) / each,
        "a level and t, processor": (time.process_time() - computed) / each,
    }


def start(tree: Path, folder: str) -> dict[str, float]:
    """Seconds from the start to the window and to the first field, the median of three warm starts after one more."""
    found = []
    for number in range(4):
        env = {**os.environ, "MAZESCOPE_HOME": folder, "MAZESCOPE_STARTED": str(time.time())}
        done = subprocess.run(
            [sys.executable, str(tree / "main.py"), "--new-window"], env=env, cwd=tree, capture_output=True, check=True
        )
        if number:
            found.append(json.loads(done.stdout.splitlines()[-1]))
    window, field = (statistics.median(times[name] for times in found) for name in ("window", "field"))
    return {"window, s": window, "field, s": field, "between, s": field - window}


def main() -> int:
    """Answer the question."""
    tree, what = Path(sys.argv[1]).resolve(), sys.argv[2]
    # In place of the folder of this script.
    sys.path[0] = str(tree)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="mazescope-bench-") as folder:
        os.environ["MAZESCOPE_HOME"] = folder
        if what == "start":
            found = start(tree, folder)
        elif what in ("refresh", "gif", "growing"):
            found = {"refresh": refresh, "gif": gif, "growing": growing}[what]()
        elif what == "painting":
            found = painting(folder)
        else:
            window = Window(folder)
            if what == "wall_fast":
                fast(window)
            if what == "seen":
                found = seen(window, Path(sys.argv[3]))
            else:
                found = memory(window) if what == "memory" else wall(window, window.brush())
            window.close()
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
