"""Starts without a home folder, a name of the user, or a folder that can be written to: the program runs."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.paths import HOME_VARIABLE
from tests.conftest import ROOT
from widgets.services import log_file

NO_ENTRY = """
import pwd, runpy, sys
def none(_user):
    raise KeyError("no such user")
pwd.getpwuid = pwd.getpwnam = none
from widgets.shell.message_bar import MessageBar
say = MessageBar.say
def told(self, kind, sentence, *more, **named):
    print(sentence)
    say(self, kind, sentence, *more, **named)
MessageBar.say = told
# With a file there is no tour.
sys.argv = ["main.py", "--new-window", "assets/samples/solved.json"]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no passwd")
@pytest.mark.parametrize(
    ("odd", "sentence"),
    [
        ({"TMPDIR": "FOLDER"}, "No home folder is known"),
        (dict.fromkeys(("XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"), "NOWHERE"), "unsaved work is lost"),
        pytest.param({"HOME": "relative", "TMPDIR": "NOWHERE"}, "No home folder", marks=pytest.mark.full),
        pytest.param({"HOME": "NOWHERE", "TMPDIR": "NOWHERE"}, "unsaved work is lost", marks=pytest.mark.full),
        pytest.param({"HOME": "FOLDER", "XDG_STATE_HOME": "NOWHERE"}, "Autosave cannot write", marks=pytest.mark.full),
        pytest.param({"HOME": "FOLDER", "XDG_CACHE_HOME": "NOWHERE"}, "", marks=pytest.mark.full),
        pytest.param({"HOME": "FOLDER", "XDG_CONFIG_HOME": "NOWHERE"}, "is remembered", marks=pytest.mark.full),
        pytest.param({"HOME": "FOLDER", "XDG_RUNTIME_DIR": "NOWHERE"}, "", marks=pytest.mark.full),
        pytest.param({"MAZESCOPE_HOME": "NOWHERE"}, "unsaved work is lost", marks=pytest.mark.full),
    ],
)
def test_the_window_opens_tells_one_sentence_and_prints_nothing(
    tmp_path: Path, odd: dict[str, str], sentence: str
) -> None:
    (tmp_path / "a file").write_text("")
    places = {"FOLDER": str(tmp_path), "NOWHERE": str(tmp_path / "a file" / "below it")}
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", NO_ENTRY],
        cwd=ROOT,
        env={
            **kept,
            **{name: places.get(value, value) for name, value in odd.items()},
            "QT_QPA_PLATFORM": "offscreen",
            "MAZESCOPE_STARTED": str(time.time()),
            "OMP_NUM_THREADS": "1",
        },
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    said = [line for line in done.stderr.splitlines() if not line.startswith("This plugin does not support")]
    assert (done.returncode, said) == (0, [])
    *told, times = done.stdout.splitlines()
    assert set(json.loads(times)) == {"window", "field"}
    *problems, policy = told
    assert policy.startswith("Opened the policy")
    assert [sentence in problem for problem in problems] == [True] * bool(sentence)
    assert not (ROOT / "~").exists()


def test_a_log_that_cannot_be_written_is_no_log_and_a_record_has_a_length(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    logger = logging.getLogger("mazescope")
    before = tuple(logger.handlers)
    for handler in before:
        logger.removeHandler(handler)
    try:
        log_file.start_log()
        # A folder where the file should be: the system refuses, whoever runs the test.
        log_file.log_file().mkdir()
        log_file.log_error("lost")
        log_file.log_file().rmdir()
        log_file.log_error("a" * 10**6)
        assert len(log_file.log_file().read_text()) < log_file.LONGEST_RECORD + 100
    finally:
        log_file.stop_log()
        for handler in before:
            logger.addHandler(handler)
    assert capsys.readouterr().err == ""
