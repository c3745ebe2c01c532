"""The recipes of packaging/: valid for those who will read them, and of one version with the program."""

from __future__ import annotations

import json
import os
import plistlib
import shutil
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from app import __version__
from tests.skips import needs_libraries, needs_program

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGING = ROOT / "packaging"


def script(code: str, *arguments: str) -> str:
    """The output of a few lines that import the scripts of packaging/ as they import each other."""
    paths = f"import sys; sys.path[:0] = [{str(PACKAGING)!r}, {str(PACKAGING / 'linux')!r}]\n"
    done = subprocess.run(
        [sys.executable, "-c", paths + code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def icons(tmp_path_factory: pytest.TempPathFactory) -> Path:
    needs_libraries("qt")
    folder = tmp_path_factory.mktemp("icons")
    script("import icons, pathlib; icons.write_icons(pathlib.Path(sys.argv[1]))", str(folder))
    return folder


@pytest.fixture
def share(icons: Path, tmp_path: Path) -> Path:
    """The files that an installer puts into /usr/share."""
    code = "import desktop; from pathlib import Path; desktop.stage(Path(sys.argv[1]), Path(sys.argv[2]))"
    script(code, str(tmp_path / "share"), str(icons))
    return tmp_path / "share"


def test_no_package_shadows_the_library_of_the_same_name() -> None:
    assert not list(PACKAGING.rglob("__init__.py"))
    found = subprocess.run(
        [sys.executable, "-c", "import packaging.version; print(packaging.__file__)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "site-packages" in found.stdout


def test_one_source_of_the_version(share: Path) -> None:
    assert script("import project; print(project.version())").strip() == __version__
    assert __version__ in script("import project; print(project.stem())")
    assert f'"FileVersion", "{__version__}"' in script("import versions_resource; print(versions_resource.text())")
    release = ElementTree.parse(next(share.glob("metainfo/*.xml"))).find("releases/release")
    assert release is not None
    assert release.get("version") == __version__
    assert f"\n## {__version__}\n" in (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dynamic"][0] == "version"


def test_every_requirement_is_pinned() -> None:
    for name in ("requirements.txt", "packaging/requirements.txt"):
        lines = [line.partition("#")[0].strip() for line in (ROOT / name).read_text("utf-8").splitlines()]
        assert all("==" in line for line in lines if line), name


def test_icons_have_every_size(icons: Path) -> None:
    from PIL import Image

    for size in (16, 32, 48, 256, 512):
        with Image.open(icons / f"mazescope-{size}.png") as picture:
            assert picture.size == (size, size)
            assert picture.getpixel((0, 0))[3] == 0, "the corners are transparent"
            assert len(picture.getcolors(1 << 20) or []) > 10
    with Image.open(icons / "mazescope.ico") as picture:
        assert {(16, 16), (32, 32), (48, 48), (256, 256)} <= picture.ico.sizes()
    with Image.open(icons / "mazescope.icns") as picture:
        assert max(size[0] * size[2] for size in picture.info["sizes"]) >= 512


def test_menu_entry_validates(share: Path) -> None:
    subprocess.run([needs_program("desktop-file-validate"), share / "applications" / "mazescope.desktop"], check=True)


def test_metadata_validates(share: Path) -> None:
    command = [needs_program("appstreamcli"), "validate", "--no-net", next(share.glob("metainfo/*.xml"))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    problems = [line for line in done.stdout.splitlines() if line.startswith(("E:", "W:"))]
    # The program has no page on the web: Debian 12 notes that, Debian 13 warns of it.
    others = [line for line in problems if not line.endswith("url-homepage-missing")]
    assert not others, done.stdout
    assert done.returncode == 0 or problems, done.stdout


def test_file_types_are_known_after_installation(share: Path) -> None:
    subprocess.run([needs_program("update-mime-database"), share / "mime"], check=True)
    known = (share / "mime" / "globs2").read_text("utf-8")
    entry = (share / "applications" / "mazescope.desktop").read_text("utf-8")
    offered = next(line for line in entry.splitlines() if line.startswith("MimeType=")).partition("=")[2]
    for pattern in ("*.mazescope", "*.pth", "*.pt", "*.safetensors"):
        kinds = [line.split(":")[1] for line in known.splitlines() if line.endswith(f":{pattern}")]
        assert kinds, pattern
        assert set(kinds) <= set(offered.split(";")), pattern


def test_windows_installer_compiles(icons: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle with a space"
    (bundle / "_internal").mkdir(parents=True)
    (bundle / "mazescope.exe").write_bytes(b"MZ stand-in")
    (bundle / "_internal" / "library.dll").write_bytes(b"MZ stand-in")
    made = tmp_path / "mazescope-setup.exe"
    command = [needs_program("makensis"), "-V2", f"-DVERSION={__version__}", f"-DBUNDLE={bundle}"]
    command += [f"-DICON={icons / 'mazescope.ico'}", f"-DOUTPUT={made}", PACKAGING / "windows" / "mazescope.nsi"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in done.stdout
    assert made.read_bytes()[:2] == b"MZ"


def test_macos_entitlements_are_a_property_list() -> None:
    found = plistlib.loads((PACKAGING / "macos" / "entitlements.plist").read_bytes())
    assert found
    assert all(key.startswith("com.apple.security.") for key in found)


@pytest.mark.parametrize("name", ["linux/install.sh", "macos/build.sh", "find_python.sh"])
def test_shell_scripts_parse(name: str) -> None:
    subprocess.run(
        [shutil.which("bash" if name.startswith("macos") else "sh") or "sh", "-n", PACKAGING / name], check=True
    )


def test_spec_parses_and_names_files_that_exist() -> None:
    text = (PACKAGING / "mazescope.spec").read_text("utf-8")
    compile(text, "mazescope.spec", "exec")
    for name in ("main.py", "assets", "packaging/hooks/runtime_linux.py", "packaging/macos/entitlements.plist"):
        assert (ROOT / name).exists()
        assert Path(name).name in text


def test_what_is_left_out() -> None:
    names = [
        "torch/bin/protoc",
        "torch/bin/torch_shm_manager",
        "PySide6/Qt/qml/QtQuick/x.so",
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/lib/libQt6Core.so.6",
        "libstdc++.so.6",
    ]
    found = json.loads(script(f"import json, parts; print(json.dumps([parts.left_out(name) for name in {names}]))"))
    assert found == [True, False, True, False, False, True]
    cuda = ["torch/lib/libtorch_cuda.so", "nvidia/cudnn/lib/libcudnn.so.9", "torch/lib/libtorch_cpu.so"]
    assert json.loads(script(f"import json, parts; print(json.dumps([parts.of_cuda(name) for name in {cuda}]))")) == [
        True,
        True,
        False,
    ]


def test_problems_of_a_bundle_are_found(tmp_path: Path) -> None:
    inside = tmp_path / "_internal"
    (inside / "torch" / "lib").mkdir(parents=True)
    code = "import checks, pathlib; print('|'.join(checks.problems(pathlib.Path(sys.argv[1]), sys.argv[2])))"
    assert script(code, str(tmp_path), "all is well").strip() == ""
    (inside / "torch" / "lib" / "libtorch_cuda.so").write_bytes(b"x")
    (inside / "libreadline.so.8").write_bytes(b"x")
    found = script(code, str(tmp_path), "9 WARNING: Library not found: libxcb-cursor.so.0").strip().split("|")
    assert len(found) == 3
    assert "CUDA" in found[0]
    assert "GPL" in found[1]
    assert "libxcb-cursor.so.0" in found[2]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the stand-ins are made on Linux only")
def test_videos_without_gpl_encoders(tmp_path: Path) -> None:
    """FFmpeg loads with the stand-ins in place, still encodes VP9, and refuses H.264 with an error, not a crash."""
    import av

    needs_program("as")
    needs_program("ld")
    site = Path(av.__file__).parent.parent
    shutil.copytree(site / "av", tmp_path / "packages" / "av")
    shutil.copytree(site / "av.libs", tmp_path / "packages" / "av.libs")
    code = "import encoders, pathlib; print(*encoders.replace_encoders(pathlib.Path(sys.argv[1])))"
    replaced = script(code, str(tmp_path / "packages" / "av.libs")).split()
    assert len(replaced) == 2
    assert all((tmp_path / "packages" / "av.libs" / name).stat().st_size < 20_000 for name in replaced)
    encode = """
import io, sys
sys.path.insert(0, sys.argv[1])
import av, numpy
assert av.__file__.startswith(sys.argv[1])
for codec in ("libvpx-vp9", "libx264", "libx265"):
    data = io.BytesIO()
    try:
        with av.open(data, "w", format="mp4") as container:
            stream = container.add_stream(codec, rate=5)
            stream.width = stream.height = 64
            stream.pix_fmt = "yuv420p"
            frame = av.VideoFrame.from_ndarray(numpy.zeros((64, 64, 3), "uint8"))
            for packet in [*stream.encode(frame), *stream.encode()]:
                container.mux(packet)
        print(codec, "encoded", len(data.getvalue()) > 100)
    except av.error.FFmpegError:
        print(codec, "refused")
"""
    done = subprocess.run(
        [sys.executable, "-c", encode, str(tmp_path / "packages")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["libvpx-vp9 encoded True", "libx264 refused", "libx265 refused"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the stand-ins are made on Linux only")
def test_parquet_without_substrait(tmp_path: Path) -> None:
    """pyarrow with all that is left out gone, and a stand-in for the library that it names but never calls."""
    import pyarrow

    needs_program("as")
    needs_program("ld")
    site = Path(pyarrow.__file__).parent
    names = [path.relative_to(site.parent).as_posix() for path in site.rglob("*") if path.is_file()]
    left_out = script("import json, parts, sys\nprint(json.dumps([*map(parts.left_out, sys.argv[1:])]))", *names)
    for name, out in zip(names, json.loads(left_out), strict=True):
        if not out:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).symlink_to(site.parent / name)
    named = next((tmp_path / "pyarrow").glob("libarrow_substrait.so*"))
    named.unlink()
    shutil.copyfile(site / named.name, named)
    replaced = script(
        "import pathlib, stand_ins; print(*stand_ins.replace_unused(pathlib.Path(sys.argv[1])))", str(tmp_path)
    )
    assert replaced.split() == [named.name]
    assert named.stat().st_size < 20_000
    excluded = json.loads(script("import json, parts; print(json.dumps(parts.EXCLUDED_MODULES))"))
    code = """
import io, sys
sys.path.insert(0, sys.argv[1])
class LeftOut:
    def find_spec(self, name, *_):
        if name in sys.argv[2:]:
            raise ModuleNotFoundError(f"{name} is not in the program", name=name)
for name in sys.argv[2:]:
    sys.modules.pop(name, None)
sys.meta_path.insert(0, LeftOut())
import pyarrow
from pyarrow import BufferReader, parquet
assert pyarrow.__file__.startswith(sys.argv[1])
data = io.BytesIO()
table = pyarrow.table({"seed": [3, None], "background": ["a", "b"]})
parquet.write_table(table, data, compression="zstd")
print(parquet.read_table(BufferReader(data.getvalue())).equals(table), table.column("seed").fill_null(0).to_pylist())
"""
    command = [sys.executable, "-c", code, str(tmp_path), *excluded]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "True [3, 0]"


def test_a_bundled_file_of_unknown_origin_ends_the_build(tmp_path: Path) -> None:
    stranger = tmp_path / "libstranger.so"
    stranger.write_bytes(b"x")
    code = (
        "import licences, pathlib\n"
        "file, site, target = map(pathlib.Path, sys.argv[1:])\n"
        "try:\n    licences.collect({'libstranger.so': str(file)}, site, target)\n"
        "except SystemExit as error:\n    print(error)\n"
    )
    site = Path(pytest.__file__).parent.parent
    if shutil.which("dpkg") is None:
        pytest.skip("asks Debian's package manager")
    assert "libstranger.so" in script(code, str(stranger), str(site), str(tmp_path / "licences"))


def test_a_change_of_the_inputs_is_seen(tmp_path: Path) -> None:
    code = "import json, verified; print(json.dumps(verified.fingerprints()))"
    found = json.loads(script(code))
    assert {"main.py", "requirements.txt", "packaging/mazescope.spec", "packaging/parts.py"} <= found.keys()
    assert "packaging/verified.json" not in found
    changed = script(
        "import json, pathlib, verified\n"
        "verified.RECORD = pathlib.Path(sys.argv[1])\n"
        "now = verified.fingerprints()\n"
        "verified.RECORD.write_text(json.dumps(now)); print(verified.changed())\n"
        "verified.RECORD.write_text(json.dumps({**now, 'main.py': 'other'})); print(verified.changed())\n",
        str(tmp_path / "verified.json"),
    )
    assert changed.splitlines() == ["[]", "['main.py']"]
