"""Files on disk for the tests of opening and saving policies."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor

from app.errors import PolicyError
from app.policy.limits import Limits
from app.policy.loading import load_policy
from app.policy.network import random_network

StateDict = dict[str, Tensor]


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    # These networks are small: next to other work, threads waiting for each other cost more than they give.
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def _states() -> dict[int, StateDict]:
    return {}


@pytest.fixture
def state_dict(_states: dict[int, StateDict]) -> Callable[[int], StateDict]:
    """A function from a width to the weights of a random network; change the dictionary, not the tensors."""

    def of(width: int) -> StateDict:
        if width not in _states:
            _states[width] = dict(random_network(width, width).state_dict())
        return dict(_states[width])

    return of


@pytest.fixture
def refusal() -> Callable[..., str]:
    """The sentence with which a path is refused: it must be one, say what was expected, and hold the words given.

    Keywords are `Limits` to lower.
    """

    def of(path: Path | str, *words: str, **limits: int) -> str:
        with pytest.raises(PolicyError) as caught:
            load_policy(path, limits=Limits(**limits))
        sentence = str(caught.value)
        assert len(sentence.splitlines()) == 1
        assert sentence.isprintable()
        assert sentence.endswith(".")
        assert not any(f"{mark} " in sentence for mark in ".!?"), f"more than one sentence: {sentence}"
        assert "expected" in sentence
        assert len(sentence) < 500
        for word in words:
            assert word in sentence, f"{word!r} is not in: {sentence}"
        return sentence

    return of


@pytest.fixture
def opening(tmp_path: Path, refusal: Callable[..., str]) -> Callable[..., str]:
    """The sentence with which a value is refused that torch.save wrote as policy.pth; it must hold the words given."""

    def of(value: object, *words: str, **limits: int) -> str:
        path = tmp_path / "policy.pth"
        torch.save(value, path)
        return refusal(path, "policy.pth", *words, **limits)

    return of


@pytest.fixture
def rezip() -> Callable[..., bytes]:
    """A function that writes a torch.save archive again, each record as `change(name, bytes)` says, None for none."""

    def of(
        content: bytes,
        change: Callable[[str, bytes], bytes | None] = lambda _, record: record,
        *,
        compression: int = zipfile.ZIP_STORED,
        extra: Iterable[tuple[str, bytes]] = (),
    ) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", compression) as new:
            for info in old.infolist():
                record = change(info.filename.partition("/")[2], old.read(info))
                if record is not None:
                    new.writestr(info.filename, record)
            for name, record in extra:
                new.writestr(name, record)
        return out.getvalue()

    return of


@pytest.fixture
def torch_bytes() -> Callable[[object], bytes]:
    """The bytes that torch.save writes of a value."""

    def of(value: object) -> bytes:
        buffer = io.BytesIO()
        torch.save(value, buffer)
        return buffer.getvalue()

    return of
