"""Maze files and mazes as text: round trips, and one sentence for each way to be wrong."""

from __future__ import annotations

import json
import os
import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.document.open_file import NamedMaze, open_mazes
from app.errors import MazeError
from app.maze import maze_file, text_file
from app.maze.ascii import from_ascii, to_ascii
from app.maze.generator import level
from app.maze.levels import random_level
from app.maze.maze import Maze
from tests.maze.strategies import mazes


@settings(max_examples=60, deadline=None)
@given(maze=mazes())
def test_a_maze_survives_json(maze: Maze) -> None:
    assert maze_file.from_json(json.loads(json.dumps(maze_file.to_json(maze)))) == maze


def test_a_file_is_as_documented(tmp_path: Path) -> None:
    maze = random_level(15, 13, 2, background=4).with_facing("right")
    maze_file.save(tmp_path / "a.json", maze)
    found = json.loads((tmp_path / "a.json").read_text())
    assert list(found) == ["format", "version", "world", "dim", "theme", "facing", "mouse", "cheese", "rows"]
    assert (found["format"], found["version"], found["world"], found["theme"]) == ("mazescope-maze", 1, 15, 4)
    assert found["mouse"] == [1, 1]
    row, col = found["cheese"]
    # Rows are written top first.
    assert found["rows"][14 - row][col] == "."
    assert found["rows"][0] == "#" * 15
    assert maze_file.load(tmp_path / "a.json") == maze
    maze_file.save(tmp_path / "a.json", maze.with_cheese(None))
    assert maze_file.load(tmp_path / "a.json").cheese is None


def _object(**changes: Any) -> dict[str, Any]:
    return {**maze_file.to_json(random_level(15, 13, 2)), **changes}


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"format": "mazescope-session"}, 'expected "mazescope-maze"'),
        ({"version": 2}, "version 2; this program reads version 1"),
        ({"version": True}, "version true"),
        ({"colour": 1}, 'unknown key "colour"'),
        ({"world": 31}, "side 31; expected 15"),
        ({"world": 25}, "15 rows of 15 cells were found; expected 25 rows"),
        ({"world": 15.0}, '"world" is 15.0; expected a whole number'),
        ({"dim": 4}, "odd"),
        ({"dim": True}, '"dim" is true'),
        ({"theme": 9}, "Background 9"),
        ({"theme": None}, '"theme" is null'),
        ({"facing": "up"}, "'up'"),
        ({"facing": 3}, '"facing" is 3'),
        ({"facing": []}, '"facing" is'),
        ({"mouse": None}, '"mouse" is null'),
        ({"mouse": [1, 2, 3]}, '"mouse"'),
        ({"mouse": [1.5, 2]}, "whole numbers"),
        ({"mouse": [True, 2]}, "whole numbers"),
        ({"mouse": [0, 0]}, "is a wall"),
        ({"mouse": [15, 0]}, "outside the world"),
        ({"mouse": [-1, 0]}, "outside the world"),
        ({"cheese": [1, 1]}, "share the square"),
        ({"cheese": "here"}, '"cheese" is "here"'),
        ({"cheese": {}}, "or null"),
        ({"rows": None}, "not a list of texts"),
        ({"rows": ["." * 15] * 14}, "14 rows of 15 cells"),
        ({"rows": [*["." * 15] * 14, "." * 16]}, "15 or 16 cells"),
        ({"rows": []}, "0 rows of no cells"),
        ({"rows": [1] * 15}, "not a list of texts"),
        ({"rows": ["x" * 15] * 15}, "cell 'x'"),
    ],
)
def test_a_wrong_value_is_named(changes: dict[str, Any], match: str) -> None:
    with pytest.raises(MazeError, match=match) as caught:
        maze_file.from_json(_object(**changes))
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("key", ["world", "dim", "theme", "facing", "mouse", "cheese", "rows"])
def test_a_missing_key_is_named(key: str) -> None:
    found = _object()
    del found[key]
    with pytest.raises(MazeError, match=f'lacks the key "{key}"'):
        maze_file.from_json(found)


@pytest.mark.parametrize("found", [None, [], "maze", 3, 2.5, True])
def test_what_is_no_object_is_refused(found: object) -> None:
    with pytest.raises(MazeError, match="expected an object"):
        maze_file.from_json(found)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(key=st.sampled_from(list(maze_file.to_json(random_level(15, 3, 0)))), value=_JSON)
