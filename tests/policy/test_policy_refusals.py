"""Every kind of file that is no policy is refused in one sentence that says what was found and what was expected."""

from __future__ import annotations

import argparse
import copyreg
import functools
import gzip
import io
import os
import pickle
import struct
import tarfile
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save, save_file

from app.errors import PolicyError
from app.policy.pickle_values import PickleError
from app.policy.torch_pickle import read_torch_pickle, refuse_code
from app.policy.zip_directory import check_sizes

# Places where there is no file to read.


def test_missing_file(refusal, tmp_path):
    refusal(tmp_path / "gone.pth", "There is no file", "gone.pth")


def test_a_path_through_a_file(refusal, tmp_path):
    (tmp_path / "file").write_text("x")
    refusal(tmp_path / "file" / "policy.pth", "There is no file")


def test_folder(refusal, tmp_path):
    refusal(tmp_path, "is a folder", tmp_path.name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_rather_than_waited_for(refusal, tmp_path):
    os.mkfifo(tmp_path / "pipe.pth")
    refusal(tmp_path / "pipe.pth", "pipe.pth is a device or a pipe")


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps other permissions")
def test_unreadable_file(refusal, tmp_path, state_dict):
    path = tmp_path / "secret.pth"
    torch.save(state_dict(1), path)
    path.chmod(0)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)  # to root nothing is unreadable
    try:
        refusal(path, "secret.pth cannot be read", "Permission denied")
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_to_itself(refusal, tmp_path):
    (tmp_path / "loop.pth").symlink_to(tmp_path / "loop.pth")
    refusal(tmp_path / "loop.pth", "loop.pth cannot be read")


def test_names_no_file_can_have(refusal):
    refusal("a\0b.pth", "cannot be the name of a file")
    refusal("x" * 5000, "cannot be read")


@pytest.mark.skipif(os.name == "nt", reason="no such names there")
def test_a_name_with_a_line_break_stays_in_one_sentence(refusal, tmp_path):
    path = tmp_path / "two\nlines.pth"
    path.write_bytes(b"")
    refusal(path, "two?lines.pth is empty")


# Other kinds of files.


def _tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("storages"), io.BytesIO())
    return buffer.getvalue()


def _array() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(3))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"These are the weights.\nOr so they say.\n", "is text"),
        ("Die Maus läuft. ".encode() * 400, "is text"),
        (b"<!DOCTYPE html><html><body>Quota exceeded</body></html>", "is a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "is a Git LFS pointer"),
        (gzip.compress(b"weights" * 99, mtime=0), "compressed by gzip"),
        (_tar(), "is a tar archive"),
        (_array(), "is a NumPy array"),
        (bytes(10_000), "filled with zeros"),
        (b"\xde\xad\xbe\xef" * 100, "of an unknown kind (it begins with the bytes de ad be ef)"),
        (b"\x80", "of an unknown kind"),
        (b"P", "is text"),
        (pickle.dumps({"weights": [1.0]}), "is a bare Python pickle"),
    ],
)
def test_other_kinds_of_files(content, words, refusal, tmp_path):
    path = tmp_path / "policy.pth"
    path.write_bytes(content)
    refusal(path, f"policy.pth is {words.removeprefix('is ')}", "expected a checkpoint saved by torch.save")


