"""Smoke test of the frozen program: run by `make package-test`, from the folders, homes and networks that users have.

    python packaging/smoke_test.py [--no-deb]

Every start is the program's own `--smoke-test`, which opens a policy, edits a wall, computes the field, saves and
reopens a session and asks a study. It must end with 0, print its line of JSON and nothing on stderr, and leave nothing
outside the home folder it was given.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import project
import screens

PATIENCE = 300
VARIABLE_KEYS = ("milliseconds", "seconds", "platform", "device")
"""Differences that two smoke tests may have: times, and where they ran."""


class SmokeError(Exception):
    """The sentence that says what is wrong."""


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a fresh login: a home, a path, a language, and nothing of the developer's."""
    home.mkdir(parents=True, exist_ok=True)
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP", "WINDIR") if name in os.environ}
    temporary = home.parent / f"{home.name} tmp"
    temporary.mkdir(exist_ok=True)
    path = os.environ["PATH"] if sys.platform == "win32" else "/usr/bin:/bin"
    found = {"HOME": str(home), "PATH": path, "LANG": "C.UTF-8", "TMPDIR": str(temporary)}
    return {**kept, **found, **more}


def run(command: list[str], env: dict[str, str], cwd: Path) -> dict[str, object]:
    """Run one smoke test; what it printed.

    Raises:
        SmokeError: for another exit code than 0, any word on stderr, or output that is not one JSON object.
    """
    done = subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, timeout=PATIENCE, check=False)
    if done.returncode != 0:
        raise SmokeError(f"it ended with {done.returncode}: {done.stderr.strip()[-2000:]}")
    if done.stderr.strip():
        raise SmokeError(f"it wrote to stderr: {done.stderr.strip()[:2000]}")
    try:
        return json.loads(done.stdout)
    except ValueError:
        raise SmokeError(f"it printed {done.stdout[:500]!r}, expected one JSON object") from None


@contextmanager
def untouched(folder: Path) -> Iterator[None]:
    """Guard a folder: nothing below it may be made, changed or removed meanwhile.

    Raises:
        SmokeError: when something was.
    """
    before = _snapshot(folder)
    yield
    after = _snapshot(folder)
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    if changed:
        raise SmokeError(f"it changed files outside the home folder: {', '.join(changed[:5])}")


def _snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path): (path.lstat().st_size, path.lstat().st_mtime_ns) for path in folder.rglob("*") if not path.is_dir()
    }


def same(first: dict[str, object], second: dict[str, object]) -> None:
    """Two smoke tests found the same.

    Raises:
        SmokeError: naming what differs.
    """
    differing = [key for key in first if key not in VARIABLE_KEYS and first[key] != second.get(key)]
    if differing:
        shown = ", ".join(f"{key}: {first[key]} and {second.get(key)}" for key in differing)
        raise SmokeError(f"two runs that should agree do not: {shown}")