def test_any_value_makes_a_maze_or_a_sentence(key: str, value: object) -> None:
    try:
        assert isinstance(maze_file.from_json(_object(**{key: value})), Maze)
    except MazeError as error:
        sentence = str(error)
    else:
        return
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "is empty; expected a maze file"),
        (b"{", "is not JSON .* in line 1"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"[" * 65 + b"]" * 65, "is not JSON .*nested.*; expected a maze file"),
        (b"9" * 601, "is not JSON .*too long.*; expected a maze file"),
        (b"[]", "maze.json: A list was found"),
        (b" " * 1025, "more than 1 KB"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: bytes, match: str) -> None:
    path = tmp_path / "maze.json"
    path.write_bytes(content)
    with pytest.raises(MazeError, match=match):
        maze_file.load(path, largest=1024)


def test_a_missing_file_a_folder_and_an_unwritable_place_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MazeError, match="cannot be read: No such file"):
        maze_file.load(tmp_path / "none.json")
    with pytest.raises(MazeError, match="is a folder"):
        maze_file.load(tmp_path)
    with pytest.raises(MazeError, match="could not be saved"):
        maze_file.save(tmp_path / "none" / "maze.json", random_level(15, 3, 0))


def test_a_byte_order_mark_is_fine(tmp_path: Path) -> None:
    maze = random_level(15, 3, 0)
    (tmp_path / "maze.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(maze_file.to_json(maze)).encode())
    assert maze_file.load(tmp_path / "maze.json") == maze


@given(seed=st.integers(0, 2**31 - 1), world=st.sampled_from([15, 25]), whole=st.booleans())
def test_a_maze_survives_text(seed: int, world: int, whole: bool) -> None:
    maze = random_level(world, None, seed)
    assert from_ascii(to_ascii(maze, whole), world) == maze


@settings(max_examples=40, deadline=None)
@given(maze=mazes())
def test_any_edited_world_survives_text_but_for_its_size_and_look(maze: Maze) -> None:
    read = from_ascii(to_ascii(maze))
    assert (read.walls, read.mouse, read.cheese) == (maze.walls, maze.mouse, maze.cheese)


def test_text_is_top_first_and_a_block_is_centred() -> None:
    maze = from_ascii("\n  ..C\n  .##\n  M..  \n\n")
    assert (maze.world, maze.dim, maze.mouse, maze.cheese) == (15, 3, (6, 6), (8, 8))
    assert maze.is_wall((7, 7))
    assert maze.is_wall((7, 8))
    assert maze.is_open((6, 8))
    assert to_ascii(maze, whole_world=False) == "..C\n.##\nM..\n"
    assert from_ascii("...\n.##\n...").mouse == (6, 6)


def test_walls_drawn_all_around_are_the_worlds_not_the_mazes() -> None:
    framed = from_ascii("#####\n#..C#\n#.###\n#M..#\n#####")
    assert framed == from_ascii("..C\n.##\nM..")
    assert framed.is_open((framed.margin + framed.dim - 1,) * 2), "the maze's own top-right square"
    assert from_ascii("#####\n#..C#\n#.##.\n#M..#\n#####").dim == 5, "not all around"


def test_open_squares_outside_the_maze_need_the_whole_world() -> None:
    maze = random_level(15, 3, 0).with_walls(((0, 0),), wall=False)
    with pytest.raises(MazeError, match="expected to write the whole world"):
        to_ascii(maze, whole_world=False)


@pytest.mark.parametrize(
    ("text", "world", "match"),
    [
        ("", None, "0 lines of no cells"),
        ("..\n...", None, "2 lines of 2 or 3 cells"),
        ("..\n..", None, "2 x 2 cells"),
        (".x.\n...\n...", None, "cell 'x'"),
        ("CC.\n...\n...", None, "2 cheeses"),
        ("M.M\n...\n...", None, "2 mice"),
        ("...\n...\n###", None, "mouse is at .6, 6., which is a wall"),
        ("C..\n...\n...", 31, "side 31"),
        ("\n".join(["." * 17] * 17), 15, "17 x 17 cells"),
        ("\n".join(["." * 27] * 27), None, "27 x 27 cells"),
    ],
)
def test_text_that_is_no_maze_is_refused(text: str, world: int | None, match: str) -> None:
    with pytest.raises(MazeError, match=match):
        from_ascii(text, world)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_is_no_text_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(MazeError, match="a device or a pipe"):
        text_file.load(tmp_path / "pipe.txt")


def test_a_name_that_no_text_file_can_have_is_refused() -> None:
    with pytest.raises(MazeError, match="cannot be the name of a file"):
        text_file.load(Path("a\0b.txt"))


# Mazes as others write them.

WRITTEN = ["#####", "#..C#", "#.###", "#M..#", "#####"]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + "\n".join(WRITTEN),
        "\r\n".join(" ".join(line) for line in WRITTEN),
        "\n".join("\t".join(line) for line in WRITTEN),
        "```text\n" + "\n".join(WRITTEN) + "\n```\nA maze.\n",
        "Look at this maze:\n\n```\n" + "\n".join(WRITTEN) + "\n```\n\nand at its neighbour\n```\n##\n```\n",
        "\n".join(f"> {line}" for line in WRITTEN),
        "> ```\n" + "\n".join(f"> {' '.join(line)}" for line in WRITTEN) + "\n> ```\n",
        "```\n" + "\n".join(f"> {line}" for line in WRITTEN) + "\n```\n",
        "\n".join(WRITTEN).replace("C", "*").replace("M", "@"),
        "\n".join(WRITTEN).replace("#", "1").replace(".", "0"),
        "\n".join("[" + ", ".join(line) + "]," for line in WRITTEN).replace("#", "1").replace(".", "0").join("[]"),
    ],
    ids=[
        "mark",
        "spaces",
        "tabs",
        "fences",
        "among words",
        "quotes",
        "all of it",
        "quotes in fences",
        "roguelike",
        "digits",
        "lists",
    ],
)
@pytest.mark.parametrize("name", ["maze.txt", "maze.md"])
def test_text_as_others_write_it_opens(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_bytes(text.encode())
    assert open_mazes(tmp_path / name) == (NamedMaze("maze", from_ascii("\n".join(WRITTEN))),)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_text_of_windows_opens(tmp_path: Path, encoding: str) -> None:
    text = "\ufeff" + "\r\n".join(WRITTEN) + "\r\n"
    for name in ("maze.txt", "maze"):
        (tmp_path / name).write_bytes(text.encode(encoding))
        assert open_mazes(tmp_path / name) == (NamedMaze("maze", from_ascii("\n".join(WRITTEN))),)
    (tmp_path / "words").write_bytes("\ufeffOnly words".encode(encoding))
    with pytest.raises(MazeError, match=r"^words is text; expected a maze"):
        open_mazes(tmp_path / "words")


def test_text_with_a_cell_that_is_none_is_named_as_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "maze.txt").write_text("1 1 1\n1 7 1\n1 1 1\n")
    with pytest.raises(MazeError, match=r"The cell .7. was found"):
        open_mazes(tmp_path / "maze.txt")


