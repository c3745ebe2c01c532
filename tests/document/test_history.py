"""Undo and redo: exact, drag-aware, merging, and silent about what changes nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.document.history import Command, History


def add(number: int, merge: str = "") -> Command[tuple[int, ...]]:
    return Command(f"Add {number}", lambda state: (*state, number), merge)


def test_undo_and_redo_return_the_very_states() -> None:
    history: History[tuple[int, ...]] = History(())
    states = [history.do(add(number)) for number in range(3)]
    assert history.undo() is states[1]
    assert history.undo() is states[0]
    assert history.redo() is states[1]
    assert [entry.verb for entry in history.done] == ["Add 0", "Add 1"]
    assert [entry.verb for entry in history.undone] == ["Add 2"]


def test_a_new_command_forgets_what_was_undone() -> None:
    history: History[tuple[int, ...]] = History(())
    history.do(add(1))
    history.undo()
    history.do(add(2))
    assert history.undone == ()
    assert history.redo() == (2,)


def test_a_command_that_changes_nothing_leaves_no_trace() -> None:
    history: History[tuple[int, ...]] = History(())
    history.do(add(1))
    history.undo()
    history.do(Command("Nothing", lambda state: state))
    assert history.done == ()
    assert len(history.undone) == 1, "an empty change must not forget what could be redone"


def test_a_drag_is_one_undo() -> None:
    history: History[tuple[int, ...]] = History(())
    history.begin("Paint")
    for number in range(5):
        history.do(add(number))
    history.end()
    assert [entry.verb for entry in history.done] == ["Paint"]
    assert history.undo() == ()
    assert history.redo() == (0, 1, 2, 3, 4)


def test_undo_during_a_drag_ends_it_and_takes_all_of_it_back() -> None:
    history: History[tuple[int, ...]] = History(())
    history.do(add(7))
    history.begin("Paint")
    history.do(add(0))
    assert history.undo() == (7,)
    assert not history.dragging
    history.do(add(1))
    assert [entry.verb for entry in history.done] == ["Add 7", "Add 1"]


def test_equal_merge_keys_in_a_row_are_one_undo_until_the_slider_is_let_go() -> None:
    history: History[tuple[int, ...]] = History(())
    history.do(add(1, "slider"))
    history.do(add(2, "slider"))
    history.end()
    history.do(add(3, "slider"))
    assert [len(entry.after) for entry in history.done] == [2, 3]
    assert history.undo() == (1, 2)


@given(st.lists(st.sampled_from(["do", "undo", "redo", "begin", "end", "merge"]), max_size=60))
def test_undoing_all_returns_to_the_start_and_redoing_all_to_the_end(steps: list[str]) -> None:
    history: History[tuple[int, ...]] = History(())
    for number, step in enumerate(steps):
        if step == "do":
            history.do(add(number))
        elif step == "merge":
            history.do(add(number, "m"))
        elif step == "begin":
            history.begin("Drag")
        else:
            getattr(history, step)()
    while history.undone:
        history.redo()
    history.end()
    end = history.state
    while history.done:
        history.undo()
    assert history.state == ()
    while history.undone:
        history.redo()
    assert history.state == end


def test_a_drag_that_comes_back_leaves_the_entry_before_it_alone() -> None:
    history: History[str] = History("start")
    for to in ("first", "end", "moved", "first", "second"):
        if to == "end":
            history.end()
        else:
            history.do(Command("Slide", lambda _, to=to: to, "slider"))  # type: ignore[misc]
    assert history.undo() == "first"


def test_going_to_a_place_undoes_and_redoes_as_often_as_it_takes() -> None:
    history: History[int] = History(0)
    for number in (1, 2, 3):
        history.do(Command("Count", lambda _, number=number: number))  # type: ignore[misc]
    assert history.go_to(1) == 1
    assert [entry.after for entry in history.undone] == [2, 3]
    assert history.go_to(3) == 3
    assert history.go_to(0) == 0
    assert history.go_to(99) == 3


def test_a_copy_is_returned_to_with_its_undo_and_redo() -> None:
    history: History[tuple[int, ...]] = History(())
    for number in range(3):
        history.do(add(number, "same"))
        history.end()
    history.undo()
    kept = history.copy()
    history.do(add(7))
    history.undo()
    history.undo()
    history.become(kept)
    assert history.state == (0, 1)
    assert [len(history.done), len(history.undone)] == [2, 1]
    history.do(add(8, "same"))
    assert len(history.done) == 3, "nothing merges into what was there before"
