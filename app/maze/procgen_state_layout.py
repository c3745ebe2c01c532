"""The fields of procgen's serialized `maze` state, in their order, and what each may hold.

The order is that of `serialize` in procgen 0.10.7 (game.cpp, basic-abstract-game.cpp, entity.cpp, games/maze.cpp).
Integers and floats are 32 bits, little-endian; a string is its length and its bytes. Fields that the game writes
before it reads, or that only count, may hold anything; every other field must hold what a `maze` of this version
holds, because procgen checks none of them itself.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

from app.errors import MazeError
from app.maze.maze import BACKGROUNDS, WORLDS

Value = int | float | bytes
Check = Value | tuple[Callable[[Value], bool], str] | None

END: Final = -889271554
"""0xCAFECAFE as a signed integer: the last four bytes of every state."""

_MODES: Final = {0: WORLDS["easy"], 1: WORLDS["hard"]}
_MEMORY_MODE: Final = 10
_FLAG: Check = (lambda value: value in (0, 1), "0 or 1")


_GENERATOR_TEXT: Final = re.compile(rb"(?:[0-9]{1,10} ){624}[0-9]{1,3}")


def _is_generator(value: Value) -> bool:
    """True if this is the text form of a 32-bit Mersenne twister: 624 words and a position."""
    if not isinstance(value, bytes) or not _GENERATOR_TEXT.fullmatch(value):
        return False
    words = value.split(b" ")
    return int(words[-1]) <= 624 and max(map(int, words)) < 2**32


_GENERATOR: Check = (_is_generator, "the text of a random generator")
_SIDE: Check = (lambda value: value in (15, 25), "15 or 25")
_CELLS: Check = (lambda value: value in (225, 625), "225 or 625")
_FRACTION: Check = (lambda value: 0 <= float(value) < 1, "a fraction of 1")
_CENTRE: Check = (lambda value: float(value) % 1 == 0.5, "the middle of a square")
_BACKGROUND: Check = (lambda value: value in range(BACKGROUNDS), f"0 to {BACKGROUNDS - 1}")
_TIME: Check = (lambda value: value in range(500), "0 to 499")
_MODE: Check = (lambda value: value in _MODES, "0 (easy) or 1 (hard)")

FIELDS: Final[tuple[tuple[str, str, Check], ...]] = (
    ("version", "i", 0),
    ("game_name", "s", b"maze"),
    ("paint_vel_info", "i", 0),
    ("use_generated_assets", "i", 0),
    ("use_monochrome_assets", "i", 0),
    ("restrict_themes", "i", 0),
    ("use_backgrounds", "i", 1),
    ("center_agent", "i", 0),
    ("debug_mode", "i", 0),
    ("distribution_mode", "i", _MODE),
    ("use_sequential_levels", "i", 0),
    ("use_easy_jump", "i", 0),
    ("plain_assets", "i", 0),
    ("physics_mode", "i", 0),
    ("grid_step", "i", 1),
    ("level_seed_low", "i", None),
    ("level_seed_high", "i", None),
    ("game_type", "i", 0),
    ("game_n", "i", None),
    ("level_seed_rand_gen.is_seeded", "i", 1),
    ("level_seed_rand_gen", "s", _GENERATOR),
    ("rand_gen.is_seeded", "i", 1),
    ("rand_gen", "s", _GENERATOR),
    ("reward", "f", None),
    ("done", "i", _FLAG),
    ("level_complete", "i", _FLAG),
    ("action", "i", None),
    ("timeout", "i", 500),
    ("current_level_seed", "i", None),
    ("prev_level_seed", "i", None),
    ("episodes_remaining", "i", 0),
    ("episode_done", "i", _FLAG),
    ("last_reward_timer", "i", None),
    ("last_reward", "f", None),
    ("default_action", "i", 4),
    ("fixed_asset_seed", "i", -446301918),
    ("cur_time", "i", _TIME),
    ("is_waiting_for_step", "i", 0),
    ("grid_size", "i", _CELLS),
    ("entities", "i", 1),
    ("mouse.x", "f", _CENTRE),
    ("mouse.y", "f", _CENTRE),
    ("mouse.vx", "f", None),
    ("mouse.vy", "f", None),
    ("mouse.rx", "f", 0.5),
    ("mouse.ry", "f", 0.5),
    ("mouse.type", "i", 0),
    ("mouse.image_type", "i", 0),
    ("mouse.image_theme", "i", 0),
    ("mouse.render_z", "i", 1),
    ("mouse.will_erase", "i", 0),
    ("mouse.collides_with_entities", "i", 0),
    ("mouse.collision_margin", "f", 0.0),
    ("mouse.rotation", "f", 0.0),
    ("mouse.vrot", "f", 0.0),
    ("mouse.is_reflected", "i", _FLAG),
    ("mouse.fire_time", "i", -1),
    ("mouse.spawn_time", "i", -1),
    ("mouse.life_time", "i", None),
    ("mouse.expire_time", "i", -1),
    ("mouse.use_abs_coords", "i", 0),
    ("mouse.friction", "f", 1.0),
    ("mouse.smart_step", "i", 1),
    ("mouse.avoids_collisions", "i", 0),
    ("mouse.auto_erase", "i", 1),
    ("mouse.alpha", "f", 1.0),
    ("mouse.health", "f", 1.0),
    ("mouse.theta", "f", -100.0),
    ("mouse.grow_rate", "f", 1.0),
    ("mouse.alpha_decay", "f", 1.0),
    ("mouse.climber_spawn_x", "f", 0.0),
    ("use_procgen_background", "i", 0),
    ("background_index", "i", _BACKGROUND),
    ("bg_tile_ratio", "f", 0.0),
    ("bg_pct_x", "f", _FRACTION),
    ("char_dim", "f", None),
    ("last_move_action", "i", None),
    ("move_action", "i", None),
    ("special_action", "i", None),
    ("mixrate", "f", None),
    ("maxspeed", "f", None),
    ("max_jump", "f", None),
    ("action_vx", "f", None),
    ("action_vy", "f", None),
    ("action_vrot", "f", None),
    ("center_x", "f", None),
    ("center_y", "f", None),
    ("random_agent_start", "i", 0),
    ("has_useful_vel_info", "i", 0),
    ("step_rand_int", "i", None),
    ("asset_rand_gen.is_seeded", "i", _FLAG),
    ("asset_rand_gen", "s", _GENERATOR),
    ("main_width", "i", _SIDE),
    ("main_height", "i", _SIDE),
    ("out_of_bounds_object", "i", 51),
    ("unit", "f", None),
    ("view_dim", "f", None),
    ("x_off", "f", None),
    ("y_off", "f", None),
    ("visibility", "f", None),
    ("min_visibility", "f", 0.0),
    ("grid_width", "i", _SIDE),
    ("grid_height", "i", _SIDE),
    ("grid_cells", "i", _CELLS),
)
"""Name, kind (i: int32, f: float32, s: string) and what the field may hold, up to the grid's first cell.

