"""Starting: with a screen, without one, and with a library missing."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.skips import needs_libraries, needs_program
from widgets.startup import display_check, system_packages
from widgets.startup.system_packages import SystemNeed

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has machines without a screen")

SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET", "XDG_SESSION_TYPE", "QT_QPA_PLATFORM")


def run(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program in a process of its own, without the screen of this one."""
    kept = {key: value for key, value in os.environ.items() if key not in SCREENS}
    return subprocess.run(
        [sys.executable, str(ROOT / "main.py"), *arguments],
        cwd=cwd,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )


@LINUX
def test_without_a_screen_the_field_is_written_to_files(tmp_path: Path) -> None:
    done = run(cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (0, 1)
    assert "neither DISPLAY nor WAYLAND_DISPLAY is set" in done.stderr
    assert str(tmp_path / "mazescope-out") in done.stdout
    assert "For a window" in done.stdout
    assert {path.suffix for path in (tmp_path / "mazescope-out").iterdir()} == {".npz", ".png"}


@LINUX
def test_a_display_that_nobody_serves_is_no_screen(tmp_path: Path) -> None:
    needs_libraries("x11")
    done = run(DISPLAY=":4711", cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (0, 1)
    assert "nothing answers at DISPLAY=:4711" in done.stderr
    assert (tmp_path / "mazescope-out").is_dir()


@LINUX
def test_a_compositor_that_is_gone_is_no_screen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    needs_libraries("x11", "wayland")
    for name in SCREENS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-7")
    assert "nothing answers at WAYLAND_DISPLAY=wayland-7." in problem()
    monkeypatch.setenv("DISPLAY", ":4711")
    assert "nothing answers at WAYLAND_DISPLAY=wayland-7 nor at DISPLAY=:4711" in problem()


def problem() -> str:
    """The problem that keeps a window from opening; empty when there could be one."""
    found = display_check.screen_problem()
    return "" if found is None else found.problem


@LINUX
def test_a_screen_is_where_one_of_the_ways_that_qt_tries_answers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    needs_libraries("x11")
    for name in SCREENS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-7")
    monkeypatch.setattr(display_check, "missing_needs", lambda *_: ())
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
        assert "DISPLAY=" in problem()
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb;offscreen")
    assert display_check.screen_problem() is None


@LINUX
def test_missing_libraries_are_named_with_what_installs_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    monkeypatch.setattr(system_packages, "distribution", lambda: "debian")
    there = SystemNeed("qt", "libc.so.6", {"debian": "libc6"})
    gone = SystemNeed("x11", "libxcb-nothing.so.0", {"debian": "libxcb-nothing0", "fedora": "libxcb"})
    unused = SystemNeed("wayland", "libwayland-nothing.so.0", {"debian": "libwayland-nothing0"})
    monkeypatch.setattr(system_packages, "system_needs", lambda: (there, gone, unused))
    found = display_check.screen_problem()
    assert found is not None
    assert "the system library libxcb-nothing.so.0 is missing" in found.problem
    assert found.remedy.endswith("apt-get install --no-install-recommends libxcb-nothing0")


@LINUX
def test_the_list_of_libraries_is_complete() -> None:
    import PySide6

    plugin = Path(PySide6.__path__[0]) / "Qt" / "plugins" / "platforms" / "libqxcb.so"
    ldd = needs_program("ldd")
    found = subprocess.run([ldd, str(plugin)], capture_output=True, text=True, check=True).stdout
    wanted = {
        line.split()[0] for line in found.splitlines() if line.split()[0].startswith(("libxcb", "libxkb", "libX11"))
    }
    assert wanted
    assert wanted <= {need.name for need in system_packages.system_needs() if need.purpose in ("qt", "x11")}


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
    xvfb = needs_program("xvfb-run")
    needs_program("xauth")
    needs_libraries("x11")
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
