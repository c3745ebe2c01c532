"""Mazes as lines of text to read, paste and edit: `#` wall, `.` open, `C` cheese, `M` mouse, the top row first.

Background and direction are not part of it: a maze read from text has background 0 and a fresh mouse.
"""

from __future__ import annotations

from app.errors import MazeError
from app.maze.maze import WORLDS, Maze, Square
from app.maze.text_variants import plain_lines


def to_ascii(maze: Maze, whole_world: bool = True) -> str:
    """The maze as lines of text.

    Args:
        whole_world: False writes only the maze's own dim x dim squares.

    Raises:
        MazeError: when only the maze is requested, but something outside it is open.
    """
    low, high = (0, maze.world) if whole_world else (maze.margin, maze.margin + maze.dim)
    cells = range(low, high)
    lines = ["".join(_symbol(maze, (row, col)) for col in cells) for row in reversed(cells)]
    if sum(len(line) - line.count("#") for line in lines) < maze.walls.count(0):
        raise MazeError(
            f"The maze has open squares outside its own {maze.dim} x {maze.dim}; expected to write the whole world."
        )
    return "\n".join(lines) + "\n"


def from_ascii(text: str, world: int | None = None) -> Maze:
    """The maze of lines of text: a whole world, or a maze that is then centred in its world.

    Blank lines around it and spaces at the ends of lines do not count, and other ways to write the same are read too
    (`app.maze.text_variants`). Without an `M` the mouse is on the maze's
    bottom-left square.

    Args:
        world: side of the world, 15 or 25; unless given, the smallest that holds the lines. Lines of exactly the
            world's side are the whole world; its maze is then the smallest centred odd square that holds all open
            cells.

    Raises:
        MazeError: one sentence on what was found and what was expected.
    """
    lines = plain_lines(text)
    side = len(lines)
    if not lines or any(len(line) != side for line in lines):
        widths = " or ".join(map(str, sorted({len(line) for line in lines}))) or "no"
        counted = f"1 line of {widths} cells was" if side == 1 else f"{side} lines of {widths} cells were"
        raise MazeError(f"{counted} found; expected a square, as many lines as cells.")
    unknown = sorted(set("".join(lines)) - set("#.CM"))
    if unknown:
        raise MazeError(
            f"The cell {unknown[0]!r} was found; expected `#` (wall), `.` (open), `C` (cheese) or `M` (mouse)."
        )
    if world is None:
        world = next((fits for fits in sorted(WORLDS.values()) if side <= fits), max(WORLDS.values()))
    if world not in WORLDS.values():
        raise MazeError(f"A world of side {world} was found; a world has side 15 (easy) or 25 (hard).")
    if side % 2 == 0 or not 3 <= side <= world:
        raise MazeError(f"A square of {side} x {side} cells was found; expected an odd side from 3 to {world}.")

    margin = (world - side) // 2
    found: dict[str, list[Square]] = {symbol: [] for symbol in "#.CM"}
    for row, line in enumerate(reversed(lines)):
        for col, symbol in enumerate(line):
            found[symbol].append((row + margin, col + margin))
    for symbol, name in (("C", "cheeses"), ("M", "mice")):
        if len(found[symbol]) > 1:
            raise MazeError(f"{len(found[symbol])} {name} were found; expected at most one `{symbol}`.")
    walls = bytearray(b"\x01") * world**2
    opened = found["."] + found["C"] + found["M"]
    for row, col in opened:
        walls[row * world + col] = 0
    framed = all(set(line) == {"#"} for line in (lines[0], lines[-1])) and all(
        line[0] == line[-1] == "#" for line in lines
    )
    dim = _smallest_maze(opened, world) if framed or side == world else side
    start = ((world - dim) // 2, (world - dim) // 2)
    return Maze(
        world,
        dim,
        bytes(walls),
        mouse=found["M"][0] if found["M"] else start,
        cheese=found["C"][0] if found["C"] else None,
    )


def _smallest_maze(opened: list[Square], world: int) -> int:
    """The side of the smallest centred odd square that holds all these squares."""
    centre = world // 2
    reach = max((max(abs(row - centre), abs(col - centre)) for row, col in opened), default=1)
    return max(3, 2 * reach + 1)


def _symbol(maze: Maze, square: Square) -> str:
    if square == maze.mouse:
        return "M"
    if square == maze.cheese:
        return "C"
    return "#" if maze.is_wall(square) else "."
