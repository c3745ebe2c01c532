"""The library of activation vectors."""

from widgets.panels.vectors.vectors_panel import VectorsPanel as VectorsPanel
