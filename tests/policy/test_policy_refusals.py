"""Every kind of file that is no policy is refused in one sentence that says what was found and what was expected."""

from __future__ import annotations

import gzip
import io
import os
import pickle
import struct
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save, save_file

from app.policy.architecture import largest_file
from app.policy.pickle_weight import heaviest_tuple

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


def test_the_format_before_torch_1_6(refusal, tmp_path, state_dict):
    path = tmp_path / "old.pth"
    torch.save({"state_dict": state_dict(1)}, path, _use_new_zipfile_serialization=False)
    refusal(path, "the format torch had before version 1.6", "save it again")


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
    path.write_bytes(struct.pack("<Q", 50_000_000) + b"{" + b" " * 50_000_000)
    refusal(path, "header of 50.0 MB")


def test_a_file_larger_than_any_policy(refusal, tmp_path):
    path = tmp_path / "huge.pth"
    with path.open("wb") as file:
        file.write(b"PK\3\4")
        file.truncate(largest_file() + 1)  # sparse: it takes no room on the disk
    refusal(path, "huge.pth takes", "GB", "less than")


# Pickles that run code.


class Payload:
    """What it asks for on loading is whatever it is made with."""

    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("place", ["beside", "inside", "bare"])
def test_a_pickle_that_runs_code_does_not(place, refusal, tmp_path, state_dict):
    path, marker = tmp_path / "evil.pth", tmp_path / "it-ran"
    payload = Payload(os.mkdir, str(marker))
    weights = state_dict(1)
    if place == "bare":
        path.write_bytes(pickle.dumps(payload))
    elif place == "beside":
        torch.save({"model_state_dict": weights, "note": payload}, path)
    else:
        torch.save({"model_state_dict": {**weights, "note": payload}}, path)
    sentence = refusal(path, "might run code")
    assert not marker.exists()
    if place != "bare":
        assert f"{os.mkdir.__module__}.mkdir" in sentence
        torch.load(path, weights_only=False)
        assert marker.exists(), "the payload is not one, so this test shows nothing"


def test_names_of_every_protocol_are_seen(refusal, tmp_path, state_dict):
    path, marker = tmp_path / "evil.pth", tmp_path / "it-ran"
    torch.save({"model_state_dict": state_dict(1), "note": Payload(os.mkdir, str(marker))}, path, pickle_protocol=4)
    refusal(path, "of an unknown name")
    assert not marker.exists()


def test_a_whole_module_is_refused_by_name(opening):
    opening(torch.nn.Linear(2, 2), "torch.nn.modules.linear.Linear", "might run code")


def test_a_pickle_cannot_ask_for_memory(opening, state_dict):
    """torch's own restricted unpickler allows these calls; a state dict needs none of them."""
    opening({"model_state_dict": state_dict(1), "note": Payload(bytearray, 10)}, "bytearray")


# Zip archives.


def test_a_zip_bomb(refusal, tmp_path, state_dict, torch_bytes, rezip):
    path = tmp_path / "bomb.pth"
    path.write_bytes(rezip(torch_bytes(state_dict(1)), compression=zipfile.ZIP_DEFLATED))
    refusal(path, "whose compressed records would unpack to 2.5 MB")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a/data.pkl", "w") as record:
        for _ in range(200):
            record.write(bytes(10**6))
    assert path.stat().st_size < 10**6
    refusal(path, "would unpack to 200.0 MB", "uncompressed")


def test_a_zip_bomb_of_overlapping_records(refusal, tmp_path):
    """Many entries of the directory name one and the same record."""
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        archive.writestr("a/data/0", bytes(100_000))
    content = plain.getvalue()
    directory = content.index(b"PK\1\2")
    entry, end = content[directory:-22], bytearray(content[-22:])
    struct.pack_into("<HHL", end, 8, 500, 500, 500 * len(entry))
    path = tmp_path / "overlap.pth"
    path.write_bytes(content[:directory] + entry * 500 + end)
    refusal(path, "overlapping", "would unpack to 50.0 MB")


def test_a_directory_out_of_all_proportion(refusal, tmp_path):
    path = tmp_path / "many.pth"
    with zipfile.ZipFile(path, "w") as archive:
        for index in range(30_000):
            archive.writestr(f"a/{index:0100d}", b"")
    refusal(path, "directory of 4.")


def test_a_pickle_out_of_all_proportion(opening, state_dict):
    opening({"model_state_dict": state_dict(1), "log": "x" * 5_000_000}, "data.pkl of 5.0 MB")


def test_a_directory_that_promises_more_than_is_there(refusal, tmp_path, state_dict, torch_bytes):
    content = bytearray(torch_bytes(state_dict(1)))
    entry = content.index(b"PK\1\2")
    struct.pack_into("<LL", content, entry + 20, 2_000_000, 2_000_000)
    path = tmp_path / "liar.pth"
    path.write_bytes(content)
    refusal(path, "zip archive")


@pytest.mark.parametrize("names", [("word/document.xml",), ("arr_0.npy",), ("a/data.pkl", "b/data.pkl")])
def test_other_zip_archives(names, refusal, tmp_path):
    path = tmp_path / "other.pth"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, b"content")
    refusal(path, "other.pth is a zip archive")


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
    refusal(path, "cannot be read as tensors")


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
    """Nothing keeps a refused file open (which Windows would not allow to be deleted)."""
    path = tmp_path / "policy.safetensors"
    save_file({"a": torch.zeros(1)}, path)
    refusal(path)
    descriptors = Path("/proc/self/fd")
    if descriptors.is_dir():
        assert str(path) not in {os.readlink(each) for each in descriptors.iterdir() if each.is_symlink()}
    path.unlink()


def test_tuples_that_double_for_ever_are_refused_before_they_are_hashed(refusal, tmp_path, state_dict):
    plain, path = io.BytesIO(), tmp_path / "bomb.pth"
    torch.save({"model_state_dict": state_dict(1), "note": "PLACE"}, plain)
    # {(((1, 1), (1, 1)), ...): 1}: each level is one tuple, named twice.
    doubled = b"}K\x01" + b"2\x86" * 60 + b"K\x01s"
    with zipfile.ZipFile(plain) as whole, zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name in whole.namelist():
            archive.writestr(name, whole.read(name).replace(b"X\x05\x00\x00\x00PLACE", doubled))
    refusal(path, "tuples within each other of countless values")


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_tuples_are_weighed_in_every_protocol(protocol):
    value = {"a": [1, (2, 3, (4,))], "b": {1, 2}, "c": (), "d": [(1, 2)] * 3, "e": "text"}
    assert heaviest_tuple(pickle.dumps(value, protocol)) == 5
