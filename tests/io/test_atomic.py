"""A file is written whole or not at all."""

from __future__ import annotations

import os
import stat
import threading
import time

import pytest

from app.io.atomic import write_atomically


def test_writes_and_replaces(tmp_path):
    path = tmp_path / "file"
    write_atomically(path, b"first")
    write_atomically(str(path), b"second")
    assert path.read_bytes() == b"second"
    assert list(tmp_path.iterdir()) == [path]


def test_what_was_there_stays_when_it_cannot_be_replaced(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "inside").write_bytes(b"kept")
    with pytest.raises(OSError):
        write_atomically(tmp_path / "folder", b"new")
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "gone" / "file", b"new")
    assert [path.name for path in tmp_path.rglob("*")] == ["folder", "inside"]


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps other permissions")
def test_permissions(tmp_path):
    before = os.umask(0o027)
    try:
        write_atomically(tmp_path / "new", b"")
        assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640
        (tmp_path / "new").chmod(0o604)
        write_atomically(tmp_path / "new", b"again")
        assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o604
    finally:
        os.umask(before)


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    write_atomically(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_the_longest_name_a_file_can_have(tmp_path):
    path = tmp_path / ("x" * 255)
    write_atomically(path, b"long")
    assert path.read_bytes() == b"long"


@pytest.mark.skipif(os.name == "nt", reason="a file that is being read cannot be replaced there")
def test_readers_never_see_a_part(tmp_path):
    path, wholes, stop = tmp_path / "file", {bytes([n]) * 200_000 for n in range(4)}, threading.Event()
    write_atomically(path, min(wholes))

    def write() -> None:
        while not stop.is_set():
            for content in wholes:
                write_atomically(path, content)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(100):
            assert path.read_bytes() in wholes
    finally:
        stop.set()
        writer.join()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_is_not_replaced(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(OSError, match="no regular file"):
        write_atomically(path, b"x")
    assert path.is_fifo()
    assert [found.name for found in tmp_path.iterdir()] == ["pipe"]


def test_what_a_killed_run_left_unfinished_is_swept_with_the_next_file(tmp_path):
    old = time.time() - 7200
    left, new, other = tmp_path / f".{'0a' * 8}.part", tmp_path / f".{'0b' * 8}.part", tmp_path / ".other.part"
    for path in (left, new, other):
        path.write_bytes(b"half")
    os.utime(left, (old, old))
    os.utime(other, (old, old))
    write_atomically(tmp_path / "file", b"whole")
    assert {path.name for path in tmp_path.iterdir()} == {"file", new.name, other.name}
