"""Open mazes: duplicated, shown, moved, renamed and closed, each undoable."""

from __future__ import annotations

import pytest

from app.document import maze_edits
from app.document.document import Document
from app.maze.text_file import load, save
from tests.document.test_document import document, small_maze

__all__ = ["document"]


def titles(document: Document) -> list[str]:
    return [tab.title for tab in document.state.mazes]


def test_copies_get_titles_and_ids_of_their_own(document: Document) -> None:
    for _ in range(3):
        maze_edits.duplicate_maze(document)
    assert sorted(titles(document)) == ["Small", "Small copy 1", "Small copy 2", "Small copy 3"]
    assert len({tab.id for tab in document.state.mazes}) == 4
    assert document.state.tab.title == "Small copy 3"


def test_going_through_the_tabs_is_one_undo(document: Document) -> None:
    maze_edits.duplicate_maze(document)
    maze_edits.duplicate_maze(document)
    front = document.state.active
    for tab in document.state.mazes:
        maze_edits.show_maze(document, tab.id)
    maze_edits.show_maze(document, document.state.mazes[0].id)
    document.undo()
    assert document.state.active == front


def test_a_maze_that_does_not_exist_is_not_shown(document: Document) -> None:
    with pytest.raises(StopIteration):
        maze_edits.show_maze(document, 99)


def test_closing_shows_a_neighbour_and_never_closes_the_last(document: Document) -> None:
    maze_edits.duplicate_maze(document)
    first, second = (tab.id for tab in document.state.mazes)
    maze_edits.close_maze(document, second)
    assert document.state.active == first
    maze_edits.close_maze(document, first)
    assert titles(document) == ["Small"]
    document.undo()
    assert titles(document) == ["Small", "Small copy 1"]
    assert document.state.active == second


def test_tabs_are_moved_and_renamed(document: Document) -> None:
    maze_edits.duplicate_maze(document)
    number = document.state.active
    maze_edits.move_maze(document, number, 0)
    maze_edits.rename_maze(document, number, "First")
    maze_edits.rename_maze(document, number, "")
    assert titles(document) == ["First", "Small"]
    document.undo()
    document.undo()
    assert titles(document) == ["Small", "Small copy 1"]


def test_a_maze_survives_a_text_file_but_for_its_background(tmp_path: object) -> None:
    path = tmp_path / "maze.txt"  # type: ignore[operator]
    save(path, small_maze().with_background(4))
    assert load(path) == small_maze()
