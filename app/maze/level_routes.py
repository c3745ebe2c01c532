"""Routes of many levels, fast: the decision square and the distances among a level's named places.

A set of cells is one Python integer, bit `row * world + col`, so that a flood goes one step further by a few shifts.
Levels as generated are trees: between two squares there is one path, and the decision square is the last common square
of two of them. Mazes with loops take the general way of `app.maze.routes`, and give the same answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from app.maze.maze import Maze, Square
from app.maze.routes import decision_square, move_between

REGION = 5
"""Side of the top-right block that the published policies were trained with the cheese in."""


@dataclass(frozen=True, slots=True)
class LevelRoutes:
    """A level's decision square, and steps along shortest paths. S is the start, C the cheese, D the decision square, T
    the maze's top-right square ("the corner"), R the nearest open square of the top-right block, counted in steps.

    Attributes:
        decision: (row, col), world grid, origin bottom-left; None where there is none.
        to_cheese, to_corner: the first moves from it (indices into `app.maze.moves.MOVES`), or None.
        steps: steps between two places by name, "SC", "SD", "ST", "CD", "CT", "DT", "SR", "CR", "DR"; None where one of
            them is missing or there is no way.
        junctions_to_cheese, junctions_to_corner: squares with three open neighbours or more behind the decision square
            on the path to the cheese or the corner, its end left out; None without a decision square.
        dead_end: whether the cheese's square has one open neighbour; None without cheese.
    """

    decision: Square | None
    to_cheese: int | None
    to_corner: int | None
    steps: dict[str, int | None]
    junctions_to_cheese: int | None
    junctions_to_corner: int | None
    dead_end: bool | None


def level_routes(maze: Maze, region: int = REGION) -> LevelRoutes:
    """The routes of a level.

    Args:
        maze: the level, its mouse at the start.
        region: side of the top-right block of R.
    """
    world = maze.world
    grid = _grid(world)
    opened = _bits(maze.walls)
    places = {"S": maze.mouse, "T": maze.top_right}
    if maze.cheese is not None:
        places["C"] = maze.cheese
    at = {name: 1 << (row * world + col) for name, (row, col) in places.items()}
    layers = grid.flood(opened, at["S"])
    reached = 0
    for layer in layers:
        reached |= layer
    tree = reached.bit_count() - 1 == grid.doors(reached)
    decision, to_cheese, to_corner = None, None, None
    junctions: tuple[int | None, int | None] = (None, None)
    if not tree or "C" not in at or not at["C"] & reached or not at["T"] & reached:
        found = decision_square(maze)
        decision, to_cheese, to_corner = found.square, found.to_cheese, found.to_top_right
        paths = [_cells(path, world) for path in (found.cheese_path, found.top_right_path)]
    else:
        paths = [grid.path(layers, at[name]) for name in ("C", "T")]
        common = sum(1 for one, other in zip(*paths, strict=False) if one == other)
        if common < min(map(len, paths)):
            squares = [grid.square(path[place]) for path in paths for place in (common - 1, common)]
            decision = squares[0]
            to_cheese, to_corner = move_between(*squares[:2]), move_between(*squares[2:])
    if decision is not None:
        at["D"] = 1 << (decision[0] * world + decision[1])
        forks = grid.with_neighbours(opened, 3)
        junctions = tuple((_union(path[path.index(at["D"]) + 1 : -1]) & forks).bit_count() for path in paths)  # type: ignore[assignment]
    steps = _steps(grid, opened, layers, at, tree, region, maze)
    dead_end = None if "C" not in at else not at["C"] & grid.with_neighbours(opened, 2)
    return LevelRoutes(decision, to_cheese, to_corner, steps, *junctions, dead_end)


def _steps(
    grid: _Grid, opened: int, layers: list[int], at: dict[str, int], tree: bool, region: int, maze: Maze
) -> dict[str, int | None]:
    steps: dict[str, int | None] = dict.fromkeys(("SC", "SD", "ST", "CD", "CT", "DT", "SR", "CR", "DR"))
    from_start = _depths(layers, {name: at[name] for name in "CDT" if name in at})
    steps |= {f"S{name}": depth for name, depth in from_start.items()}
    if "D" in at and tree:
        start, corner, here = (from_start[name] for name in "CTD")
        if start is not None and corner is not None and here is not None:
            steps |= {"CD": start - here, "DT": corner - here, "CT": start + corner - 2 * here}
    elif "C" in at:
        wanted = {name: at[name] for name in "DT" if name in at}
        for name, depth in _depths(grid.flood(opened, at["C"], _union(wanted.values())), wanted).items():
            steps[f"C{name}"] = depth
        if "D" in at:
            steps["DT"] = _depths(grid.flood(opened, at["D"], at["T"]), {"T": at["T"]})["T"]
    block = grid.block(maze.margin + maze.dim, min(region, maze.dim)) & opened
    if block:
        wanted = {name: at[name] for name in "SCD" if name in at}
        found = _depths(grid.flood(opened, block, _union(wanted.values())), wanted)
        steps |= {f"{name}R": depth for name, depth in found.items()}
    return steps


class _Grid:
    """Shifts of cells on a world's grid."""

    def __init__(self, world: int) -> None:
        self._world = world
        rows = range(world)
        self._not_first = sum(((1 << world) - 2) << (row * world) for row in rows)
        self._not_last = self._not_first >> 1

    def flood(self, opened: int, sources: int, until: int | None = None) -> list[int]:
        """The cells at 0, 1, 2, ... steps from the sources; ends early once all cells of `until` are reached."""
        world, not_first, not_last = self._world, self._not_first, self._not_last
        left, layer = opened & ~sources, sources & opened
        layers = []
        while layer:
            layers.append(layer)
            if until is not None:
                until &= ~layer
                if not until:
                    break
            layer = (
                ((layer << 1) & not_first) | ((layer >> 1) & not_last) | (layer << world) | (layer >> world)
            ) & left
            left ^= layer
        return layers

    def path(self, layers: list[int], target: int) -> list[int]:
        """Cells from the sources of a flood to a target it has reached, where one path leads."""
        world, not_first, not_last = self._world, self._not_first, self._not_last
        depth = next(depth for depth, layer in enumerate(layers) if layer & target)
        path = [target]
        for layer in layers[depth - 1 :: -1] if depth else ():
            target = (
                ((target << 1) & not_first) | ((target >> 1) & not_last) | (target << world) | (target >> world)
            ) & layer
            path.append(target)
        path.reverse()
        return path

    def doors(self, opened: int) -> int:
        """Number of pairs of neighbours that are open."""
        right, up = (opened << 1) & self._not_first & opened, (opened << self._world) & opened
        return right.bit_count() + up.bit_count()

    def with_neighbours(self, opened: int, fewest: int) -> int:
        """The open cells with at least two, or at least three, open neighbours."""
        left, right = (opened << 1) & self._not_first, (opened >> 1) & self._not_last
        down, up = opened << self._world, opened >> self._world
        two = (left & right) | (left & down) | (left & up) | (right & down) | (right & up) | (down & up)
        three = (left & right & (down | up)) | (down & up & (left | right))
        return opened & (two if fewest == 2 else three)

    def block(self, top: int, size: int) -> int:
        """The size x size cells below and left of the corner (top, top), itself left out."""
        row = ((1 << size) - 1) << (top - size)
        return sum(row << (self._world * at) for at in range(top - size, top))

    def square(self, cell: int) -> Square:
        """(row, col) of a cell."""
        return divmod(cell.bit_length() - 1, self._world)


@lru_cache(maxsize=4)
def _grid(world: int) -> _Grid:
    return _Grid(world)


def _bits(walls: bytes) -> int:
    return int(walls[::-1].translate(_OPEN), 2)


_OPEN = bytes((ord("1"), ord("0"))) + bytes(254)


def _cells(path: tuple[Square, ...] | None, world: int) -> list[int]:
    return [1 << (row * world + col) for row, col in path or ()]


def _union(cells: object) -> int:
    union = 0
    for cell in cells:  # type: ignore[attr-defined]
        union |= cell
    return union


def _depths(layers: list[int], wanted: dict[str, int]) -> dict[str, int | None]:
    found: dict[str, int | None] = dict.fromkeys(wanted)
    left = dict(wanted)
    for depth, layer in enumerate(layers):
        for name in [name for name, cell in left.items() if cell & layer]:
            found[name] = depth
            del left[name]
        if not left:
            break
    return found
