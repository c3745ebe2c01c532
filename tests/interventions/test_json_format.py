"""Patches files: what is written is read again exactly, and what is wrong is refused in one sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import PatchError
from app.interventions.patches import (
    AddVector,
    Mean,
    Noise,
    PatchStack,
    Resample,
    Scale,
    SetValue,
    Zero,
)
from app.interventions.patches_file import load_patches, save_patches, stack_from_json, stack_to_json
from tests.interventions.strategies import stacks

LAYER = "embedder.block2.res1.resadd"


def read(*patches: dict[str, Any]) -> PatchStack:
    return stack_from_json({"patches": list(patches)})


@given(stack=stacks(6))
@settings(max_examples=150, deadline=None)
def test_a_stack_is_read_as_it_was_written(stack: PatchStack) -> None:
    written = stack_to_json(stack)
    assert stack_from_json(json.loads(json.dumps(written, allow_nan=False))) == stack
    assert stack_to_json(stack_from_json(written)) == written


def test_the_documented_patches_are_read() -> None:
    assert read(
        {"kind": "zero", "layer": LAYER, "channels": [10]},
        {"kind": "set", "layer": LAYER, "channels": [10], "row": 4, "column": 11, "value": 5.5},
        {"kind": "set", "layer": LAYER, "square": [3, 7], "value": 1, "fill": 0},
        {"kind": "scale", "layer": LAYER, "positive": 2, "negative": 0.5},
        {"kind": "mean", "layer": LAYER, "count": 20, "seed": 3, "size": "same"},
        {"kind": "resample", "layer": LAYER, "source_seed": 8, "same_cheese": True},
        {"kind": "noise", "layer": "fc_policy", "sigma": 0.5, "seed": 1},
        {"kind": "add", "layer": LAYER, "vector": "cheese", "coefficient": -1.0},
        {
            "kind": "add",
            "layer": LAYER,
            "vector": "mine.safetensors",
            "enabled": False,
            "solo": True,
            "squares": [[1, 2]],
        },
    ).patches == (
        Zero(channels=(10,)),
        SetValue(channels=(10,), row=4, column=11, value=5.5),
        SetValue(square=(3, 7), value=1.0, fill=0.0),
        Scale(positive=2.0, negative=0.5),
        Mean(count=20, seed=3, size="same"),
        Resample(source_seed=8, same_cheese=True),
        Noise(layer="fc_policy", sigma=0.5, seed=1),
        AddVector(coefficient=-1.0),
        AddVector(vector="mine.safetensors", enabled=False, solo=True, squares=((1, 2),)),
    )


def test_layers_may_be_spelled_as_the_research_code_does() -> None:
    assert read({"kind": "zero", "layer": LAYER + "_out"}) == read({"kind": "zero", "layer": LAYER})


def test_omitted_channels_mean_all() -> None:
    assert read({"kind": "zero", "layer": LAYER}).patches[0].channels is None
    assert read({"kind": "zero", "layer": LAYER, "channels": None}).patches[0].channels is None


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([], "found []"),
        (None, "found null"),
        ({}, "found {}"),
        ({"patches": {}}, '"patches" is {}'),
        ({"patches": [], "extra": 1}, 'Key "extra"'),
        ({"patches": [3]}, "Patch 1: 3"),
        ({"patches": [{"layer": LAYER}]}, '"kind" is null'),
        ({"patches": [{"kind": "erase", "layer": LAYER}]}, '"kind" is "erase"'),
        ({"patches": [{"kind": ["zero"], "layer": LAYER}]}, '"kind" is ["zero"]'),
        ({"patches": [{"kind": "zero"}]}, '"layer" is missing'),
        (
            {"patches": [{"kind": "zero", "layer": LAYER}, {"kind": "add", "layer": LAYER}]},
            'Patch 2: "vector" is missing',
        ),
    ],
)
def test_what_is_not_a_stack_is_refused(found: object, words: str) -> None:
    refused(found, words)


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        ("zero", "layer", ""),
        ("zero", "layer", "embedder." + 40 * "block2."),
        ("zero", "layer", 7),
        ("zero", "value", 1.0),
        ("zero", "Channels", [1]),
        ("zero", "channels", 10),
        ("zero", "channels", [1.0]),
        ("zero", "channels", [True]),
        ("zero", "channels", [-1]),
        ("zero", "channels", [2, 2]),
        ("zero", "channels", ["1"]),
        ("zero", "enabled", 1),
        ("zero", "solo", "no"),
        ("zero", "squares", [1, 2]),
        ("zero", "squares", [[1, 25]]),
        ("set", "square", [1]),
        ("set", "square", [1, -1]),
        ("set", "row", 64),
        ("set", "column", 1.5),
        ("set", "value", None),
        ("set", "value", "5"),
        ("set", "value", True),
        ("set", "value", float("nan")),
        ("set", "value", float("inf")),
        ("set", "value", 10**400),
        ("set", "fill", [0]),
        ("scale", "positive", "2"),
        ("mean", "count", 0),
        ("mean", "count", 10_001),
        ("mean", "seed", 2**31),
        ("mean", "size", "small"),
        ("mean", "size", ["same"]),
        ("resample", "source_seed", -1),
        ("resample", "same_cheese", 0),
        ("noise", "sigma", -0.1),
        ("noise", "seed", None),
        ("add", "vector", ""),
        ("add", "vector", 3),
        ("add", "coefficient", None),
    ],
)
def test_wrong_keys_types_and_ranges_are_refused(kind: str, key: str, value: object) -> None:
    patch = {"kind": kind, "layer": LAYER} | ({"vector": "cheese"} if kind == "add" else {})
    assert read(patch)
    refused({"patches": [patch | {key: value}]}, f'"{key}"')


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["patches", "kind", "layer", "channels", "value", "x"]) | st.text(max_size=3),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
@settings(max_examples=200, deadline=None)
def test_nothing_but_a_refusal_comes_of_other_json(found: object) -> None:
    try:
        stack = stack_from_json(found)
    except PatchError as error:
        assert_sentence(str(error))
    else:
        assert stack_from_json(stack_to_json(stack)) == stack


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    stack = PatchStack((Zero(channels=(1, 2), solo=True), AddVector(vector="ü\udc80.safetensors", coefficient=0.25)))
    save_patches(tmp_path / "p.json", stack)
    assert load_patches(tmp_path / "p.json") == stack


def test_a_vector_is_looked_for_beside_its_patches_file(tmp_path: Path) -> None:
    (tmp_path / "v.safetensors").write_bytes(b"")
    save_patches(tmp_path / "p.json", PatchStack((AddVector(vector="v.safetensors"), AddVector(vector="cheese"))))
    first, second = load_patches(tmp_path / "p.json").patches
    assert isinstance(first, AddVector)
    assert isinstance(second, AddVector)
    assert (first.vector, second.vector) == (str(tmp_path / "v.safetensors"), "cheese")


def test_an_empty_file_is_called_empty(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_bytes(b"")
    with pytest.raises(PatchError) as caught:
        load_patches(tmp_path / "p.json")
    assert_sentence(str(caught.value))
    assert "p.json is empty" in str(caught.value)


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe\x00", b"[" * 65 + b"]" * 65, b'{"patches": [{"kind": "zer'])
def test_files_that_are_not_json_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "p.json"
    path.write_bytes(content)
    with pytest.raises(PatchError) as caught:
        load_patches(path)
    assert_sentence(str(caught.value))
    assert "p.json is not JSON" in str(caught.value)


def test_missing_files_folders_and_huge_files_are_refused(tmp_path: Path) -> None:
    huge = tmp_path / "huge.json"
    huge.write_bytes(b'{"patches": []}' + b" " * 1024)
    assert load_patches(huge) == PatchStack()
    for path, words in ((tmp_path / "none.json", "No such file"), (tmp_path, "a folder"), (huge, "more than 1 KB")):
        with pytest.raises(PatchError, match=words) as caught:
            load_patches(path, largest=1024)
        assert_sentence(str(caught.value))


def test_a_file_that_cannot_be_written_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(PatchError, match="could not be saved"):
        save_patches(tmp_path / "none" / "p.json", PatchStack())
    assert not list(tmp_path.iterdir())


def refused(found: object, words: str) -> None:
    with pytest.raises(PatchError) as caught:
        stack_from_json(found)
    assert_sentence(str(caught.value))
    assert words in str(caught.value)


def assert_sentence(text: str) -> None:
    assert "\n" not in text
    assert text.endswith(".")
    assert len(text) < 300
