"""The list of system packages, what installs them, and the Python that make takes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from widgets.startup import system_packages
from widgets.startup.system_packages import (
    SystemNeed,
    distribution,
    install_command,
    missing_needs,
    packages,
    system_needs,
)

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has these packages")


def test_the_list_says_what_debian_calls_everything() -> None:
    needs = system_needs()
    assert {need.purpose for need in needs} == {"python", "qt", "x11", "wayland", "test", "package"}
    assert all("debian" in need.packages for need in needs)
    assert len({(need.purpose, need.name) for need in needs}) == len(needs)
    venv = next(need for need in needs if need.name == "import:ensurepip")
    assert venv.packages == {"debian": f"python{sys.version_info.major}.{sys.version_info.minor}-venv"}


@LINUX
def test_what_is_missing_is_found_by_loading_running_and_importing(monkeypatch: pytest.MonkeyPatch) -> None:
    named = ["libc.so.6", "libnothing.so.4", "sh", "no-such-program", "import:json", "import:no_such_module"]
    needs = tuple(SystemNeed("test", name, {"debian": "some"}) for name in named)
    monkeypatch.setattr(system_packages, "system_needs", lambda: needs)
    assert [need.name for need in missing_needs("test")] == [
        "libnothing.so.4",
        "no-such-program",
        "import:no_such_module",
    ]
    assert missing_needs("qt") == ()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"ID": "debian"}, "debian"),
        ({"ID": "ubuntu", "ID_LIKE": "debian"}, "debian"),
        ({"ID": "linuxmint", "ID_LIKE": "ubuntu debian"}, "debian"),
        ({"ID": "fedora"}, "fedora"),
        ({"ID": "rocky", "ID_LIKE": "rhel centos fedora"}, "fedora"),
        ({"ID": "manjaro", "ID_LIKE": "arch"}, "arch"),
        ({"ID": "alpine"}, None),
        ({}, None),
    ],
)
def test_distributions_are_told_by_what_they_are_like(values: dict[str, str], expected: str | None) -> None:
    assert distribution(values) == expected


def test_one_command_installs_each_package_once(monkeypatch: pytest.MonkeyPatch) -> None:
    needs = [
        SystemNeed("qt", "liba.so.1", {"debian": "liba1", "fedora": "a"}),
        SystemNeed("qt", "libb.so.1", {"debian": "libb1", "fedora": "a"}),
        SystemNeed("test", "program", {"debian": "tools"}),
    ]
    assert packages(needs, "fedora") == ["a"]
    for user, sudo in ((0, ""), (1000, "sudo ")):
        monkeypatch.setattr(os, "geteuid", lambda user=user: user, raising=False)
        monkeypatch.setattr(system_packages, "distribution", lambda: "fedora")
        assert install_command(needs) == f"{sudo}dnf install a"
        assert install_command(needs[2:]) == ""
        monkeypatch.setattr(system_packages, "distribution", lambda: None)
        assert install_command(needs) == f"{sudo}apt-get install --no-install-recommends liba1 libb1 tools"


def python_found(tmp_path: Path, pythons: dict[str, str]) -> str:
    """The output of packaging/find_python.sh where these programs are all there is: their names and what they do."""
    for name, text in pythons.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    script = ROOT / "packaging" / "find_python.sh"
    done = subprocess.run(["/bin/sh", script], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=True)
    return done.stdout.strip().removeprefix(f"{tmp_path}/")


@pytest.mark.skipif(os.name == "nt", reason="make and sh are not Windows'")
def test_make_takes_the_newest_python_that_runs(tmp_path: Path) -> None:
    bare = 'case "$2" in *ensurepip*) exit 1;; esac'
    (tmp_path / "none").mkdir()
    assert python_found(tmp_path / "none", {"python3": "exit 1", "python3.10": "exit 0"}) == ""
    (tmp_path / "some").mkdir()
    pythons = {"python3.14": "exit 127", "python3.13": bare, "python3": "exit 0"}
    assert python_found(tmp_path / "some", pythons) == "python3", "one that makes environments is first"
    assert python_found(tmp_path / "some", {"python3.12": "exit 0"}) == "python3.12"
    assert python_found(tmp_path / "some", {"python3.12": "exit 1", "python3": "exit 1"}) == "python3.13"


def test_the_pythons_of_make_and_of_the_project_are_the_same() -> None:
    script = (ROOT / "packaging" / "find_python.sh").read_text("utf-8")
    assert "(3, 11) <= sys.version_info[:2] <= (3, 14)" in script
    assert 'requires-python = ">=3.11,<3.15"' in (ROOT / "pyproject.toml").read_text("utf-8")
    assert (3, 11) <= sys.version_info[:2] <= (3, 14)


@LINUX
def test_what_root_may_not_install_is_told_in_one_command() -> None:
    script = ROOT / "packaging" / "linux" / "install_packages.py"
    code = (
        "import os, runpy, sys\n"
        "from widgets.startup import system_packages as listed\n"
        "gone = listed.SystemNeed('qt', 'libnothing.so.1', {'debian': 'libnothing1'})\n"
        "listed.system_needs = lambda: (gone,)\n"
        "listed.distribution = lambda: 'debian'\n"
        "os.geteuid = lambda: 1000\n"
        "sys.argv = ['install_packages.py', 'run']\n"
        f"runpy.run_path({str(script)!r}, run_name='__main__')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == (
        "Not on this system: libnothing.so.1. What needs them is left out. "
        "To install what is missing: sudo apt-get install --no-install-recommends libnothing1\n"
    )
    wrong = subprocess.run([sys.executable, script, "window"], capture_output=True, text=True, check=False)
    assert (wrong.returncode, wrong.stderr) == (2, "Expected one of python, run, test, package.\n")


def test_without_qt_the_tests_of_the_window_are_one_skip_that_names_the_packages() -> None:
    code = (
        "import sys, pytest\n"
        "from widgets.startup import system_packages as listed\n"
        "gone = listed.SystemNeed('qt', 'libnothing.so.1', {'debian': 'libnothing1'})\n"
        "listed.system_needs = lambda: (gone,)\n"
        "listed.distribution = lambda: 'debian'\n"
        # As `make test` asks for them, by no name: what the window's tests import loads only where they are collected.
        "some = ['--ignore-glob=tests/[!iw]*', '--ignore=tests/interventions']\n"
        "sys.exit(pytest.main(['-p', 'no:cacheprovider', 'tests', *some]))\n"
    )
    environment = {key: value for key, value in os.environ.items() if key != "ALL_PACKAGES"}
    for strict, code_expected in (({}, 0), ({"ALL_PACKAGES": "1"}, 2)):
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**environment, **strict},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code_expected, done.stdout
        named = [line for line in done.stdout.splitlines() if "libnothing.so.1" in line]
        assert any("libnothing1" in line for line in named)
        if not strict:
            assert len(named) == 1
            assert named[0].startswith("SKIPPED [1]")
            assert "passed, 1 skipped" in done.stdout


def test_where_all_packages_are_meant_to_be_a_library_of_python_that_is_missing_fails_the_run() -> None:
    code = (
        "import sys, pytest\n"
        "sys.modules['sklearn'] = None\n"
        "sys.exit(pytest.main(['-p', 'no:cacheprovider', 'tests/studies/test_fit.py', 'tests/io/test_atomic.py']))\n"
    )
    environment = {**os.environ, "ALL_PACKAGES": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout
    assert "passed, 1 skipped" in done.stdout
    said = [line for line in done.stdout.splitlines() if line.startswith("LEFT OUT")]
    assert len(said) == 1
    assert "tests/studies/test_fit.py: fits need scikit-learn" in said[0]
