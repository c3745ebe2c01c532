"""The .run: one file that installs the program below the home folder, without root."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from pathlib import Path

import desktop
import project

HERE = Path(__file__).resolve().parent


def build(bundle: Path, target: Path) -> Path:
    """Make the .run of a frozen program; returns its path in the folder `target`.

    It is a shell script, install.sh, with an xz archive behind its last line.
    """
    made = target / f"{project.stem()}.run"
    with tempfile.TemporaryDirectory(dir=project.BUILD) as folder:
        stage = Path(folder)
        desktop.stage(stage / "share", project.BUILD / "prepared" / "icons")
        archive = stage / "payload.tar.xz"
        command = ["tar", "--create", "--sort=name", "--owner=0", "--group=0", "--numeric-owner"]
        command += ["--mode=u+rw,go=rX", "--directory", str(stage), "share"]
        # Targets of links keep their names (S): only the files themselves move below the program's folder.
        command += ["--transform", f"s,^\\./,{project.NAME}/,S", "--directory", str(bundle), "."]
        packed = {**os.environ, "XZ_OPT": "-1 -T0"}
        subprocess.run([*command, "--xz", "--file", str(archive)], check=True, env=packed)
        script = (HERE / "install.sh").read_text("utf-8")
        script = script.replace("@VERSION@", project.version())
        script = script.replace("@SHA256@", hashlib.sha256(archive.read_bytes()).hexdigest())
        script = script.replace("@LINES@", str(script.count("\n") + 1))
        made.write_bytes(script.encode() + archive.read_bytes())
    made.chmod(0o755)
    return made
