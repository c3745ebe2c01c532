"""The stack of patches as cards."""

from widgets.panels.patches.patches_panel import PatchesPanel as PatchesPanel
