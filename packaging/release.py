"""The last step of `make release`: checksums and a manifest of the files in dist/.

SHA256SUMS is what `sha256sum --check` reads; manifest.json says of each file what it is, how large, and from which
commit and with which packages it was made.
"""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import project

KINDS = {
    ".deb": "Debian package",
    ".run": "self-extracting installer for one user",
    ".exe": "Windows installer",
    ".dmg": "macOS disk image",
}


def commit() -> str:
    """The commit that is checked out, with "+" when files differ from it; empty without git."""
    try:
        found = subprocess.run(
            ["git", "-C", str(project.ROOT), "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty=+"],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return found.stdout.strip()


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def manifest(files: list[Path]) -> dict[str, object]:
    """The release as JSON holds it."""
    return {
        "name": project.TITLE,
        "version": project.version(),
        "commit": commit(),
        "built_on": platform.platform(),
        "files": [
            {"name": path.name, "kind": KINDS[path.suffix], "bytes": path.stat().st_size, "sha256": digest(path)}
            for path in files
        ],
        "packages": {found.metadata["Name"]: found.version for found in distributions()},
    }


def main() -> int:
    """Write both files."""
    version = project.version()
    files = sorted(path for path in project.DIST.glob("*") if path.suffix in KINDS)
    stale = [path.name for path in files if version not in path.name]
    if stale:
        print(
            f"dist/ holds {', '.join(stale)}, which are not of version {version}; remove them first.", file=sys.stderr
        )
        return 2
    if not files:
        print("dist/ holds no installer; `make package` makes them.", file=sys.stderr)
        return 2
    changes = (project.ROOT / "CHANGELOG.md").read_text("utf-8")
    if f"\n## {version}\n" not in changes:
        print(f"CHANGELOG.md was expected to have a section for {version}; none was found.", file=sys.stderr)
        return 2
    described = manifest(files)
    (project.DIST / "manifest.json").write_text(json.dumps(described, indent=1, ensure_ascii=False) + "\n", "utf-8")
    (project.DIST / "CHANGELOG.md").write_text(changes, "utf-8")
    listed = [*files, project.DIST / "manifest.json", project.DIST / "CHANGELOG.md"]
    sums = "".join(f"{digest(path)}  {path.name}\n" for path in listed)
    (project.DIST / "SHA256SUMS").write_text(sums, "utf-8")
    print(sums, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