@pytest.mark.parametrize("kind", [np.int64, np.uint8, np.float32, bool])
@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_of_walls_are_read_from_the_top_row_down(tmp_path: Path, kind: type, order: str) -> None:
    grid = np.array([[cell == "#" for cell in line] for line in WRITTEN]).astype(kind, order=order)
    np.save(tmp_path / "grid.npy", grid)
    (found,) = open_mazes(tmp_path / "grid.npy")
    assert found.maze == from_ascii("\n".join(WRITTEN)).with_cheese(None)


def test_arrays_of_procgens_codes_are_read_from_the_bottom_row_up(tmp_path: Path) -> None:
    maze = level(25, 4)
    np.save(tmp_path / "grid.npy", maze.grid)
    (found,) = open_mazes(tmp_path / "grid.npy")
    assert found.maze == replace(maze, background=0)


@pytest.mark.parametrize(
    ("grid", "words"),
    [
        (np.zeros(9), "a NumPy array of 9 values of type float64; expected a square grid"),
        (np.zeros((5, 3)), "of 5 x 3 values"),
        (np.zeros((27, 27)), "of 27 x 27 values"),
        (np.full((3, 3), "#"), "of 3 x 3 values of type <U1"),
        (np.full((3, 3), 7), "with the number 7; expected"),
        (np.zeros((4, 4)), "is not a maze. A square of 4 x 4 cells"),
        (np.full((3, 3), None), "of type object"),
    ],
)
def test_other_arrays_are_refused(tmp_path: Path, grid: np.ndarray, words: str) -> None:
    np.save(tmp_path / "grid.npy", grid)
    with pytest.raises(MazeError, match=re.escape(words)):
        open_mazes(tmp_path / "grid.npy")


def test_damaged_arrays_and_texts_open_or_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "good.npy", level(15, 3).grid)
    array, text = (tmp_path / "good.npy").read_bytes(), ("> " + "\n> ".join(WRITTEN)).encode()
    random_, opened = random.Random(6), 0
    for good, whole in ((array, 128), (text, len(text))):
        for _ in range(100):
            bad = bytearray(good[: random_.choice([len(good), random_.randrange(len(good))])])
            for _ in range(random_.choice([0, 1, 2]) if bad else 0):
                bad[random_.randrange(min(len(bad), whole))] = random_.randrange(256)
            (tmp_path / "bad").write_bytes(bad)
            try:
                opened += isinstance(open_mazes(tmp_path / "bad")[0].maze, Maze)
            except MazeError as error:
                sentence = str(error)
                assert sentence.endswith(".")
                assert "\n" not in sentence
    assert 0 < opened < 150
