"""One square: what the network sees there and what it answers."""

from widgets.panels.inspector.inspector_panel import InspectorPanel as InspectorPanel
