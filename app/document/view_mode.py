"""The view modes: which fields of a maze are shown, and what each is called."""

from __future__ import annotations

from enum import StrEnum


class Mode(StrEnum):
    """View mode: one field, or all three next to each other. Sessions, recipes and --view name it by its value."""

    ORIGINAL = "original"
    PATCHED = "patched"
    DIFFERENCE = "difference"
    SIDE_BY_SIDE = "side_by_side"

    @property
    def label(self) -> str:
        """The title in the window."""
        return self.value.replace("_", " ").capitalize()

    @property
    def roles(self) -> tuple[Mode, ...]:
        """The fields it shows."""
        return ROLES if self is Mode.SIDE_BY_SIDE else (self,)


ROLES = (Mode.ORIGINAL, Mode.PATCHED, Mode.DIFFERENCE)
"""The modes that show one field each: the policy's, its field under the patches, and the second minus the first."""