@pytest.mark.parametrize("kind", ["torch", "safetensors"])
def test_truncated(kind, refusal, tmp_path, state_dict):
    path = tmp_path / "half"
    if kind == "torch":
        torch.save(state_dict(1), path)
    else:
        save_file(state_dict(1), path)
    os.truncate(path, path.stat().st_size // 2)
    refusal(path, "half is a", "cut short", "1.3 MB")


def test_truncated_within_the_header_of_safetensors(refusal, tmp_path, state_dict):
    path = tmp_path / "short.safetensors"
    path.write_bytes(save(state_dict(1))[:100])
    refusal(path, "cut short", "100 bytes")


def test_a_header_of_safetensors_that_is_no_json(refusal, tmp_path):
    path = tmp_path / "bad.safetensors"
    path.write_bytes(struct.pack("<Q", 16) + b"{not json at all" + bytes(64))
    refusal(path, "its header is damaged")


def test_a_header_of_safetensors_beyond_the_limit(refusal, tmp_path, state_dict):
    path = tmp_path / "long.safetensors"
    save_file(state_dict(1), path)
    refusal(path, "header of 3.", header=1000)


def test_a_file_beyond_the_limit(refusal, tmp_path, state_dict):
    path = tmp_path / "huge.pth"
    torch.save(state_dict(1), path)
    refusal(path, "huge.pth takes 2.5 MB", "less than 1.0 MB", file=1_000_000)


# What a pickle names, and how much it holds. Judged without opening it.


class Foreign:
    """An object that no checkpoint needs."""

    @classmethod
    def made(cls) -> Foreign:
        """Another one."""
        return cls()


@pytest.mark.parametrize("place", ["beside", "inside"])
def test_objects_that_no_checkpoint_needs_are_refused_by_name(place, opening, state_dict):
    weights, name = state_dict(1), f"{Foreign.__module__}.Foreign"
    inside = place == "inside"
    value = {
        "model_state_dict": {**weights, "note": Foreign()} if inside else weights,
        "config": None if inside else {"run": [1, Foreign()]},
    }
    where = "under model_state_dict.note" if inside else "under config.run.1"
    opening(value, f"the Python object {name} {where} when it is opened", "might run code", "torch.save({'state_dict'")


def code_in(value: object, protocol: int) -> str:
    """The refusal of a pickle of a value; empty where there is none."""
    try:
        refuse_code(read_torch_pickle(pickle.dumps(value, protocol))[0], "a.pth")
    except PolicyError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("value", [Foreign(), Foreign, {Foreign: 1}, argparse.Namespace(a=[Foreign()])])
def test_foreign_objects_are_seen_in_every_protocol(value, protocol):
    assert f"{Foreign.__module__}.Foreign under 1.note" in code_in([1, {"note": value}], protocol)


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("value", [code_in, Foreign.made, len, functools.partial(code_in)])
def test_functions_are_code_in_every_protocol(value, protocol):
    assert "which might run code, so it was not" in code_in(value, protocol)


def test_objects_of_a_registry_have_no_name(monkeypatch):
    copyreg.add_extension(Foreign.__module__, "Foreign", 0x7FFF0001)
    try:
        assert "of an unknown name" in code_in([Foreign], 2)
    finally:
        copyreg.remove_extension(Foreign.__module__, "Foreign", 0x7FFF0001)


def test_what_a_state_dict_needs_is_not_foreign():
    value = {"weights": OrderedDict(a=torch.zeros(2)), "shape": torch.Size([2]), "dtype": torch.float16, "set": {1, 2}}
    buffer = io.BytesIO()
    torch.save(value, buffer)
    with zipfile.ZipFile(buffer) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("data.pkl"))
        found, storages = read_torch_pickle(archive.read(name))
    refuse_code(found, "a.pth")
    assert list(storages) == ["0"]
    assert found["shape"] == (2,)


def test_a_whole_module_is_refused_by_name(opening):
    opening(torch.nn.Linear(2, 2), "torch.nn.modules.linear.Linear", "might run code")


def test_a_pickle_beyond_the_limit(opening, state_dict):
    opening({"model_state_dict": state_dict(1), "log": "x" * 2000}, "data.pkl of ", pickle=2000)


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_plain_values_are_read_in_every_protocol(protocol):
    value = {"a": [1, (2, 3, (4,))], "c": (), "d": [(1, 2)] * 3, 5: "text", "e": -2.5, "f": [None, True, 2**70]}
    assert read_torch_pickle(pickle.dumps(value, protocol))[0] == value


def test_keys_that_take_time_to_hash_are_not_hashed():
    """A tuple within tuples, or a long number, is no key: what it holds is found all the same."""
    found, _ = read_torch_pickle(pickle.dumps({(1, 2): "a", 2**64: "b", "c": "d"}, 2))
    assert found["c"] == "d"
    assert sorted(found.values()) == ["a", "b", "d"]
    assert not any(isinstance(key, tuple | int) for key in found)
    assert "Foreign" in code_in({(1, Foreign): 1}, 2)


def test_values_that_are_gone_through_again_and_again_are_limited(monkeypatch):
    names = OrderedDict((str(n), n) for n in range(20))
    pickled = pickle.dumps([torch.Size([1] * 20) for _ in range(3)] + [names], 2)
    assert read_torch_pickle(pickled)[0] == [(1,) * 20] * 3 + [names]
    monkeypatch.setattr("app.policy.pickle_values.MOST_COPIED", 50)
    with pytest.raises(PickleError, match="goes through far more values"):
        read_torch_pickle(pickled)


# Zip archives.


def test_compressed_records(refusal, tmp_path, state_dict, torch_bytes, rezip):
    path = tmp_path / "squeezed.pth"
    path.write_bytes(rezip(torch_bytes(state_dict(1)), compression=zipfile.ZIP_DEFLATED))
    refusal(path, "whose compressed records would unpack to 2.5 MB", "uncompressed")


