"""The document: every change a signal, every edit undoable, what must not move does not."""

from __future__ import annotations

import pytest

from app.document import maze_edits
from app.document.document import Document, OpenMaze, State
from app.errors import MazeError
from app.interventions.patches import PatchStack, Zero
from app.maze.maze import Maze
from app.policy.network import random_network
from app.policy.policy import policy_of


def small_maze() -> Maze:
    """The 3 x 3 block of an easy world, all open, mouse bottom left, cheese top right."""
    walls = bytearray([1] * 225)
    for row in range(6, 9):
        for col in range(6, 9):
            walls[row * 15 + col] = 0
    return Maze(15, 3, bytes(walls), (6, 6), (8, 8))


@pytest.fixture
def document() -> Document:
    maze = small_maze()
    return Document(State((OpenMaze(1, "Small", maze, maze),), 1))


def test_painting_spares_mouse_and_cheese_and_is_undone(document: Document) -> None:
    start = document.state
    maze_edits.paint_walls(document, ((6, 6), (7, 7), (8, 8), (99, 0)), True)
    maze = document.state.maze
    assert maze.is_wall((7, 7))
    assert not maze.is_wall((6, 6))
    assert not maze.is_wall((8, 8))
    document.undo()
    assert document.state is start


def test_mouse_and_cheese_never_share_a_square_nor_a_wall(document: Document) -> None:
    start = document.state
    maze_edits.move_mouse(document, (8, 8))
    maze_edits.move_cheese(document, (6, 6))
    maze_edits.move_mouse(document, (0, 0))
    maze_edits.move_cheese(document, (15, 15))
    assert document.state is start
    assert document.history.done == ()


def test_cheese_is_taken_away_and_put_back(document: Document) -> None:
    maze_edits.remove_cheese(document)
    assert document.state.maze.cheese is None
    maze_edits.move_cheese(document, (7, 7))
    assert document.state.maze.cheese == (7, 7)
    assert [entry.verb for entry in document.history.done] == ["Remove cheese", "Put back cheese"]


def test_a_refused_edit_leaves_the_document_as_it_was(document: Document) -> None:
    start = document.state
    with pytest.raises(MazeError, match="Background 9 was found"):
        maze_edits.set_background(document, 9)
    assert document.state is start


def test_back_to_level_is_undoable(document: Document) -> None:
    maze_edits.paint_walls(document, ((7, 7),), True)
    edited = document.state
    maze_edits.back_to_level(document)
    assert document.state.maze == small_maze()
    document.undo()
    assert document.state is edited


def test_every_change_is_told_once_with_old_and_new(document: Document) -> None:
    told: list[tuple[State, State]] = []
    document.changed.connect(lambda old, new: told.append((old, new)))
    start = document.state
    document.begin("Paint")
    maze_edits.paint_walls(document, ((7, 7),), True)
    maze_edits.paint_walls(document, ((7, 7),), True)
    document.end()
    after = document.state
    document.undo()
    assert told == [(start, after), (after, start)]


def test_stack_and_policy_are_undone_too(document: Document) -> None:
    policy = policy_of(random_network(1, 0), "random")
    maze_edits.open_policy(document, policy)
    maze_edits.set_stack(document, "Zero channel 10", PatchStack((Zero(channels=(10,)),)))
    document.undo()
    assert document.state.stack == PatchStack()
    assert document.state.policy == policy
    document.undo()
    assert document.state.policy is None


def test_a_level_opens_in_place_or_in_a_tab_of_its_own(document: Document) -> None:
    other = small_maze().with_cheese((7, 7))
    maze_edits.open_level(document, other, "Other", tab=True)
    assert [tab.title for tab in document.state.mazes] == ["Small", "Other"]
    assert document.state.maze == other
    maze_edits.open_level(document, small_maze(), "Level 3", seed=3, region=5)
    assert [tab.title for tab in document.state.mazes] == ["Small", "Level 3"]
    assert (document.state.tab.seed, document.state.tab.region) == (3, 5)
    document.undo()
    document.undo()
    assert [tab.title for tab in document.state.mazes] == ["Small"]


def test_modified_means_different_from_what_was_saved(document: Document) -> None:
    assert not document.modified
    maze_edits.remove_cheese(document)
    assert document.modified
    document.undo()
    assert not document.modified, "undoing back to the saved state is not a change"
    maze_edits.remove_cheese(document)
    document.mark_saved()
    assert not document.modified


def test_mazes_are_values() -> None:
    maze = small_maze()
    assert maze == small_maze()
    assert hash(maze) == hash(small_maze())
    assert maze != maze.with_background(3)
    assert maze.squares.tolist() == [[6, 6], [6, 7], [6, 8], [7, 6], [7, 7], [7, 8], [8, 6], [8, 7]]
    assert Maze.from_grid(maze.grid, dim=3, mouse=(6, 6)) == maze


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"world": 31}, "A world of side 31"),
        ({"dim": 4}, "A maze of side 4"),
        ({"mouse": (0, 0)}, "The mouse is at (0, 0), which is a wall"),
        ({"cheese": (6, 6)}, "Mouse and cheese share the square"),
        ({"cheese": (15, 3)}, "outside the world"),
        ({"background": 9}, "Background 9 was found"),
        ({"facing": "up"}, "faces 'up'"),
        ({"walls": bytes(225)[:-1]}, "expected 225 cells"),
    ],
)
def test_what_is_not_a_maze_is_refused_with_a_sentence(change: dict[str, object], sentence: str) -> None:
    maze = small_maze()
    values: dict[str, object] = {
        "world": 15,
        "dim": 3,
        "walls": maze.walls,
        "mouse": (6, 6),
        "cheese": None,
        **change,
    }
    with pytest.raises(MazeError) as refusal:
        Maze(**values)  # type: ignore[arg-type]
    assert sentence in str(refusal.value)


def test_going_far_back_is_told_once(document: Document) -> None:
    start = document.state
    for square in ((7, 7), (6, 7), (7, 6)):
        maze_edits.paint_walls(document, (square,), True)
        document.end()
    end = document.state
    told: list[tuple[State, State]] = []
    document.changed.connect(lambda old, new: told.append((old, new)))
    document.go_to(0)
    document.go_to(3)
    assert told == [(end, start), (start, end)]
