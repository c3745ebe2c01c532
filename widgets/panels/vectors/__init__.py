"""The library of activation vectors."""

from widgets.panels.vectors.panel import VectorsPanel as VectorsPanel
