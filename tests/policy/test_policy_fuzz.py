"""Damaged files: whatever is done to a good file, it opens or is refused, and nothing else happens."""

from __future__ import annotations

import argparse
import io
import random
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save

from app.errors import PolicyError
from app.policy.loading import load_policy


def attempt(path: Path, content: bytes) -> bool:
    """True if this content opens as a policy; it must do that, or be refused in one line."""
    path.write_bytes(content)
    try:
        policy = load_policy(path)
    except PolicyError as error:
        sentence = str(error)
        assert sentence
        assert sentence.isprintable()
        assert sentence.endswith(".")
        return False
    assert all(torch.isfinite(parameter).all() for parameter in policy.network.parameters())
    return True


@pytest.fixture(params=["torch", "old torch", "safetensors"])
def content(request, state_dict, torch_bytes) -> bytes:
    """A good file's bytes."""
    if request.param == "old torch":
        buffer = io.BytesIO()
        torch.save({"state_dict": state_dict(1), "step": 3}, buffer, _use_new_zipfile_serialization=False)
        return buffer.getvalue()
    if request.param == "torch":
        return torch_bytes({"model_state_dict": state_dict(1), "step": 3, "config": {"world": "easy"}})
    return save(state_dict(1), metadata={"world": "easy", "config": '{"seed": 0}'})


def flipped(content: bytes, places: list[int], random_: random.Random) -> bytes:
    changed = bytearray(content)
    for place in places:
        changed[place] ^= random_.randrange(1, 256)
    return bytes(changed)


def test_truncations(content, tmp_path):
    random_, size = random.Random(1), len(content)
    lengths = [*range(40), *(size - cut for cut in range(1, 60)), *(random_.randrange(size) for _ in range(20))]
    for length in lengths:
        assert not attempt(tmp_path / "cut", content[:length]), f"opened with {length} of {size} bytes"


def test_flipped_bytes(content, tmp_path):
    """Most flips go where the structure is: the beginning (header, pickle) and the end (directory)."""
    random_, size, opened, count = random.Random(2), len(content), 0, 100
    assert attempt(tmp_path / "whole", content)
    for _ in range(count):
        where = random_.choice([(0, 200), (0, 6000), (size - 8000, size), (size - 100, size), (0, size)])
        places = [random_.randrange(*where) for _ in range(random_.choice([1, 1, 1, 2, 8]))]
        opened += attempt(tmp_path / "flipped", flipped(content, places, random_))
    assert opened < count


def test_appended_and_inserted_bytes(content, tmp_path):
    random_ = random.Random(3)
    for _ in range(20):
        noise, place = random_.randbytes(random_.randrange(1, 300)), random_.randrange(len(content))
        assert not attempt(tmp_path / "longer", content + noise)
        assert not attempt(tmp_path / "longer", noise + content)
        attempt(tmp_path / "longer", content[:place] + noise + content[place:])


def test_flipped_bytes_in_a_pickle_of_right_checksum(state_dict, torch_bytes, rezip, tmp_path):
    """The archive is whole, so that the damage reaches what follows its opcodes."""
    notes = {"step": 3, "score": np.float64(9.5), "options": argparse.Namespace(lr=0.1), "where": Path("runs")}
    good, random_ = torch_bytes({"model": state_dict(1), **notes}), random.Random(4)
    for _ in range(150):

        def change(name: str, record: bytes) -> bytes:
            if name != "data.pkl":
                return record
            places = [random_.randrange(len(record)) for _ in range(random_.choice([1, 1, 2, 4]))]
            return flipped(record, places, random_)

        attempt(tmp_path / "pickle", rezip(good, change))


def test_noise_behind_a_right_beginning(tmp_path):
    random_ = random.Random(5)
    for start in (b"PK\3\4", b"PK\5\6", b"\x80\x02", b"\x40\0\0\0\0\0\0\0{", b""):
        for size in (0, 1, 22, 98, 5000):
            assert not attempt(tmp_path / "noise", start + random_.randbytes(size))
