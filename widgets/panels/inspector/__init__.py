"""One square: what the network sees there and what it answers."""

from widgets.panels.inspector.panel import InspectorPanel as InspectorPanel
