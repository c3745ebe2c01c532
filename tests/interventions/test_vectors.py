"""Activation vectors: how they are made, what they are kept in, and what is refused."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from safetensors.numpy import save

from app.errors import PatchError
from app.interventions.compiled_stack import compile_stack
from app.interventions.dynamic_vectors import word_vector, word_vectors
from app.interventions.layer_activations import activations
from app.interventions.patches import DEFAULT_LAYER, AddVector, PatchStack
from app.interventions.vector_library import VectorLibrary
from app.interventions.vector_makers import averaged, difference, from_word, random_like
from app.interventions.vectors import KINDS, ActivationVector, cosine, read_vector, save_vector
from app.maze.levels import random_level
from app.policy.network import random_network
from app.policy.policy import Policy, policy_of
from app.progress import Cancelled
from tests.maze.strategies import mazes

MAZE = random_level(15, 9, 1, background=4)
OTHER = random_level(25, 13, 2, background=1)


def vector(**changes: object) -> ActivationVector:
    values = np.arange(2 * 4 * 4, dtype=np.float32).reshape(2, 4, 4) - 11
    plain = ActivationVector("mine", "difference", "fc_policy", values, "ab" * 32)
    return replace(plain, **changes)  # type: ignore[arg-type]


# --- values ---------------------------------------------------------------------------------------------------------


def test_norms_and_cosines() -> None:
    values = np.zeros((2, 2, 2), dtype=np.float32)
    values[0, 0, 0], values[1, 1, :] = 3, (4, 12)
    one = vector(values=values)
    assert one.norm == pytest.approx(13)
    assert one.channel_norms == pytest.approx([3, np.sqrt(160)])
    assert cosine(one, one) == pytest.approx(1)
    assert cosine(one, replace(one, values=-2 * values)) == pytest.approx(-1)
    other = np.zeros_like(values)
    other[0, 1, 1] = 5
    assert cosine(one, replace(one, values=other)) == pytest.approx(0)
    assert cosine(one, replace(one, values=np.zeros_like(values))) is None
    assert cosine(one, replace(one, values=values.ravel())) is None


def test_vectors_are_frozen_and_equal_by_value() -> None:
    one = vector()
    assert one == vector()
    assert hash(one) == hash(vector())
    assert one != vector(note="another")
    assert one != vector(values=one.values + 1)
    assert one != vector(maze_a=MAZE)
    with pytest.raises(ValueError, match="read-only"):
        one.values[0] = 1
    source = np.ones((1, 2, 2), dtype=np.float32)
    made = vector(values=source)
    source[:] = 2
    assert made.values.max() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "other"},
        {"values": np.array([1.0, np.nan])},
        {"values": np.array([np.inf])},
        {"values": np.zeros((3, 3))},
        {"values": np.zeros(0)},
        {"measures": (("accuracy", float("nan")),)},
    ],
)
def test_what_is_not_a_vector_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(PatchError):
        vector(**changes)


# --- files ----------------------------------------------------------------------------------------------------------


@given(
    values=arrays(np.float32, st.sampled_from([(3, 2, 2), (5,), (1,)]), elements=st.floats(-1e6, 1e6, width=32)),
    kind=st.sampled_from(KINDS),
    name=st.text(max_size=20),
    note=st.text(max_size=20),
    seeds=st.lists(st.integers(0, 2**31 - 1), max_size=5).map(tuple),
    maze_a=st.none() | mazes(),
    measures=st.lists(st.tuples(st.text(max_size=5), st.floats(0, 1)), max_size=2).map(tuple),
)
@settings(max_examples=40, deadline=None)
def test_a_vector_is_read_as_it_was_saved(
    tmp_path_factory: pytest.TempPathFactory, values: np.ndarray, **fields: object
) -> None:
    path = tmp_path_factory.mktemp("vectors") / "v.safetensors"
    saved = vector(values=values, **fields)
    save_vector(path, saved)
    found = read_vector(path)
    assert found == saved
    assert np.array_equal(found.values, values)
    assert (found.name, found.note, found.seeds) == (saved.name, saved.note, saved.seeds)
    assert (found.maze_a, found.measures) == (saved.maze_a, saved.measures)


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "v.safetensors"
    save_vector(path, vector(name="first"))
    assert read_vector(path).name == "first"
    save_vector(path, vector(name="other"))
    os.utime(path, ns=(1, 1))
    assert read_vector(path).name == "other"


def _file(values: np.ndarray | None = None, tensor: str = "vector", **metadata: str) -> bytes:
    plain = vector()
    return save({tensor: plain.values if values is None else values}, {**plain._metadata(), **metadata})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 8,
        b"\xff" * 64,
        _file()[:-10],
        save({"vector": np.zeros((1, 2, 2), np.float32)}),
        _file(tensor="weights"),
        save({"vector": np.zeros(3, np.float32), "b": np.zeros(3, np.float32)}, vector()._metadata()),
        _file(format="mazescope-session"),
        _file(version="2"),
        _file(kind="spell"),
        _file(seeds="[1"),
        _file(seeds="7"),
        _file(maze_a="{}"),
        _file(measures="[1]"),
        _file(values=np.zeros((1, 2, 2), np.float64)),
        _file(values=np.full((1, 2, 2), np.nan, np.float32)),
        _file(values=np.zeros((2, 2), np.float32)),
        save({"vector": np.zeros(3, np.float32)}, {"format": "mazescope-vector", "version": "1"}),
    ],
)
def test_other_files_are_refused_in_a_sentence(tmp_path: Path, content: bytes, small_policy: Policy) -> None:
    path = tmp_path / "v.safetensors"
    path.write_bytes(content)
    with pytest.raises(PatchError) as caught:
        read_vector(path)
    assert str(caught.value).startswith("v.safetensors")
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)
    stack = compile_stack(PatchStack((AddVector(vector=str(path)),)), small_policy, MAZE)
    assert [problem.reason for problem in stack.problems] == [str(caught.value)]


def test_missing_files_folders_and_huge_files_are_refused(tmp_path: Path) -> None:
    huge = tmp_path / "huge.safetensors"
    save_vector(huge, vector(note="x" * 1024))
    assert read_vector(huge).note
    for path, words in ((tmp_path / "none", "no vector file"), (tmp_path, "folder"), (huge, "more than 1 KB")):
        with pytest.raises(PatchError, match=words):
            read_vector(path, largest=1024)
    with pytest.raises(PatchError):
        read_vector("a\0b")
    with pytest.raises(PatchError, match="could not be saved"):
        save_vector(tmp_path / "none" / "v.safetensors", vector())


# --- ways to make them ----------------------------------------------------------------------------------------------


def assert_close(found: np.ndarray, expected: np.ndarray) -> None:
    """Equal up to the rounding by which passes of one and of many observations differ."""
    assert np.abs(found - expected).max() <= 1e-5 * max(1.0, float(np.abs(expected).max()) * 10)


def one(policy: Policy, maze: object, layer: str = DEFAULT_LAYER) -> torch.Tensor:
    return activations(policy.network, (maze,), (layer,))[layer][0]  # type: ignore[arg-type]


@pytest.mark.parametrize("layer", [DEFAULT_LAYER, "embedder.fc"])
def test_the_cheese_vector_is_with_minus_without(small_policy: Policy, layer: str) -> None:
    made = from_word("cheese", small_policy, MAZE, layer)
    expected = one(small_policy, MAZE, layer) - one(small_policy, MAZE.with_cheese(None), layer)
    assert_close(made.values, expected.numpy())
    assert (made.kind, made.maze_a, made.maze_b) == ("cheese", MAZE, MAZE.with_cheese(None))
    assert (made.policy_hash, made.layer) == (small_policy.weights_hash, layer)
    assert not from_word("cheese", small_policy, MAZE.with_cheese(None), layer).values.any()


def test_vectors_are_taken_with_the_mouse_and_the_theme_of_the_maze(small_policy: Policy) -> None:
    row, col = MAZE.squares[7]
    elsewhere = from_word("cheese", small_policy, MAZE.with_mouse((int(row), int(col))), "embedder.fc")
    themed = from_word("cheese", small_policy, MAZE.with_background(0), "embedder.fc")
    here = from_word("cheese", small_policy, MAZE, "embedder.fc")
    assert not np.allclose(here.values, elsewhere.values, atol=1e-3)
    assert not np.allclose(here.values, themed.values, atol=1e-3)


def test_many_word_vectors_at_once_are_those_taken_one_by_one(small_policy: Policy) -> None:
    levels = (MAZE, MAZE.with_cheese(None), MAZE.with_background(7))
    found = word_vectors("cheese", small_policy, levels, (DEFAULT_LAYER, "embedder.fc"))
    assert not found[DEFAULT_LAYER][1].any()
    for index, maze in enumerate(levels):
        for layer, vectors in found.items():
            assert_close(vectors[index].numpy(), word_vector("cheese", small_policy, maze, layer).numpy())


def test_a_minus_b_of_mazes_of_two_worlds(small_policy: Policy) -> None:
    made = difference(small_policy, MAZE, OTHER, DEFAULT_LAYER + "_out")
    expected = one(small_policy, MAZE) - one(small_policy, OTHER)
    assert_close(made.values, expected.numpy())
    assert (made.layer, made.maze_a, made.maze_b) == (DEFAULT_LAYER, MAZE, OTHER)


def test_an_averaged_vector_is_the_mean_of_the_levels_vectors(small_policy: Policy) -> None:
    levels = [random_level(15, None, seed, background=None) for seed in range(40)]
    heard = []
    made = averaged(
        "cheese", small_policy, levels, range(40), DEFAULT_LAYER, progress=lambda *at: heard.append(at) or True
    )
    each = [from_word("cheese", small_policy, level, DEFAULT_LAYER).values for level in levels]
    assert_close(made.values, np.mean(each, axis=0))
    assert made.seeds == tuple(range(40))
    assert heard[0] == (0, 40)
    assert heard[-1] == (40, 40)
    with pytest.raises(Cancelled):
        averaged("cheese", small_policy, levels, range(40), DEFAULT_LAYER, progress=lambda done, _: done < 32)


def test_a_random_vector_has_the_norm_and_no_direction_of_the_other(small_policy: Policy) -> None:
    made = from_word("cheese", small_policy, MAZE, DEFAULT_LAYER)
    random = random_like(made, 3)
    assert random.norm == pytest.approx(made.norm, rel=1e-5)
    assert abs(cosine(random, made) or 1) < 0.1
    assert random == random_like(made, 3) != random_like(made, 4)


def test_wrong_arguments_are_refused(small_policy: Policy) -> None:
    with pytest.raises(PatchError, match="'brie'"):
        from_word("brie", small_policy, MAZE, DEFAULT_LAYER)
    with pytest.raises(PatchError, match="no layer"):
        from_word("cheese", small_policy, MAZE, "block9")
    with pytest.raises(PatchError, match="No level"):
        averaged("cheese", small_policy, [], [], DEFAULT_LAYER)
    with pytest.raises(PatchError, match="zero"):
        random_like(from_word("cheese", small_policy, MAZE.with_cheese(None), DEFAULT_LAYER), 0)


# --- applied on another level, or another policy --------------------------------------------------------------------


def test_a_saved_vector_acts_on_another_level_as_it_was_taken(small_policy: Policy, tmp_path: Path) -> None:
    path = tmp_path / "v.safetensors"
    made = from_word("cheese", small_policy, MAZE, DEFAULT_LAYER)
    save_vector(path, made)
    stack = compile_stack(PatchStack((AddVector(vector=str(path), coefficient=-2.0),)), small_policy, OTHER)
    before = torch.randn(2, 32, 16, 16)
    after = stack.edit(OTHER.squares[:2])(DEFAULT_LAYER, before)
    assert torch.allclose(after, before - 2 * torch.from_numpy(made.values.copy()), atol=1e-6)


def test_a_vector_of_another_shape_stays_and_says_why(small_policy: Policy, tmp_path: Path) -> None:
    path = tmp_path / "v.safetensors"
    wide = policy_of(random_network(2, 0), "wide")
    save_vector(path, from_word("cheese", wide, MAZE, DEFAULT_LAYER))
    stack = PatchStack((AddVector(vector=str(path)),))
    (problem,) = compile_stack(stack, small_policy, MAZE).problems
    assert "64 x 16 x 16" in problem.reason
    assert "32 x 16 x 16" in problem.reason
    assert compile_stack(stack, wide, MAZE).first == DEFAULT_LAYER


# --- the library ----------------------------------------------------------------------------------------------------


def test_a_library_keeps_lists_renames_and_removes(tmp_path: Path) -> None:
    library = VectorLibrary(tmp_path / "deep" / "library")
    assert library.entries() == ()
    first = library.keep(vector(name="Cheese: (3, 4)"))
    second = library.keep(vector(name="Cheese: (3, 4)", note="another"))
    third = library.keep(vector(name="../../ä"))
    assert len({first, second, third}) == 3
    assert {path.parent for path in (first, second, third)} == {tmp_path / "deep" / "library"}
    assert library.keep(vector(name="Cheese: (3, 4)")) == first
    assert [entry.path for entry in library.entries()] == [third, first, second]
    library.rename(first, "zzz")
    assert [entry.vector.name for entry in library.entries() if entry.vector][-1] == "zzz"
    assert read_vector(first).name == "zzz"
    library.remove(second)
    assert [entry.path for entry in library.entries()] == [third, first]


def test_a_spoiled_file_stays_in_the_list_and_says_why(tmp_path: Path) -> None:
    library = VectorLibrary(tmp_path)
    library.keep(vector())
    (tmp_path / "broken.safetensors").write_bytes(b"no")
    (tmp_path / "notes.txt").write_text("not a vector")
    entries = library.entries()
    assert [entry.vector is None for entry in entries] == [True, False]
    assert "broken.safetensors" in entries[0].problem


def test_metadata_are_texts_that_any_reader_of_safetensors_sees(tmp_path: Path) -> None:
    path = tmp_path / "v.safetensors"
    save_vector(path, vector(maze_a=MAZE, seeds=(1, 2)))
    content = path.read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    assert header["vector"]["dtype"] == "F32"
    assert header["__metadata__"]["policy_hash"] == "ab" * 32
    assert json.loads(header["__metadata__"]["seeds"]) == [1, 2]
    assert json.loads(header["__metadata__"]["maze_a"])["format"] == "mazescope-maze"


ODD = ActivationVector("v", "random", DEFAULT_LAYER, np.ones((32, 16, 16), np.float32), "hash")


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("seeds", "[Infinity]"),
        ("seeds", "[" * 65 + "]" * 65),
        ("maze_a", "[" * 65 + "]" * 65),
        ("measures", f'[["accuracy", 1{"0" * 400}]]'),
    ],
    ids=["infinite seed", "deep seeds", "deep maze", "huge measure"],
)
def test_provenance_that_no_number_or_maze_can_be_is_refused(tmp_path: Path, key: str, text: str) -> None:
    path, vector = tmp_path / "odd.safetensors", ODD
    path.write_bytes(save({"vector": vector.values.copy()}, {**vector._metadata(), key: text}))
    with pytest.raises(PatchError, match="provenance"):
        read_vector(path)
    assert VectorLibrary(tmp_path).entries()[0].problem


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_is_no_vector(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.safetensors")
    with pytest.raises(PatchError, match="pipe"):
        read_vector(tmp_path / "pipe.safetensors")


def test_a_file_replaced_within_one_tick_of_the_clock_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "v.safetensors"
    for name in ("old", "new"):
        save_vector(path, replace(ODD, name=name))
        os.utime(path, ns=(10**18, 10**18))
        assert read_vector(path).name == name