class Tests:
    """The tests, in the order in which they run; each is a method that returns a sentence on what was seen."""

    def __init__(self, bundle: Path, folder: Path) -> None:
        self.folder = folder
        self.bundle = folder / "Mazé scope" / bundle.name
        shutil.copytree(bundle, self.bundle, symlinks=True)
        self.command = [str(project.program(self.bundle)), "--smoke-test"]
        self.first: dict[str, object] = {}

    def test_offscreen_from_a_folder_with_a_space_and_an_accent(self) -> str:
        """An empty home, a bundle that may not be written to, no screen."""
        home = self.folder / "an empty home"
        with untouched(self.bundle):
            self.first = run(self.command, environment(home, QT_QPA_PLATFORM="offscreen"), self.folder)
        if self.first["session"] != "saved and reloaded":
            raise SmokeError(f"the session was {self.first['session']!r}")
        return f"{self.first['squares']} squares in {self.first['milliseconds']} ms, {self.first['seconds']} s in all"

    def test_writes_only_where_the_user_has_said(self) -> str:
        """Files opened for writing, seen by strace, are below the home or the temporary folder, or are no files."""
        tracer = shutil.which("strace")
        if tracer is None:
            return "skipped: strace is not installed here"
        home, log = self.folder / "a traced home", self.folder / "opened.txt"
        env = environment(home, QT_QPA_PLATFORM="offscreen")
        watched = (
            "openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,symlink,symlinkat,link,linkat"
        )
        traced = [tracer, "-f", "--seccomp-bpf", "-qq", "-e", f"trace={watched}", "-o", str(log), *self.command]
        run(traced, env, self.folder)
        allowed = (str(home), env["TMPDIR"], "/dev/", "/proc/", "/sys/")
        found = sorted(set(_written(log.read_text("utf-8", "replace"))))
        outside = [name for name in found if not name.startswith(allowed)]
        if outside:
            raise SmokeError(f"it wrote to {', '.join(outside[:5])}")
        return f"{len(found)} files and folders made, all of them the user's own"

    def test_without_a_network(self) -> str:
        """The same in a network namespace of its own, which not even has a loopback."""
        if not sys.platform.startswith("linux"):
            return "skipped: network namespaces are Linux's"
        alone = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--net"]
        if shutil.which("unshare") is None or subprocess.run([*alone, "true"], capture_output=True).returncode != 0:
            return "skipped: network namespaces are not allowed here"
        env = environment(self.folder / "an offline home", QT_QPA_PLATFORM="offscreen")
        same(self.first, run([*alone, *self.command], env, self.folder))
        return "the same without any network"

    def test_levels_by_seed(self) -> str:
        """Levels of seeds are as from source, and the game that they are those of is not inside."""
        parts = ("procgen", "gym", "libQt5")
        # The licence of the pictures is a text of that name.
        inside = [path.name for path in self.bundle.rglob("*") if path.name.startswith(parts) and path.suffix != ".txt"]
        if inside:
            raise SmokeError(f"parts of procgen are in the program: {', '.join(sorted(inside)[:5])}")
        pictures = []
        for name in ("frozen", "source"):
            out = self.folder / f"fields {name}"
            self._printed(name, "field", "--world", "easy", "--seeds", "0:2", "--format", "png,csv", "--out", str(out))
            pictures.append({path.name: path.read_bytes() for path in out.glob("*.png")})
        if not pictures[0] or pictures[0].keys() != pictures[1].keys():
            raise SmokeError(f"`field` wrote {sorted(pictures[0])} frozen, and {sorted(pictures[1])} from source")
        for name in pictures[0]:
            screens.compare(pictures[0][name], pictures[1][name], name)
        return f"{len(pictures[0])} levels of seeds, their pictures as from source; no procgen inside"

    def test_a_table_of_levels(self) -> str:
        """`study levels` writes the Parquet file that it writes from source."""
        tables = []
        for name in ("frozen", "source"):
            out = self.folder / f"levels {name}.parquet"
            self._printed(name, "study", "levels", "--seeds", "0:300", "--out", str(out))
            tables.append(out.read_bytes())
        if tables[0] != tables[1]:
            raise SmokeError("`study levels` wrote another file frozen than from source")
        return f"300 levels as {len(tables[0])} bytes of Parquet, the same as from source"

    def test_studies(self) -> str:
        """Every study is inside, and one finds what it finds from source."""
        listed = self._printed("frozen", "study", "--help").partition("studies:")[2]
        names = [line.split()[0] for line in listed.splitlines() if line.startswith("  ")]
        for name in names:
            self._printed("frozen", "study", name, "--help")
        found = [
            json.loads(self._printed(name, "study", "push", "--seeds", "0:8", "--json"))
            for name in ("frozen", "source")
        ]
        same(found[0], found[1])
        return f"{len(names)} studies, one of them with n = {found[0]['n']} as from source"

    def _printed(self, which: str, *arguments: str) -> str:
        """The output of a command without a window, frozen or from source.

        Raises:
            SmokeError: for another exit code than 0, or any word on stderr.
        """
        command = [self.command[0]] if which == "frozen" else screens.from_source()
        env = environment(self.folder / f"{which} command home")
        done = subprocess.run(
            [*command, *arguments],
            env=env,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        if done.returncode != 0 or done.stderr.strip():
            called = " ".join(arguments[:2])
            raise SmokeError(f"{which}: `{called}` ended with {done.returncode}: {done.stderr.strip()[-1000:]}")
        return done.stdout

    def test_in_an_x_window(self) -> str:
        """A real window in an X server shows what `python main.py` shows there."""
        missing = screens.missing()
        if missing:
            return f"skipped: {missing} is not installed here"
        shots = []
        for name, command in (("frozen", self.command), ("source", [*screens.from_source(), "--smoke-test"])):
            picture = self.folder / f"{name}.png"
            env = environment(self.folder / f"{name} window home", MAZESCOPE_SCREENSHOT=str(picture))
            found = run(screens.inside_x(command, env.pop("TMPDIR")), env, self.folder)
            if found["platform"] != "xcb":
                raise SmokeError(f"Qt's platform was {found['platform']!r}, expected 'xcb'")
            same(self.first, found)
            shots.append(picture.read_bytes())
        kept = project.BUILD / "smoke-test.png"
        kept.write_bytes(shots[0])
        share = screens.compare(shots[0], shots[1], "the window")
        return f"{share:.2%} of the pixels differ from those of `python main.py`"


def _written(trace: str) -> Iterator[str]:
    """Paths that a strace log shows as opened for writing, made, moved or removed, without what failed."""
    for line in trace.splitlines():
        _, _, call = line.partition(" ")
        name = call.lstrip().partition("(")[0]
        if " = -1 " in line or '"' not in call:
            continue
        if name in ("open", "openat") and not any(
            flag in call for flag in ("O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC")
        ):
            continue
        for path in call.split('"')[1::2]:
            if path.startswith("/"):
                yield (
                    path.encode("latin-1", "replace")
                    .decode("unicode_escape")
                    .encode("latin-1")
                    .decode("utf-8", "replace")
                )


def main() -> int:
    """Run every test; 0 when none failed."""
    parser = argparse.ArgumentParser(description="Test the frozen program and its installers.")
    parser.add_argument("--bundle", type=Path, default=project.BUNDLE, help="the frozen program's folder")
    parser.add_argument("--no-installers", action="store_true", help="do not install anything")
    arguments = parser.parse_args()
    if not project.program(arguments.bundle).exists():
        print(f"No frozen program was found in {arguments.bundle}; `make package` builds one.", file=sys.stderr)
        return 2
    failed = 0
    with tempfile.TemporaryDirectory(prefix="mazescope package test ") as folder:
        tests = Tests(arguments.bundle.resolve(), Path(folder))
        found: list[Callable[[], str]] = [getattr(tests, name) for name in vars(Tests) if name.startswith("test_")]
        if not arguments.no_installers and sys.platform.startswith("linux"):
            import installer_tests

            found += installer_tests.all_tests(tests.folder, tests)
        for test in found:
            title = test.__name__.removeprefix("test_").replace("_", " ")
            try:
                print(f"ok    {title}: {test()}", flush=True)
            except (SmokeError, screens.PictureError, subprocess.TimeoutExpired) as error:
                failed += 1
                print(f"FAIL  {title}: {error}", flush=True)
    print(f"{len(found) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
