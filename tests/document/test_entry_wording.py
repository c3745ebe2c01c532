"""Titles in the undo list: they name the value, the level or the policy."""

from __future__ import annotations

from app.document import maze_edits, patch_edits
from app.document.document import Document, OpenMaze, State
from app.document.entry_wording import entry_title
from app.interventions.patches import AddVector, PatchStack, Scale, SetValue
from app.maze.levels import generate_level


def test_of_titles() -> None:
    level = generate_level("easy", 137)
    document = Document(State((OpenMaze(1, "Small", level.maze, level.maze),), 1))
    patch_edits.open_stack(document, PatchStack((AddVector(), SetValue(), Scale())))
    patch_edits.change_patch(document, 0, "Set coefficient", coefficient=-1.0)
    for value in (0.5, 2.0, 3.25):
        patch_edits.change_patch(document, 1, "Set value", merge=True, value=value)
    document.begin("Move pin")
    patch_edits.move_pin(document, 1, (3, 4))
    patch_edits.move_pin(document, 1, (5, 6))
    document.end()
    patch_edits.change_patch(document, 2, "Set factor", positive=0.25, negative=0.25)
    patch_edits.change_patch(document, 2, "Set factors", positive=1.5, negative=0.5)
    patch_edits.change_patch(document, 2, "Set factor to 2", positive=2.0, negative=2.0)
    patch_edits.change_patch(document, 0, "Choose channels", channels=(1, 2))
    patch_edits.enable_patch(document, 0, enabled=False)
    maze_edits.open_level(document, generate_level("easy", 5).maze, "easy 5", 5)
    other = (document.state.maze.background + 1) % 9
    maze_edits.set_background(document, other)
    assert [entry_title(entry) for entry in document.history.done] == [
        "Open patches",
        "Set coefficient to −1",
        "Set value to 3.25",
        "Move pin to (5, 6)",
        "Set factor to 0.25",
        "Set factors",
        "Set factor to 2",
        "Choose channels",
        "Switch off vector patch",
        "Open level easy 5",
        f"Change background to {other}",
    ]
