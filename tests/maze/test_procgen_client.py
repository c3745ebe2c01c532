"""procgen's own process: what it gives, and that nothing of it hangs, leaks or speaks."""

from __future__ import annotations

import gc
import importlib.util
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psutil
import pytest

from app.errors import MazeError, ProcgenError
from app.maze.procgen_client import RESTARTED, Procgen
from app.maze.random_words import SEEDS
from app.maze.render import observations_of
from tests.maze.stub_processes import answer_once, close_at_once

pytestmark = pytest.mark.procgen
ROOT = Path(__file__).resolve().parents[2]


def _until(holds: Callable[[], bool], seconds: float = 30.0) -> bool:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def test_levels_are_the_same_alone_and_together(procgen: Procgen) -> None:
    seeds = [7, 3, SEEDS - 1, 0]
    together = procgen.levels("easy", seeds)
    assert together == [procgen.level("easy", seed) for seed in seeds]
    assert [maze.facing for maze in together] == ["fresh"] * 4
    assert all(maze.world == 15 and maze.mouse == (maze.margin, maze.margin) for maze in together)


def test_pictures_of_both_worlds_come_in_their_order(procgen: Procgen) -> None:
    easy, hard = procgen.levels("easy", range(70)), procgen.levels("hard", range(70))
    mixed = [maze for pair in zip(easy, hard, strict=True) for maze in pair]
    assert np.array_equal(procgen.observe(mixed), observations_of(mixed))
    assert procgen.observe([]).shape == (0, 64, 64, 3)


@pytest.mark.parametrize("seed", [-1, SEEDS, 1.5, "3", None, True])
def test_a_seed_out_of_range_is_refused(procgen: Procgen, seed: object) -> None:
    with pytest.raises(MazeError, match="a seed is a whole number from 0 to 2147483647"):
        procgen.level("easy", seed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("world_name", "match"), [("memory", "part of the maze"), ("extreme", "expected easy or hard")]
)
def test_another_world_is_refused(procgen: Procgen, world_name: str, match: str) -> None:
    with pytest.raises(MazeError, match=match):
        procgen.level(world_name, 0)


def test_an_action_out_of_range_is_refused(procgen: Procgen) -> None:
    with pytest.raises(MazeError, match="actions are 0 to 14"):
        procgen.step(procgen.level("easy", 0), [15])


def test_a_process_that_died_is_started_again_and_asked_once_more() -> None:
    told: list[str] = []
    with Procgen(on_restart=told.append) as game, ThreadPoolExecutor(1) as pool:
        before = game.level("easy", 5)
        assert game.pid is not None
        process = psutil.Process(game.pid)
        process.kill()
        assert _until(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE)
        assert told == []
        assert game.level("easy", 5) == before
        assert told == [RESTARTED]
        assert game.level("easy", 6) != before
        assert told == [RESTARTED]

        # And in the middle of a call, which must not wait for an answer that is never sent.
        long = pool.submit(game.levels, "hard", range(300))
        time.sleep(0.1)
        os.kill(game.pid, signal.SIGKILL)
        assert len(long.result(timeout=60)) == 300
        assert told == [RESTARTED] * 2


def test_a_request_that_ends_the_process_twice_is_refused() -> None:
    told: list[str] = []
    with Procgen(on_restart=told.append, serve=close_at_once) as game:
        for _ in range(2):
            with pytest.raises(ProcgenError, match="twice over the same request"):
                game.level("easy", 5)
            assert game.pid is None
        assert told == []


def test_a_request_that_ends_the_process_once_is_asked_again() -> None:
    told: list[str] = []
    with Procgen(on_restart=told.append, serve=answer_once) as game:
        assert game.levels("easy", [5]) == ["levels"]
        assert told == []
        assert game.levels("easy", [6]) == ["levels"]
        assert told == [RESTARTED]


