"""The .deb and the .run: installed, used and removed again."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import project
import smoke_test
from smoke_test import SmokeError, Tests

SYSTEM = Path("/usr/share")


def all_tests(folder: Path, program: Tests) -> list[Callable[[], str]]:
    """The tests of the installers that lie in dist/, or one that says what is missing."""
    tests = InstallerTests(folder, program)
    return [tests.test_deb, tests.test_deb_installed_used_and_removed, tests.test_run_without_root]


def _done(command: list[str], env: dict[str, str] | None = None, cwd: Path | None = None) -> str:
    """The output of a command.

    Raises:
        SmokeError: when it ended with another code than 0.
    """
    done = subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode != 0:
        raise SmokeError(
            f"`{' '.join(command[:3])} ...` ended with {done.returncode}: {(done.stderr or done.stdout)[-1500:]}"
        )
    return done.stdout


class InstallerTests:
    """The files that `make package` made for Linux."""

    def __init__(self, folder: Path, program: Tests) -> None:
        self.folder, self.program = folder, program

    def _made(self, pattern: str) -> Path:
        found = sorted(project.DIST.glob(pattern))
        if not found:
            raise SmokeError(f"no {pattern} was found in dist/; `make package` makes one")
        return found[-1]

    def test_deb(self) -> str:
        """All parts are in their places, and their descriptions validate."""
        package = self._made(f"{project.NAME}_{project.version()}_*.deb")
        unpacked = self.folder / "deb"
        _done(["dpkg-deb", "--raw-extract", str(package), str(unpacked)])
        share = unpacked / "usr" / "share"
        checked = ["layout"]
        for path in unpacked.rglob("*"):
            mode = path.lstat().st_mode & 0o777
            if not path.is_symlink() and mode & 0o022:
                raise SmokeError(f"{path.relative_to(unpacked)} may be written to by others")
        if any((unpacked / "DEBIAN" / name).exists() for name in ("preinst", "postinst", "prerm", "postrm")):
            raise SmokeError("it has maintainer scripts, which were not expected")
        if shutil.which("desktop-file-validate"):
            _done(["desktop-file-validate", str(share / "applications" / "mazescope.desktop")])
            checked.append("menu entry")
        if shutil.which("appstreamcli"):
            _done(["appstreamcli", "validate", "--no-net", str(next(share.glob("metainfo/*.xml")))])
            _done(["appstreamcli", "validate-tree", "--no-net", str(unpacked)])
            checked.append("AppStream metadata")
        if shutil.which("update-mime-database"):
            _done(["update-mime-database", str(share / "mime")])
            checked.append("file types")
        return f"{', '.join(checked)} are valid"

    def test_deb_installed_used_and_removed(self) -> str:
        """As root: apt installs it, /usr/bin/mazescope works, and purging it leaves nothing."""
        if os.geteuid() != 0 or shutil.which("apt-get") is None:
            return "skipped: needs root on a Debian system"
        if subprocess.run(["dpkg", "-s", project.NAME], capture_output=True, check=False).returncode == 0:
            raise SmokeError("a mazescope is installed here already; remove it first")
        package = self._made(f"{project.NAME}_{project.version()}_*.deb")
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        apt = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
        try:
            _done([*apt, str(package)], quiet)
            files = [Path(line) for line in _done(["dpkg", "-L", project.NAME]).splitlines()]
            env = smoke_test.environment(self.folder / "a home next to the deb", QT_QPA_PLATFORM="offscreen")
            command = [f"/usr/bin/{project.NAME}", "--smoke-test"]
            with smoke_test.untouched(Path("/usr/lib") / project.NAME):
                smoke_test.same(self.program.first, smoke_test.run(command, env, self.folder))
            known = self._known_to_the_desktop(SYSTEM)
        finally:
            _done(["dpkg", "--purge", project.NAME], quiet)
        left = [path for path in files if project.NAME in path.name and path.exists()]
        if left or (Path("/usr/lib") / project.NAME).exists():
            raise SmokeError(f"purging left {', '.join(map(str, left[:5])) or '/usr/lib/mazescope'} behind")
        if known and self._known_to_the_desktop(SYSTEM):
            raise SmokeError("the desktop still knows its file types after purging")
        return f"{len(files)} files installed, used and removed" + (", file types too" if known else "")

    def _known_to_the_desktop(self, share: Path) -> bool:
        """True if the file types are in the databases that desktops read. Both are made by tools that may be missing.

        Raises:
            SmokeError: when only one of the two knows them.
        """
        types, programs = share / "mime" / "globs2", share / "applications" / "mimeinfo.cache"
        if not (shutil.which("update-mime-database") and shutil.which("update-desktop-database")):
            return False
        knows = [path.exists() and word in path.read_text("utf-8") for path, word in (
            (types, "application/x-mazescope-session:*.mazescope"),
            (programs, "application/x-mazescope-session=mazescope.desktop"),
        )]  # fmt: skip
        if any(knows) != all(knows):
            raise SmokeError(f"{types} and {programs} do not agree on Mazescope's file types")
        return all(knows)

    def test_run_without_root(self) -> str:
        """Into a home with a space and an accent; used; installed again over itself; removed."""
        script = self._made(f"{project.stem()}.run")
        home = self.folder / "Zoé's home"
        env = smoke_test.environment(home, QT_QPA_PLATFORM="offscreen")
        _done(["sh", str(script), "--check"], env)
        damaged = self.folder / "damaged.run"
        data = bytearray(script.read_bytes())
        data[-1000] ^= 1
        damaged.write_bytes(data)
        if subprocess.run(["sh", damaged], env=env, capture_output=True, check=False).returncode == 0 or any(
            home.rglob("*")
        ):
            raise SmokeError("a damaged file was installed")
        for _ in ("first", "again"):
            _done(["sh", str(script)], env, self.folder)
        started = home / ".local" / "bin" / project.NAME
        smoke_test.same(self.program.first, smoke_test.run([str(started), "--smoke-test"], env, self.folder))
        entry = home / ".local" / "share" / "applications" / "mazescope.desktop"
        prefix = home / ".local" / "opt" / project.NAME
        if f'Exec="{prefix}/mazescope" %F' not in entry.read_text("utf-8"):
            raise SmokeError(f"the menu entry does not start {prefix}/mazescope")
        if shutil.which("desktop-file-validate"):
            _done(["desktop-file-validate", str(entry)])
        self._known_to_the_desktop(home / ".local" / "share")
        _done([str(prefix / "uninstall")], env)
        left = [path for path in home.rglob("*") if project.NAME in path.name and not path.is_dir()]
        if left or prefix.exists():
            raise SmokeError(f"uninstalling left {', '.join(map(str, left[:5])) or prefix} behind")
        return "installed twice, used, removed; a damaged file is refused"
