"""Positions of channels in the scrolling grid: plain arithmetic, so that thousands cost no more than a few."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect


@dataclass(frozen=True)
class Geometry:
    """A grid of equal cells that fills a width; cell i is the i-th in the order shown.

    Attributes:
        count: number of cells.
        columns: cells in a row.
        cell_width, cell_height: one cell, in pixels.
        gap: pixels between cells and around them.
        picture: side of the square picture at a cell's top, 0 for a row of text and bar.
    """

    count: int
    columns: int
    cell_width: int
    cell_height: int
    gap: int
    picture: int

    @staticmethod
    def pictures(count: int, width: int, smallest: int, caption: int, gap: int) -> Geometry:
        """Square pictures at least `smallest` wide above a line of text, stretched to fill the width."""
        columns = max(1, (width - gap) // (smallest + gap))
        side = max(8, (width - gap) // columns - gap)
        return Geometry(count, columns, side, side + caption, gap, side)

    @staticmethod
    def bars(count: int, width: int, smallest: int, line: int, gap: int) -> Geometry:
        """Lines of text and bar, in as many columns as are at least `smallest` wide."""
        columns = max(1, (width - gap) // (smallest + gap))
        return Geometry(count, columns, max(8, (width - gap) // columns - gap), line, gap, 0)

    @property
    def rows(self) -> int:
        """Rows of cells."""
        return -(-self.count // self.columns)

    @property
    def height(self) -> int:
        """Height of everything, in pixels."""
        return self.rows * (self.cell_height + self.gap) + self.gap

    def cell(self, place: int) -> QRect:
        """The whole cell, y from the top of everything."""
        row, column = divmod(place, self.columns)
        return QRect(
            self.gap + column * (self.cell_width + self.gap),
            self.gap + row * (self.cell_height + self.gap),
            self.cell_width,
            self.cell_height,
        )

    def square(self, place: int) -> QRect:
        """The picture's part of a cell."""
        cell = self.cell(place)
        return QRect(cell.x(), cell.y(), self.picture, self.picture)

    def place_at(self, x: int, y: int) -> int | None:
        """The cell under a point, or None between and beyond cells."""
        column, row = (x - self.gap) // (self.cell_width + self.gap), (y - self.gap) // (self.cell_height + self.gap)
        if not 0 <= column < self.columns or row < 0:
            return None
        place = row * self.columns + column
        return place if place < self.count and self.cell(place).contains(x, y) else None

    def visible(self, top: int, bottom: int) -> range:
        """The cells that may show between two heights."""
        pitch = self.cell_height + self.gap
        first = max(0, (top - self.gap) // pitch) * self.columns
        last = (max(0, bottom) // pitch + 1) * self.columns
        return range(min(first, self.count), min(last, self.count))
