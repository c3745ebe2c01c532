"""Pictures of a maze with its field, as shapes."""

from __future__ import annotations

from app.field_shapes import difference_shapes, field_shapes
from app.maze_shapes import maze_shapes

__all__ = ["difference_shapes", "field_shapes", "maze_shapes"]
