"""Build the frozen program and, on Linux, its installers: what `make package` runs, in an environment of its own.

The order: icons and Windows' version resource, PyInstaller, the stand-ins for what stays out, stripping, licence texts,
checks, installers. Any check that fails ends the build before an installer is made.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import checks
import encoders
import icons
import licences
import project
import stand_ins
import versions_resource

WITH_SYMBOLS = ("torch/lib/*.so", "libpython3*", "python3*/lib-dynload/*.so", "pyarrow/*.so", "pyarrow/*.so.*")
"""Libraries that come with debugging symbols, a tenth of the program's size."""


def freeze() -> Path:
    """Run PyInstaller and finish what it made; the frozen program's folder."""
    prepared = project.BUILD / "prepared"
    shutil.rmtree(prepared, ignore_errors=True)
    icons.write_icons(prepared / "icons")
    versions_resource.write(prepared / "version.txt")
    log = project.BUILD / "pyinstaller.log"
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--distpath", str(project.BUILD)]
    command += ["--workpath", str(project.BUILD / "work"), str(project.HERE / "mazescope.spec")]
    # A fixed seed makes the order of sets in compiled files, and so the files, the same in every build.
    environment = {**os.environ, "PYTHONHASHSEED": "1", "QT_QPA_PLATFORM": "offscreen"}
    with log.open("w", encoding="utf-8") as output:
        done = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, env=environment, check=False)
    if done.returncode != 0:
        print("\n".join(log.read_text("utf-8").splitlines()[-30:]), file=sys.stderr)
        raise SystemExit(f"PyInstaller failed; {log.relative_to(project.ROOT)} has the whole of what it said.")
    inside = project.BUNDLE / "_internal"
    if sys.platform.startswith("linux"):
        encoders.replace_encoders(inside / "av.libs")
        stand_ins.replace_unused(inside)
        _strip(inside)
    site = Path(next(path for path in sys.path if path.endswith("site-packages")))
    text_folder = project.BUNDLE / "Contents" / "Resources" if sys.platform == "darwin" else project.BUNDLE
    found = licences.collect(licences.read_origins(), site, text_folder / "licences")
    print(f"licences of {len(found)} parts gathered")
    return project.BUNDLE


def _strip(inside: Path) -> None:
    libraries = [path for pattern in WITH_SYMBOLS for path in inside.glob(pattern) if not path.is_symlink()]
    subprocess.run(["strip", "--strip-unneeded", *libraries], check=True)


def report(bundle: Path) -> None:
    """Print the size of the program and its ten largest parts; end the build if it must not be distributed.

    Raises:
        SystemExit: with every reason.
    """
    print(f"{bundle.relative_to(project.ROOT)}: {checks.size(bundle):.0f} MB unpacked; its ten largest parts:")
    for name, megabytes in checks.largest_parts(bundle):
        print(f"  {megabytes:7.1f} MB  {name}")
    found = checks.problems(bundle, (project.BUILD / "pyinstaller.log").read_text("utf-8"))
    if found:
        raise SystemExit("\n".join(found))


def installers(bundle: Path) -> list[Path]:
    """Make this system's installers from a frozen program, into dist/.

    Raises:
        SystemExit: when one is too large.
    """
    sys.path.insert(0, str(project.HERE / "linux"))
    import deb
    import self_extracting

    project.DIST.mkdir(exist_ok=True)
    made = [deb.build(bundle, project.DIST), self_extracting.build(bundle, project.DIST)]
    for path in made:
        megabytes = path.stat().st_size / checks.MEGABYTE
        print(f"{path.relative_to(project.ROOT)}: {megabytes:.0f} MB")
        if megabytes > checks.PACKED:
            raise SystemExit(f"{path.name} takes {megabytes:.0f} MB; at most {checks.PACKED} were expected.")
    return made


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Build the frozen program and its installers.")
    parser.add_argument("--only", choices=["freeze", "installers"], help="one step of the two")
    only = parser.parse_args().only
    project.BUILD.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    if only != "installers":
        report(freeze())
    if only != "freeze" and sys.platform.startswith("linux"):
        installers(project.BUNDLE)
    print(f"built in {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
