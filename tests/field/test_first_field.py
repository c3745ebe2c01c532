"""The field that a start shows first: kept from one start to the next, and only for exactly what is asked."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.document.first_document import first_document
from app.document.samples import load_samples
from app.field import first_field
from app.field.engine import Engine, FieldRequest, FieldResult
from app.field.first_field import keep, recall
from app.interventions.patches import NO_PATCHES, PatchStack, Scale, Zero
from app.paths import asset, cache_folder
from app.policy.loading import load_policy

SHIPPED = asset("policies", "default.safetensors")


@pytest.fixture(scope="module")
def result() -> FieldResult:
    """The whole answer to what a start without files opens on."""
    state = first_document().state
    engine = Engine("cpu")
    try:
        return engine.compute(FieldRequest(state.maze, load_policy(SHIPPED), state.stack))
    finally:
        engine.close()


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAZESCOPE_HOME", str(tmp_path / "home"))


def test_what_is_kept_is_recalled_to_the_last_bit(result: FieldResult) -> None:
    request = result.request
    assert recall(request.maze, request.stack, SHIPPED) is None
    keep(result, SHIPPED)
    found = recall(request.maze, request.stack, SHIPPED)
    assert found is not None
    for field, computed in zip(found, (result.original, result.patched), strict=True):
        np.testing.assert_array_equal(field.logits, computed.logits)
        np.testing.assert_array_equal(field.value, computed.value)
        assert field.maze == request.maze


def test_where_nothing_acts_the_two_fields_are_one(result: FieldResult) -> None:
    plain = replace(result, request=replace(result.request, stack=NO_PATCHES), patched=result.original)
    keep(plain, SHIPPED)
    found = recall(plain.request.maze, NO_PATCHES, SHIPPED)
    assert found is not None
    assert found[0] is found[1]


def test_another_maze_stack_policy_or_version_has_none(
    result: FieldResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maze, stack = result.request.maze, result.request.stack
    keep(result, SHIPPED)
    assert recall(load_samples()[1].maze, stack, SHIPPED) is None
    square = tuple(int(at) for at in maze.squares[-1])
    assert recall(replace(maze, mouse=square), stack, SHIPPED) is None
    assert recall(maze, NO_PATCHES, SHIPPED) is None
    assert recall(maze, PatchStack((*stack.patches, Zero())), SHIPPED) is None
    assert recall(maze, PatchStack((Scale(positive=2.0),)), SHIPPED) is None
    other = tmp_path / "other.safetensors"
    shutil.copy(SHIPPED, other)
    assert recall(maze, stack, other) is not None, "a policy is its bytes, wherever they are"
    changed = bytearray(other.read_bytes())
    changed[-1] ^= 1
    other.write_bytes(changed)
    assert recall(maze, stack, other) is None
    assert recall(maze, stack, tmp_path / "gone.safetensors") is None
    monkeypatch.setattr(first_field, "__version__", "0.0.0")
    assert recall(maze, stack, SHIPPED) is None


@pytest.mark.parametrize("damage", ["cut", "text", "empty", "large", "not a number", "another shape", "header"])
def test_a_damaged_file_is_no_field(result: FieldResult, damage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    request = result.request
    if damage == "not a number":
        result = replace(result, patched=replace(result.patched, value=np.full_like(result.patched.value, np.nan)))
    if damage == "another shape":
        result = replace(result, original=replace(result.original, logits=result.original.logits[:, :5]))
    keep(result, SHIPPED)
    path = cache_folder() / first_field.NAME
    whole = path.read_bytes()
    if damage == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    elif damage == "text":
        path.write_text("no arrays")
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "header":
        # Without compression, an array's header is text in the file; its checksum says that it was changed.
        path.write_bytes(whole.replace(b"'fortran_order'", b"(fortran_order("))
    elif damage == "large":
        monkeypatch.setattr(first_field, "LARGEST", len(whole) - 1)
    assert recall(request.maze, request.stack, SHIPPED) is None


def test_only_a_whole_exact_answer_is_kept(result: FieldResult) -> None:
    for less in (replace(result, complete=False), replace(result, exact=False)):
        keep(less, SHIPPED)
        assert not (cache_folder() / first_field.NAME).exists()


def test_a_cache_that_has_no_place_is_no_cache(
    result: FieldResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("")
    monkeypatch.setenv("MAZESCOPE_HOME", str(blocked))
    keep(result, SHIPPED)
    assert recall(result.request.maze, result.request.stack, SHIPPED) is None


def test_the_same_answer_is_not_written_again(result: FieldResult) -> None:
    keep(result, SHIPPED)
    path = cache_folder() / first_field.NAME
    written = path.stat().st_ino
    keep(result, SHIPPED)
    assert path.stat().st_ino == written
    keep(replace(result, patched=replace(result.patched, value=result.patched.value + 1)), SHIPPED)
    found = recall(result.request.maze, result.request.stack, SHIPPED)
    assert found is not None
    np.testing.assert_array_equal(found[1].value, result.patched.value + 1)


def test_recalling_needs_no_torch() -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from app.document.first_document import first_document\n"
        "from app.field.first_field import recall\n"
        "from app.paths import asset\n"
        "state = first_document().state\n"
        "recall(state.maze, state.stack, asset('policies', 'default.safetensors'))\n"
        "print('torch' in sys.modules)\n"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert told.split() == ["False"]