`mouse.*` is entity 0, the only one. After these come `grid_cells` cells (int32, row-major from the bottom left),
`maze_dim`, `world_dim` and END. The background is `background_index`; the backgrounds are square, so `bg_pct_x` does
not show.
"""


class Layout(NamedTuple):
    """Offsets (bytes from its start) and values of the fields of one state."""

    offsets: dict[str, int]
    values: dict[str, Value]
    world: int
    grid: int
    maze_dim: int


def _refuse(what: str) -> MazeError:
    return MazeError(f"These {what}; expected the state of a procgen 0.10.7 `maze` in an easy or hard world.")


def _check(name: str, value: Value, check: Check) -> None:
    if name == "distribution_mode" and value == _MEMORY_MODE:
        raise MazeError(
            "This state is of a `memory` world, which shows the policy only part of the maze; expected easy or hard."
        )
    if check is None:
        return
    if isinstance(check, tuple):
        allowed, expected = check[0](value), check[1]
    else:
        allowed, expected = value == check, repr(check)
    if not allowed:
        found = f"{len(value)} bytes" if isinstance(value, bytes) else f"{value}"
        raise _refuse(f"bytes hold {found} in the field {name}, which should be {expected}")


@lru_cache(maxsize=16)
def layout(state: bytes) -> Layout:
    """Walk a state from its start, check every field, and check the end against the start.

    Raises:
        MazeError: naming the first field that does not fit.
    """
    offsets: dict[str, int] = {}
    values: dict[str, Value] = {}
    offset = 0
    for name, kind, check in FIELDS:
        try:
            value: Value
            if kind == "s":
                (length,) = struct.unpack_from("<i", state, offset)
                offset += 4
                if not 0 <= length <= len(state) - offset:
                    raise _refuse(f"bytes say that {name} is {length} bytes long")
                value = state[offset : offset + length]
            else:
                (value,) = struct.unpack_from("<" + kind, state, offset)
                length = 4
        except struct.error:
            raise _refuse(f"{len(state)} bytes end before the field {name}") from None
        _check(name, value, check)
        offsets[name], values[name] = offset, value
        offset += length

    world = _MODES[int(values["distribution_mode"])]
    sides = {values[name] for name in ("main_width", "main_height", "grid_width", "grid_height")}
    cells = {values["grid_size"], values["grid_cells"]}
    if sides != {world} or cells != {world**2}:
        raise _refuse(f"bytes disagree about the side of the world ({world} by their mode)")
    # The range holds at least one seed. The upper end of seed 2^31 - 1 wraps around, so only equality is wrong.
    if values["level_seed_low"] == values["level_seed_high"]:
        raise _refuse("bytes hold an empty range of level seeds")
    grid, maze_dim = offset, offset + 4 * world**2
    if len(state) != maze_dim + 12:
        raise _refuse(f"bytes are {len(state)} long, which should be {maze_dim + 12}")
    world_dim, end = struct.unpack_from("<ii", state, maze_dim + 4)
    if world_dim != world or end != END:
        raise _refuse("bytes do not end with the world's side and the end mark")
    return Layout(offsets, values, world, grid, maze_dim)
