"""Fingerprint of the packaging's inputs as last built and tested, kept in verified.json.

    python packaging/verified.py check     exit 0 when verified.json speaks of exactly these inputs
    python packaging/verified.py write     after a build and a smoke test that passed

The inputs are packaging/, main.py, app/paths.py, the version and the requirements: a change of them may break the
frozen program while every other test passes. Everything else that goes into it is tested from source.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import project

RECORD = project.HERE / "verified.json"
SINGLE = ("main.py", "app/__init__.py", "app/paths.py", "requirements.txt")
IGNORED = {
    *("verified.json", "verified.py", "README.md", "release.py", "startup_bench.py"),
    *("find_python.sh", "install_packages.py"),
}
"""Files of this folder that neither build nor test the program."""


def inputs() -> list[Path]:
    """The files that count, in a fixed order."""
    folder = [
        path
        for path in project.HERE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.name not in IGNORED
    ]
    return sorted([*folder, *(project.ROOT / name for name in SINGLE)])


def fingerprints() -> dict[str, str]:
    """Path and SHA-256 of each input's contents."""
    return {path.relative_to(project.ROOT).as_posix(): hashlib.sha256(_contents(path)).hexdigest() for path in inputs()}


def _contents(path: Path) -> bytes:
    """The bytes of a file that count: with line ends as every checkout has them, of requirements without comments."""
    lines = path.read_bytes().splitlines()
    if path.name == "requirements.txt":
        lines = [line for line in lines if line.strip() and not line.startswith(b"#")]
    return b"\n".join(lines)


def changed() -> list[str]:
    """The inputs that differ from those of the last verified build."""
    now = fingerprints()
    try:
        then = json.loads(RECORD.read_text("utf-8"))
    except (OSError, ValueError):
        then = {}
    return sorted(name for name in now.keys() | then.keys() if now.get(name) != then.get(name))


def main() -> int:
    """The command line."""
    task = sys.argv[1] if len(sys.argv) == 2 else ""
    if task == "write":
        RECORD.write_text(json.dumps(fingerprints(), indent=1) + "\n", "utf-8")
        return 0
    if task == "check":
        found = changed()
        if found:
            more = f" and {len(found) - 3} more" if len(found) > 3 else ""
            print(f"changed since the last verified build: {', '.join(found[:3])}{more}")
        return 1 if found else 0
    print("Expected `check` or `write`.", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
