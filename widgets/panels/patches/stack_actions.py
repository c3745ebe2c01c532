"""Actions of the stack of patches, registered with the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from app.interventions.patch_wording import WORDING
from widgets.controls.layer_choice import short_name
from widgets.panels.patches.add_menu import PIN, SUBTRACT, TOP_RIGHT, AddMenu
from widgets.panels.patches.card_wording import GLYPHS
from widgets.services.action_registry import Spec

SWITCH_OFF: Final = "Switch all patches off"
SWITCH_ON: Final = "Switch patches on again"
BEFORE_AND_AFTER: Final = "Before and after, with one key."
VECTOR: Final = "activation addition steering steer coefficient effect"
RETARGET: Final = "retargeting steering steer set value activation effect"


def specs_here(menu: AddMenu, layer_name: Callable[[], str]) -> tuple[Spec, ...]:
    """The commands that act at the layer shown, which their titles name."""
    found = (
        ("subtract_here", SUBTRACT, "add", menu.subtract_cheese_here, lambda: menu.elsewhere, VECTOR),
        ("top_right_here", TOP_RIGHT, "add", menu.add_top_right_here, lambda: menu.elsewhere, f"{VECTOR} corner"),
        ("pin_here", PIN, "set", menu.add_pin_here, lambda: menu.pins_elsewhere, RETARGET),
    )
    return tuple(
        Spec(
            id=f"patches.{name}",
            title=f"{title} at the layer shown",
            title_now=lambda title=title: f"{title} at {short_name(layer_name())}",  # type: ignore[misc]
            handler=act,
            icon=GLYPHS[kind],
            group="Patches",
            tip=WORDING[kind].tip,
            words=words,
            enabled_when=enabled,
        )
        for name, title, kind, act, enabled, words in found
    )


def specs(acts: Mapping[str, Callable[[], object]]) -> tuple[Spec, ...]:
    """The commands.

    Args:
        acts: what each does, by the end of its id.
    """
    found = (
        (
            "switch",
            "Patches on/off",
            ("P",),
            "power",
            f"Switch all patches off, or on again. {BEFORE_AND_AFTER}",
            "toggle stack enable disable bypass ablation interventions effect compare baseline",
        ),
        ("subtract", SUBTRACT, (), GLYPHS["add"], WORDING["add"].tip, VECTOR),
        ("top_right", TOP_RIGHT, (), GLYPHS["add"], WORDING["add"].tip, f"{VECTOR} corner"),
        (
            "pin",
            PIN,
            (),
            GLYPHS["set"],
            WORDING["set"].tip,
            RETARGET,
        ),
        (
            "find",
            "Find cheese channels",
            (),
            "cheese",
            "Measure which channels peak at the cheese.",
            "neurons features detect",
        ),
        (
            "open",
            "Open patches…",
            (),
            "folder-open-outline",
            "Replace the stack by a JSON file's.",
            "load import interventions",
        ),
        (
            "save",
            "Save patches…",
            (),
            "content-save-outline",
            "Write the stack as a JSON file.",
            "export write json interventions",
        ),
        (
            "clear",
            "Clear all patches",
            (),
            "delete-sweep-outline",
            "Remove all patches from the stack.",
            "delete remove reset interventions",
        ),
    )
    return tuple(
        Spec(
            id=f"patches.{name}",
            title=title,
            handler=acts[name],
            keys=keys,
            icon=icon,
            group="Patches",
            tip=tip,
            words=words,
        )
        for name, title, keys, icon, tip, words in found
    )
