"""The stack of patches as cards."""

from widgets.panels.patches.panel import PatchesPanel as PatchesPanel
