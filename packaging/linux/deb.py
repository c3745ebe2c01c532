"""The .deb: the program in /usr/lib/mazescope, a launcher in /usr/bin, and desktop files in /usr/share.

There are no maintainer scripts: the menus, the file types and the icons are taken note of, and forgotten again, by the
triggers of Debian's own packages. Every Debian whose C library is new enough for the program unpacks zstd, which takes
seconds where xz takes many minutes for little gain.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import desktop
import project

RECOMMENDED = (
    "libwayland-client0, libwayland-cursor0, libwayland-egl1, shared-mime-info, desktop-file-utils, xdg-desktop-portal"
)

CONTROL = """\
Package: {name}
Version: {version}
Architecture: {architecture}
Maintainer: The Mazescope project <mazescope@users.noreply.github.com>
Installed-Size: {kibibytes}
Depends: libc6 (>= {glibc}), libstdc++6, libgcc-s1, libgl1, libegl1, libxcb1
Recommends: {recommended}
Section: science
Priority: optional
Description: see what a maze-solving policy wants at every square of a maze
 Mazescope opens a network that was trained to solve procgen's mazes, shows the
 move it would make on every square as a field of arrows, and lets you change
 the maze, its cheese and the network's inner activations while the arrows
 follow. It ships with a policy of its own.
"""

COPYRIGHT = """\
Mazescope is distributed as one program with everything it runs on. What that is, and under which licences, is listed in
/usr/lib/mazescope/licences/README.txt; the licence texts are next to it.

Qt (LGPL-3) and FFmpeg (LGPL-3) are separate shared libraries in /usr/lib/mazescope/_internal. The common texts of the
LGPL are in /usr/share/common-licenses.
"""

_GLIBC = re.compile(r"GLIBC_(\d+)\.(\d+)")


def architecture() -> str:
    """Debian's word for this machine."""
    return {"x86_64": "amd64", "arm64": "arm64"}.get(project.machine(), project.machine())


def needed_glibc(bundle: Path) -> str:
    """The newest version of the C library that any bundled file asks for, "2.36"."""
    newest = (2, 28)
    files = [path for path in bundle.rglob("*") if path.is_file() and not path.is_symlink()]
    for path in files:
        if path.name != project.NAME and ".so" not in path.name:
            continue
        listing = subprocess.run(["objdump", "-p", path], capture_output=True, text=True, check=False).stdout
        newest = max([newest, *((int(major), int(minor)) for major, minor in _GLIBC.findall(listing))])
    return f"{newest[0]}.{newest[1]}"


def build(bundle: Path, target: Path) -> Path:
    """Make the .deb of a frozen program; returns its path in the folder `target`."""
    with tempfile.TemporaryDirectory(dir=project.BUILD) as folder:
        root = Path(folder, "root")
        library = root / "usr" / "lib" / project.NAME
        # Links instead of copies: nothing but modes is changed.
        shutil.copytree(bundle, library, symlinks=True, copy_function=_link)
        (root / "usr" / "bin").mkdir(parents=True)
        (root / "usr" / "bin" / project.NAME).symlink_to(f"../lib/{project.NAME}/{project.NAME}")
        desktop.stage(root / "usr" / "share", project.BUILD / "prepared" / "icons")
        about = root / "usr" / "share" / "doc" / project.NAME
        about.mkdir(parents=True)
        (about / "copyright").write_text(COPYRIGHT, "utf-8")
        shutil.copyfile(project.ROOT / "CHANGELOG.md", about / "CHANGELOG.md")
        for path in root.rglob("*"):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or _is_program(path, library) else 0o644)
        kibibytes = sum(path.stat().st_size for path in root.rglob("*") if path.is_file() and not path.is_symlink())
        (root / "DEBIAN").mkdir()
        (root / "DEBIAN" / "control").write_text(
            CONTROL.format(
                name=project.NAME,
                version=project.version(),
                architecture=architecture(),
                kibibytes=kibibytes // 1024,
                glibc=needed_glibc(bundle),
                recommended=RECOMMENDED,
            ),
            "utf-8",
        )
        made = target / f"{project.NAME}_{project.version()}_{architecture()}.deb"
        command = ["dpkg-deb", "--root-owner-group", "-Zzstd", "-z9", "--build", str(root), str(made)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return made


def _link(source: str, copy: str) -> None:
    Path(copy).hardlink_to(source)


def _is_program(path: Path, library: Path) -> bool:
    return path == library / project.NAME or path.name == "torch_shm_manager"
