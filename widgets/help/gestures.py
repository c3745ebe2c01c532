"""Gestures of the mouse and plain keys in the maze: they are no actions, so the registry does not have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Gesture:
    """A gesture as data.

    Attributes:
        title: what it does.
        keys: what is pressed, turned or dragged, as caps.
    """

    title: str
    keys: tuple[str, ...]


GESTURES: Final = {
    "Mouse in the maze": (
        Gesture("Use the selected tool", ("Left drag",)),
        Gesture("Move the mouse, the cheese or a pin, with any drawing tool", ("Left drag", "on it")),
        Gesture("Erase walls", ("Right drag",)),
        Gesture("Menu of a square", ("Right click",)),
        Gesture("Move the view", ("Middle drag",)),
        Gesture("Zoom", ("Wheel",)),
        Gesture("Scroll sideways", ("Shift", "Wheel")),
        Gesture("Scroll up and down", ("Alt", "Wheel")),
        Gesture("Numbers of a square", ("Hover",)),
    ),
    "Keys in the maze": (
        Gesture("Move the cell cursor", ("← ↓ ↑ →",)),
        Gesture("Use the tool on the cursor's square", ("Space",)),
        Gesture("Draw with the tool from square to square", ("Shift", "← ↓ ↑ →")),
        Gesture("Cancel the current drag, or hide the cursor", ("Esc",)),
        Gesture("Menu of the cursor's square", ("Menu",)),
    ),
    "Channels": (
        Gesture("Enlarge a channel, and back", ("Click", "or Enter", "Esc")),
        Gesture("Switch the enlarged channel off, or on again", ("Click", "or Tab, Space")),
        Gesture("Switch a channel without enlarging it", ("Ctrl", "Click", "or Tab, Space")),
        Gesture("Switch a range of channels", ("Shift", "Click")),
        Gesture("Other interventions on a channel", ("Right click", "or Menu")),
        Gesture("Go to a channel by its number", ("0 … 9",)),
    ),
    "Patches": (
        Gesture("Move a patch in the stack", ("Drag", "or Alt+↑ ↓ on its grip")),
        Gesture("Ten times finer steps of a slider", ("Shift", "Drag or ← →")),
        Gesture("Menu of a patch", ("Right click",)),
        Gesture("Duplicate or delete the chosen card", ("Ctrl+D", "Delete")),
    ),
}
