"""Exports opened again by the recipe in their files."""

from __future__ import annotations

import json
import random
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.document import maze_edits, snapshot_edits
from app.document.document import Document, OpenMaze, State
from app.document.embedded_recipe import embedded_recipe
from app.document.export_file import OpenedExport
from app.document.open_file import open_mazes, open_patches, open_policy, open_vector, read_file
from app.document.recipe import Recipe, recipe_of, recipe_text
from app.document.view_mode import Mode
from app.drawing.figure import Figure, FigureOptions, figure
from app.drawing.palette import LIGHT
from app.errors import MazescopeError, PatchError, PolicyError, SessionError
from app.export.images import pdf_bytes, png_bytes, svg_bytes
from app.export.movies import gif_bytes, mp4_bytes
from app.export.numbers import csv_bytes, npz_bytes
from app.field.requests import FieldResult
from app.interventions.patches import PatchStack
from app.maze.levels import generate_level
from app.paths import asset
from app.policy.loading import load_policy
from app.policy.network import random_network
from app.policy.policy import Policy, policy_of
from app.policy.saving import save_safetensors
from tests.pictures import ONE_PATCH, random_field, result_of

EDITED = generate_level("easy", 3).maze
EDITED = EDITED.with_cheese(None).with_background(4)
STACK = replace(ONE_PATCH, patches=(*ONE_PATCH.patches, replace(ONE_PATCH.patches[0], channels=(1, 2))))
"""Two patches: their recipe has brackets, and quotes."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exports")


@pytest.fixture(scope="module")
def own(folder: Path) -> Policy:
    save_safetensors(random_network(1, 8), folder / "my (own) policy.safetensors", {"name": "Größe \\ <8>"})
    return load_policy(folder / "my (own) policy.safetensors")


@pytest.fixture(scope="module")
def recipe(own: Policy) -> Recipe:
    return recipe_of(EDITED, own, STACK, seed=3, edited=True, view=Mode.DIFFERENCE)


@pytest.fixture(scope="module")
def result() -> FieldResult:
    return result_of(random_field(EDITED, 0), random_field(EDITED, 1))


@pytest.fixture(scope="module")
def files(folder: Path, recipe: Recipe, result: FieldResult) -> dict[str, Path]:
    """One export of each format, none with a suffix that tells it."""
    drawn: Figure = figure(result, Mode.DIFFERENCE, LIGHT, FigureOptions(show_legend=False))
    two = [drawn, replace(drawn, background="#101010")]
    contents = {
        "png": png_bytes(drawn, recipe, 0.25),
        "svg": svg_bytes(drawn, recipe),
        "pdf": pdf_bytes(drawn, recipe),
        "gif": gif_bytes(two, 2, recipe, scale=0.25),
        "mp4": mp4_bytes(two, 2, recipe, scale=0.25),
        "csv": csv_bytes(result, recipe, patched=True),
        "npz": npz_bytes(result, recipe, patched=True),
    }
    for name, content in contents.items():
        (folder / f"{name}.dat").write_bytes(content)
    return {name: folder / f"{name}.dat" for name in contents}


FORMATS = ("png", "svg", "pdf", "gif", "mp4", "csv", "npz")


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_brings_maze_policy_and_patches_back(files: dict[str, Path], own: Policy, name: str) -> None:
    opened = read_file(files[name])
    assert isinstance(opened, OpenedExport)
    (tab,) = opened.export.mazes
    level = generate_level("easy", 3)
    assert (tab.maze, tab.generated, tab.title, tab.seed) == (EDITED, level.maze, level.name, 3)
    assert (opened.export.stack, opened.policy, opened.problem) == (STACK, own, "")
    assert opened.export.mode is Mode.DIFFERENCE
    assert open_mazes(files[name])[0].maze == EDITED
    assert open_patches(files[name]) == STACK


def test_an_export_is_no_policy_and_no_vector(files: dict[str, Path]) -> None:
    with pytest.raises(PolicyError, match=r"^png\.dat holds an export; expected a policy\.$"):
        open_policy(files["png"])
    with pytest.raises(PatchError, match=r"^csv\.dat holds an export; expected a vector\.$"):
        open_vector(files["csv"])


def test_the_policy_is_found_by_its_weights_next_to_the_export_and_nowhere_else(
    tmp_path: Path, recipe: Recipe, own: Policy
) -> None:
    stranger = {**recipe, "policy": {"name": "Mouse", "weights_sha256": "0" * 64, "file": "mouse.pth"}}
    path = tmp_path / "figure.csv"

    def problem(**policy: str) -> str:
        said = {**stranger["policy"], **policy}
        path.write_text(f"# {recipe_text({**stranger, 'policy': said})}\n")
        opened = read_file(path, own)
        assert isinstance(opened, OpenedExport)
        assert opened.policy is None
        return opened.problem

    assert problem() == (
        'The policy "Mouse" of figure.csv was not found (no "mouse.pth" with its weights is next to it); '
        "the policy that was open is used in its place."
    )
    # Another file of that name is not taken for it, nor one in another folder.
    save_safetensors(random_network(1, 9), tmp_path / "mouse.pth")
    assert "was not found" in problem()
    inner = tmp_path / "inner"
    inner.mkdir()
    save_safetensors(random_network(1, 9), inner / "mouse.pth")
    there = load_policy(inner / "mouse.pth").weights_hash
    (tmp_path / "mouse.pth").unlink()
    for place in ("inner/mouse.pth", str(inner / "mouse.pth"), "../inner/mouse.pth", "inner\\mouse.pth", "..", "a\0b"):
        assert "was not found" in problem(weights_sha256=there, file=place), place
    assert "was not found" in problem(shipped="../../../etc/passwd")
    # What is open, or ships, needs no file next to it.
    for policy in (own, load_policy(asset("policies", "default.safetensors"))):
        path.write_text(f"# {recipe_text(recipe_of(EDITED, policy, STACK))}\n")
        opened = read_file(path, own)
        assert isinstance(opened, OpenedExport)
        assert opened.policy == policy


def test_the_policy_may_be_where_files_were_opened(tmp_path: Path, recipe: Recipe) -> None:
    made = policy_of(random_network(1, 10), "mouse")
    (tmp_path / "elsewhere").mkdir()
    save_safetensors(made, tmp_path / "elsewhere" / "mouse.pth")
    said = {"name": "Mouse", "weights_sha256": made.weights_hash, "file": "mouse.pth"}
    path = tmp_path / "figure.csv"
    path.write_text(f"# {recipe_text({**recipe, 'policy': said})}\n")
    for folders, found in (([], None), ([tmp_path / "gone", tmp_path / "elsewhere"], made)):
        opened = read_file(path, None, folders)
        assert isinstance(opened, OpenedExport)
        assert (opened.policy, bool(opened.problem)) == (found, found is None)


def test_a_recipe_names_no_folder(recipe: Recipe, folder: Path) -> None:
    assert recipe["policy"]["file"] == "my (own) policy.safetensors"
    assert str(folder) not in recipe_text(recipe)
    shipped = recipe_of(EDITED, load_policy(asset("policies", "default.safetensors")), STACK)
    assert shipped["policy"]["shipped"] == "default.safetensors"
    assert "file" not in shipped["policy"]


def test_two_mazes_that_were_compared_open_both(tmp_path: Path, recipe: Recipe, own: Policy) -> None:
    other = generate_level("hard", 4).maze
    beside = {**recipe_of(other, own, STACK), "title": "The other"}
    path = tmp_path / "two.csv"
    path.write_text(f"# {recipe_text({**recipe, 'beside': beside})}\n")
    opened = read_file(path)
    assert isinstance(opened, OpenedExport)
    assert [(tab.id, tab.title, tab.maze) for tab in opened.export.mazes] == [
        (1, generate_level("easy", 3).name, EDITED),
        (2, "The other", other),
    ]
    document = Document(State((OpenMaze(5, "One", other, other),), 5))
    before = document.state
    maze_edits.open_export(document, opened.export, opened.policy)
    assert [tab.id for tab in document.state.mazes] == [5, 6, 7]
    assert (document.state.maze, document.state.stack, document.state.policy) == (EDITED, STACK, own)
    document.undo()
    assert document.state == before


def test_a_picture_of_snapshots_brings_all_of_them(tmp_path: Path, recipe: Recipe, own: Policy) -> None:
    other = generate_level("easy", 4).maze
    kept = [
        {**recipe_of(EDITED, own, STACK), "title": "A", "view": Mode.PATCHED},
        {**recipe_of(other, own, PatchStack()), "title": "bare", "view": 7},
        {**recipe_of(other, own, PatchStack())},
    ]
    path = tmp_path / "flips.csv"
    path.write_text(f"# {recipe_text({**recipe, 'snapshots': kept})}\n")
    opened = read_file(path)
    assert isinstance(opened, OpenedExport)
    document = Document(State((OpenMaze(5, "One", other, other),), 5))
    snapshot_edits.keep_snapshot(document, "A", {})
    before = document.state
    maze_edits.open_export(document, opened.export, opened.policy)
    state = document.state
    assert [each.name for each in state.snapshots] == ["A", "B", "bare", "Snapshot 3"], "a taken name gives way"
    assert [(each.tab, each.maze, each.stack) for each in state.snapshots[1:]] == [
        (6, EDITED, STACK),
        (6, other, PatchStack()),
        (6, other, PatchStack()),
    ]
    assert [each.view_values for each in state.snapshots[1:]] == [{"mode": "patched"}, {}, {}]
    snapshot_edits.show_snapshot(document, state.snapshots[2])
    assert (document.state.active, document.state.maze) == (6, other)
    document.undo()
    document.undo()
    assert document.state == before


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"snapshots": [3]}, 'Item 1 of "snapshots" is not an object'),
        ({"snapshots": [{"maze": None, "patches": []}]}, "A null was found; expected an object"),
        ({"program": "Other 1"}, "has a recipe that cannot be read; expected an export of Mazescope"),
        ({"study": "levels"}, 'shows the study "levels", which the command `study` asks again'),
        ({"maze": None}, "has a recipe that cannot be used: A null was found; expected an object"),
        ({"patches": [{"kind": "explode"}]}, '"kind" is "explode"; expected one of'),
        ({"patches": None}, '"patches" is null; expected a list of patches'),
        ({"beside": {"maze": 3}}, "A number was found"),
    ],
)
def test_what_is_wrong_with_a_recipe_is_one_sentence(
    tmp_path: Path, recipe: Recipe, changes: Recipe, words: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"# {recipe_text({**recipe, **changes})}\n")
    with pytest.raises(SessionError) as refused:
        read_file(path)
    assert str(refused.value).startswith("a.csv ")
    assert words in str(refused.value)


def test_values_of_no_sense_leave_the_maze_as_it_is(tmp_path: Path, recipe: Recipe) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"# {recipe_text({**recipe, 'seed': -1, 'region': 99, 'view': 7, 'policy': [], 'title': 3})}\n")
    opened = read_file(path)
    assert isinstance(opened, OpenedExport)
    (tab,) = opened.export.mazes
    assert (tab.maze, tab.generated, tab.title, tab.seed) == (EDITED, EDITED, "a", None)
    assert (opened.policy, opened.problem, opened.export.mode) == (None, "", None)


def test_files_of_other_programs_have_no_recipe(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png")
    Image.new("RGB", (4, 4)).save(tmp_path / "a.gif", comment=b"")
    np.savez_compressed(tmp_path / "a.npz", recipe=np.zeros(3))
    np.savez(tmp_path / "b.npz", recipe=np.array("{}"))
    (tmp_path / "a.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    for path, words in {
        "a.png": "is a picture",
        "a.gif": "is a GIF picture",
        "a.npz": "is an NPZ file of NumPy arrays (recipe)",
        "b.npz": "is an NPZ file of NumPy arrays (recipe)",
        "a.svg": "is an SVG picture",
    }.items():
        with pytest.raises(MazescopeError) as refused:
            read_file(tmp_path / path)
        assert f"{path} {words}; expected a policy, maze, vector, session, file of patches or export." == str(
            refused.value
        )


@pytest.mark.parametrize("name", FORMATS)
def test_a_recipe_beyond_the_limit_is_not_read(files: dict[str, Path], name: str) -> None:
    start = files[name].read_bytes()[:4096]
    text = embedded_recipe(files[name], start)
    assert text is not None
    assert embedded_recipe(files[name], start, len(text) // 4) is None


def test_an_npz_whose_first_header_is_cut_has_no_recipe(tmp_path: Path) -> None:
    header = b"{'descr': '<U4', 'fortran_order': False, 'shape': ("
    with zipfile.ZipFile(tmp_path / "a.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("recipe.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
    with pytest.raises(MazescopeError, match="is an NPZ file of NumPy arrays"):
        read_file(tmp_path / "a.npz")


def read_or_refused(path: Path, content: bytes) -> bool:
    """True when this content opens; it must do that, or be refused in a line."""
    path.write_bytes(content)
    try:
        opened = read_file(path)
    except MazescopeError as error:
        sentence = str(error)
        assert sentence.endswith(".")
        assert "\n" not in sentence
        return False
    return isinstance(opened, OpenedExport)


@pytest.mark.parametrize("name", FORMATS)
def test_damaged_exports_open_or_are_refused(files: dict[str, Path], tmp_path: Path, name: str) -> None:
    """Most flips go where the recipe and the lengths before it are."""
    good, random_ = files[name].read_bytes(), random.Random(8)
    marks = {"png": b"Mazescope\0", "gif": b"!\xfe", "mp4": b"moov", "pdf": b"/Subject", "svg": b"<recipe"}
    place = good.index(marks.get(name, b""))
    assert read_or_refused(tmp_path / "whole", good)
    changed: list[Callable[[], bytes]] = []

    def flipped() -> bytes:
        bad = bytearray(good)
        for _ in range(random_.choice([1, 1, 3])):
            at = random_.choice(
                [random_.randrange(64), place + random_.randrange(-40, 60), random_.randrange(len(bad))]
            )
            bad[max(at, 0) % len(bad)] = random_.randrange(256)
        return bytes(bad)

    def cut() -> bytes:
        return good[
            : random_.choice([random_.randrange(64), place + random_.randrange(100), random_.randrange(len(good))])
        ]

    changed = [flipped] * 3 + [cut]
    opened = sum(read_or_refused(tmp_path / "damaged", random_.choice(changed)()) for _ in range(60))
    assert opened < 60


def test_an_svg_is_read_as_text_not_as_markup(tmp_path: Path, recipe: Recipe) -> None:
    """A document type with names of its own changes nothing: no name is looked up."""
    text = recipe_text({**recipe, "seed": None}).replace("<", "&lt;")
    named = f'<!DOCTYPE svg [<!ENTITY a "b">]><svg><recipe xmlns="urn:mazescope:recipe">{text}</recipe></svg>'
    (tmp_path / "a.svg").write_text(named.replace("Mazescope ", "&a; "))
    with pytest.raises(SessionError, match="cannot be read"):
        read_file(tmp_path / "a.svg")
    assert json.loads(text)["program"].startswith("Mazescope")