def test_malformed_states_never_reach_the_process() -> None:
    with Procgen(serve=close_at_once) as game:
        with pytest.raises(MazeError, match="expected the state of"):
            game.observe_states([b"no state"])
        assert game.pid is None, "none was started"


def test_closing_ends_a_long_request_and_does_not_start_procgen_again() -> None:
    with ThreadPoolExecutor(3) as pool:
        game = Procgen()
        game.level("easy", 0)
        long = [pool.submit(game.levels, "hard", range(60_000)) for _ in range(3)]
        time.sleep(0.3)
        game.close()
        for request in long:
            with pytest.raises(ProcgenError, match="was closed"):
                request.result(timeout=20)
        assert game.pid is None
        with pytest.raises(ProcgenError, match="was closed"):
            game.level("easy", 0)
        game.close()


def test_procgen_finds_its_pictures_below_an_accented_folder(procgen: Procgen, tmp_path: Path) -> None:
    found = importlib.util.find_spec("procgen")
    assert found is not None
    assert found.origin is not None
    site, folder = Path(found.origin).parents[1], tmp_path / "Mazé scopé"
    shutil.copytree(site / "procgen", folder / "procgen", copy_function=os.symlink)
    for libraries in site.glob("procgen*.libs"):
        (folder / libraries.name).symlink_to(libraries)
    code = (
        f"import sys; sys.path[:0] = [{str(folder)!r}, {str(ROOT)!r}]\n"
        "from app.maze.procgen_client import Procgen\n"
        "import importlib.util; print(importlib.util.find_spec('procgen').origin)\n"
        "with Procgen() as game: print(game.level('easy', 7).grid.sum())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    origin, total = done.stdout.splitlines()
    assert str(folder) in origin
    assert int(total) == procgen.level("easy", 7).grid.sum()


def test_nothing_is_left_behind(procgen: Procgen) -> None:
    procgen.level("easy", 0)  # multiprocessing starts its resource tracker with the first process and keeps it
    # What other tests have left, games that have ended and garbage with descriptors of its own, goes now if it can.
    multiprocessing.active_children()
    gc.collect()
    me = psutil.Process()
    threads, files, children = threading.active_count(), me.num_fds(), me.children(recursive=True)
    game = Procgen()
    game.level("hard", 1)
    assert len(me.children(recursive=True)) == len(children) + 1
    game.close()
    assert game.pid is None
    assert threading.active_count() == threads
    assert me.num_fds() <= files, "more would be left behind; fewer are other tests', gone late"
    assert me.children(recursive=True) == children


def test_threads_share_one_process_and_get_their_own_answers(procgen: Procgen) -> None:
    alone = {seed: procgen.level("easy", seed) for seed in range(24)}
    with ThreadPoolExecutor(4) as pool:
        assert dict(zip(alone, pool.map(lambda seed: procgen.level("easy", seed), alone), strict=True)) == alone


def test_absence_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "procgen", None)
    assert not Procgen.available()
    game = Procgen()
    with pytest.raises(ProcgenError, match="not installed here"):
        game.level("easy", 0)
    assert game.pid is None


_PROGRAM = """
from app.maze.procgen_client import Procgen
import sys, time
if __name__ == "__main__":
    game = Procgen()
    game.observe([game.level("easy", 0)])
    {then}
"""


def _run(tmp_path: Path, then: str) -> subprocess.CompletedProcess[str]:
    program = tmp_path / "program.py"
    program.write_text(_PROGRAM.format(then=then))
    return subprocess.run(
        [sys.executable, "-W", "error", str(program)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_program_that_forgets_to_close_ends_and_nothing_was_said(tmp_path: Path) -> None:
    done = _run(tmp_path, "pass")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_procgen_ends_with_a_program_that_is_killed(tmp_path: Path) -> None:
    done = _run(tmp_path, "print(game.pid, flush=True); import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert done.returncode == -signal.SIGKILL
    pid = int(done.stdout)
    assert _until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
