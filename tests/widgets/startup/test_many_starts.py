"""Fifty starts of the program at the same moment: one window, which opens the files of all."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.maze import maze_file
from app.maze.generator import level
from app.paths import HOME_VARIABLE
from tests.conftest import ROOT

STARTS = 50
PATIENCE = 600.0
"""Seconds for all of them: each loads Qt before it asks whether there is a window."""

TELLING = """
import os, runpy, sys
from widgets.files.opening import Files
open_paths = Files.open_paths
def told(self, paths):
    found = list(paths)
    print(*(path.name for path in found), flush=True)
    open_paths(self, found)
Files.open_paths = told
sys.argv = ["main.py", *sys.argv[1:]]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.mark.full
@pytest.mark.timeout(900)
@pytest.mark.skipif(sys.platform == "win32", reason="counts what the processes print over pipes of Unix")
def test_fifty_starts_at_once_have_one_window_and_no_file_is_lost(tmp_path: Path) -> None:
    names = [f"maze-{number}.json" for number in range(STARTS)]
    for number, name in enumerate(names):
        maze_file.save(tmp_path / name, level(15, number))
    env = {
        **os.environ,
        HOME_VARIABLE: str(tmp_path / "home"),
        "XDG_RUNTIME_DIR": "",
        "QT_QPA_PLATFORM": "offscreen",
        "OMP_NUM_THREADS": "1",
    }
    log, errors = (tmp_path / "out").open("w+"), (tmp_path / "err").open("w+")
    command = [sys.executable, "-c", TELLING]
    starts = [
        subprocess.Popen([*command, str(tmp_path / name)], cwd=ROOT, env=env, stdout=log, stderr=errors)
        for name in names
    ]
    try:
        deadline = time.monotonic() + PATIENCE
        opened: list[str] = []
        while len(opened) < STARTS or sum(start.poll() is None for start in starts) > 1:
            assert time.monotonic() < deadline, f"opened {opened}, ended {[start.poll() for start in starts]}"
            time.sleep(0.2)
            opened = (tmp_path / "out").read_text().split()
        assert sorted(opened) == sorted(names)
        # Two windows would both still be there.
        assert sorted(start.poll() is None for start in starts) == [False] * (STARTS - 1) + [True]
        assert {start.returncode for start in starts} == {0, None}
        said = [line for line in (tmp_path / "err").read_text().splitlines() if "This plugin does not" not in line]
        assert said == []
    finally:
        for start in starts:
            start.kill()
            start.wait()
        log.close()
        errors.close()