def record(name: str, size: int, start: int = 0, **changes: int) -> zipfile.ZipInfo:
    """A directory's entry for an uncompressed record of this many bytes."""
    info = zipfile.ZipInfo(name)
    info.file_size = info.compress_size = size
    info.header_offset = start
    for key, value in changes.items():
        setattr(info, key, value)
    return info


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([record("a/0", 60), record("a/1", 60)], "overlapping records would unpack to 120 bytes"),
        ([record("a/0", 101)], "overlapping"),
        ([record("a/0", 60, 41)], "directory is damaged at a/0"),
        ([record("a/0", 60, -1)], "directory is damaged at a/0"),
        ([record("a/0", 60, compress_size=59)], "directory is damaged at a/0"),
        ([record("a/0", 60, flag_bits=1)], "directory is damaged at a/0"),
        ([record("a/0", 60, compress_type=zipfile.ZIP_DEFLATED)], "compressed records would unpack to 60 bytes"),
    ],
)
def test_entries_of_a_directory_that_cannot_be(entries, words):
    with pytest.raises(PolicyError, match=words):
        check_sizes(entries, 100, "a.pth")
    check_sizes([record("a/0", 40), record("a/1", 40, 45)], 100, "a.pth")


def test_a_directory_beyond_the_limit(refusal, tmp_path, state_dict):
    path = tmp_path / "many.pth"
    torch.save(state_dict(1), path)
    refusal(path, "directory of ", directory=1000)


@pytest.mark.parametrize("names", [("word/document.xml",), ("a/data.pkl", "b/data.pkl")])
def test_other_zip_archives(names, refusal, tmp_path):
    path = tmp_path / "other.pth"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, b"content")
    refusal(path, "other.pth is a zip archive")


def test_a_folder_of_a_cloud_drive_is_told_by_what_it_holds(refusal, tmp_path, state_dict, torch_bytes):
    path = tmp_path / "drive-download.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("maze_I/config.json", "{}")
        archive.writestr("maze_I/policy_0.pth", torch_bytes(state_dict(1)))
    refusal(path, "is a zip archive that holds maze_I/policy_0.pth;", "unpack it and open that.")


def test_an_npz_file_is_called_one(refusal, tmp_path):
    np.savez(tmp_path / "results.npz", logits=np.zeros(3), value=np.zeros(1))
    refusal(tmp_path / "results.npz", "is an NPZ file of NumPy arrays (logits, value); expected a checkpoint")


def test_an_empty_zip_archive(refusal, tmp_path):
    path = tmp_path / "empty.pth"
    zipfile.ZipFile(path, "w").close()
    refusal(path, "an empty zip archive")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_torchscript(refusal, tmp_path):
    path = tmp_path / "script.pt"
    torch.jit.save(torch.jit.trace(torch.nn.Linear(2, 2), torch.zeros(1, 2)), path)
    refusal(path, "TorchScript")


def test_a_flipped_bit_in_a_weight(refusal, tmp_path, state_dict, torch_bytes):
    content = bytearray(torch_bytes(state_dict(1)))
    content[len(content) // 2] ^= 1
    path = tmp_path / "flipped.pth"
    path.write_bytes(content)
    refusal(path, "is damaged", "record data/", "checksum")


def test_a_missing_record(refusal, tmp_path, state_dict, torch_bytes, rezip):
    path = tmp_path / "gap.pth"
    path.write_bytes(rezip(torch_bytes(state_dict(1)), lambda name, record: None if name == "data/7" else record))
    refusal(path, "it has no record data/7")


def test_a_record_shorter_than_its_tensor(refusal, tmp_path, state_dict, torch_bytes, rezip):
    path = tmp_path / "short.pth"
    change = lambda name, record: record[:-4] if name == "data/7" else record  # noqa: E731
    path.write_bytes(rezip(torch_bytes(state_dict(1)), change))
    refusal(path, "record data/7 has another length than its tensor")


def test_big_endian(refusal, tmp_path, state_dict, torch_bytes, rezip):
    path = tmp_path / "big.pth"
    change = lambda name, record: b"big" if name == "byteorder" else record  # noqa: E731
    path.write_bytes(rezip(torch_bytes(state_dict(1)), change))
    refusal(path, "big-endian")


def test_a_refused_file_can_be_replaced_at_once(refusal, tmp_path: Path, state_dict):
    """Refused files are closed (Windows would not allow an open one to be deleted)."""
    path = tmp_path / "policy.safetensors"
    save_file({"a": torch.zeros(1)}, path)
    refusal(path)
    descriptors = Path("/proc/self/fd")
    if descriptors.is_dir():
        assert str(path) not in {os.readlink(each) for each in descriptors.iterdir() if each.is_symlink()}
    path.unlink()
