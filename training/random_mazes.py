"""The random mazes of training: of procgen's kind, but no seed's level, so that the shipped policies can be made again.

A maze is a spanning tree found by taking walls away in random order (Kruskal's algorithm); the mouse starts at its
bottom left.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from app.maze.levels import cheese_in_region
from app.maze.maze import Maze


def random_maze(world: int, dim: int, seed: int, region: int, background: int) -> Maze:
    """A perfect maze with the cheese in its top-right region. Equal arguments give the same maze.

    Args:
        world: side of the world, 15 or 25.
        dim: side of the maze, odd, 3 to world.
        seed: any whole number from 0.
        region: side of the region in which the cheese is.
        background: procgen's index.
    """
    random = np.random.default_rng(seed)
    rooms, edges = _graph(world, dim)
    walls = bytearray(b"\x01") * world**2
    for room in rooms:
        walls[room] = 0
    parent = list(range(len(rooms)))
    left = len(rooms) - 1
    for edge in random.permutation(len(edges)).tolist():
        a, b, between = edges[edge]
        while parent[a] != a:
            parent[a] = a = parent[parent[a]]
        while parent[b] != b:
            parent[b] = b = parent[parent[b]]
        if a != b:
            parent[a] = b
            walls[between] = 0
            left -= 1
            if not left:
                break
    margin = (world - dim) // 2
    return cheese_in_region(Maze(world, dim, bytes(walls), (margin, margin), None, background), seed, region)


@lru_cache(maxsize=32)
def _graph(world: int, dim: int) -> tuple[list[int], list[tuple[int, int, int]]]:
    """The cells that are always open, and for each wall between two of them their numbers and the wall's cell."""
    margin, count = (world - dim) // 2, (dim + 1) // 2

    def cell(row: int, col: int) -> int:
        return (margin + row) * world + margin + col

    rooms = [cell(2 * row, 2 * col) for row in range(count) for col in range(count)]
    edges = []
    for row in range(count):
        for col in range(count):
            if col + 1 < count:
                edges.append((row * count + col, row * count + col + 1, cell(2 * row, 2 * col + 1)))
            if row + 1 < count:
                edges.append((row * count + col, (row + 1) * count + col, cell(2 * row + 1, 2 * col)))
    return rooms, edges
