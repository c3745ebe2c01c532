"""Starting: with a screen, without one, and with a library missing."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from widgets.startup import display_check

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has machines without a screen")

SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET", "XDG_SESSION_TYPE", "QT_QPA_PLATFORM")


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program in a process of its own, without the screen of this one."""
    kept = {key: value for key, value in os.environ.items() if key not in SCREENS}
    return subprocess.run(
        [sys.executable, "main.py", *arguments],
        cwd=ROOT,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )


@LINUX
def test_without_a_screen_a_sentence_names_the_headless_command() -> None:
    done = run()
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert "main.py field" in done.stderr


@LINUX
def test_a_display_that_nobody_serves_is_no_screen() -> None:
    done = run(DISPLAY=":4711")
    assert done.returncode == 2
    assert "nothing answers at DISPLAY=:4711" in done.stderr


@LINUX
def test_a_compositor_that_is_gone_is_no_screen(tmp_path: Path) -> None:
    done = run(WAYLAND_DISPLAY="wayland-7", XDG_RUNTIME_DIR=str(tmp_path))
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "nothing answers at WAYLAND_DISPLAY=wayland-7" in done.stderr
    done = run(WAYLAND_DISPLAY="wayland-7", DISPLAY=":4711")
    assert done.returncode == 2
    assert "nothing answers at WAYLAND_DISPLAY=wayland-7 nor at DISPLAY=:4711" in done.stderr


@LINUX
def test_a_screen_is_where_one_of_the_ways_that_qt_tries_answers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in SCREENS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-7")
    monkeypatch.setattr(display_check, "missing_libraries", lambda _: [])
    assert display_check.screen_problem() is not None
    with socket.socket(socket.AF_UNIX) as compositor:
        # What a compositor that has crashed leaves behind answers nobody.
        compositor.bind(str(tmp_path / "wayland-7"))
        assert display_check.screen_problem() is not None
        compositor.listen()
        assert display_check.screen_problem() is None
        monkeypatch.setenv("QT_QPA_PLATFORM", "wayland-egl")
        assert display_check.screen_problem() is None
        monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
        assert "DISPLAY=" in str(display_check.screen_problem())
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb;offscreen")
    assert display_check.screen_problem() is None


@LINUX
def test_missing_libraries_are_named_with_their_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setattr(display_check, "_EVERYWHERE", ("libc.so.6", "libxcb-nothing.so.0"))
    problem = display_check.screen_problem()
    assert problem is not None
    assert "libxcb-nothing.so.0" in problem
    assert "libxcb-nothing0" in problem
    assert "libc.so.6" not in problem
    assert "main.py field" in problem


@LINUX
def test_the_list_of_libraries_is_complete() -> None:
    import PySide6

    plugin = Path(PySide6.__path__[0]) / "Qt" / "plugins" / "platforms" / "libqxcb.so"
    ldd = shutil.which("ldd")
    if ldd is None:
        pytest.skip("needs ldd")
    found = subprocess.run([ldd, str(plugin)], capture_output=True, text=True, check=True).stdout
    wanted = {
        line.split()[0] for line in found.splitlines() if line.split()[0].startswith(("libxcb", "libxkb", "libX11"))
    }
    assert wanted
    assert wanted <= set(display_check._EXPECTED_LIBRARIES)


def check_smoke_test(done: subprocess.CompletedProcess[str]) -> dict[str, object]:
    assert done.stderr == ""
    assert done.returncode == 0
    report: dict[str, object] = json.loads(done.stdout)
    assert report["session"] == "saved and reloaded"
    return report


def test_the_smoke_test_without_a_screen() -> None:
    assert check_smoke_test(run("--smoke-test"))["platform"] == "offscreen"


@LINUX
def test_the_smoke_test_with_a_display_that_nobody_serves() -> None:
    assert check_smoke_test(run("--smoke-test", DISPLAY=":4711"))["platform"] == "offscreen"


@pytest.mark.xvfb
def test_the_real_window_in_an_x_server() -> None:
    xvfb = shutil.which("xvfb-run")
    if xvfb is None:
        pytest.skip("needs xvfb-run, which is not installed")
    kept = {key: value for key, value in os.environ.items() if key not in ("WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    done = subprocess.run(
        [xvfb, "-a", sys.executable, "main.py", "--smoke-test"],
        cwd=ROOT,
        env=kept,
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    assert check_smoke_test(done)["platform"] == "xcb"
