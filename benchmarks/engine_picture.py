"""Draws engine.png: how far one square's mouse reaches in each stage, from a real maze and network.

python -m benchmarks.engine_picture
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw

from app.drawing.colour import rgb
from app.drawing.fonts import pillow_font
from app.drawing.palette import LIGHT
from app.field.receptive_fields import CONV_STAGES, INPUT, Window, spans
from app.maze.render import base_and_patches
from app.policy.stages import as_input, run
from benchmarks.subjects import HARD, level, policy

SCALE = 2
PANEL, GAP, LEFT, TOP = 156, 26, 40, 112
WIDTH = 2 * LEFT + 7 * PANEL + 6 * GAP
HEIGHT = 812
SHOWN = (INPUT, *CONV_STAGES)


def main() -> None:
    """Write the picture next to this file."""
    maze = level(HARD, 13)
    index = len(maze.squares) // 2
    square = maze.squares[index : index + 1]
    patches = base_and_patches(maze, square)
    both = np.stack([patches.base, patches.observations()[0]])
    inputs = as_input(torch.from_numpy(both))
    kept = {INPUT: inputs, **run(policy(4).network, inputs, keep=CONV_STAGES).kept}
    cell = int(square[0, 0]) * maze.world + int(square[0, 1])

    sheet = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), LIGHT.panel)
    draw = ImageDraw.Draw(sheet)
    write(draw, LEFT, 24, "How far one mouse reaches", 26, "semibold")
    write(
        draw,
        LEFT,
        62,
        "Each panel: where the activation with the mouse on one square differs from the one without a mouse, "
        "brightest channel. Frame: the window that is computed.",
        14,
        colour=LIGHT.text_muted,
    )
    for number, stage in enumerate(SHOWN):
        row, column = divmod(number, 7)
        left, top = LEFT + column * (PANEL + GAP), TOP + row * (PANEL + 126)
        difference = (kept[stage][1] - kept[stage][0]).abs().amax(0).numpy()
        window = spans(maze.world, maze.facing).of(stage)
        panel(sheet, draw, left, top, stage, difference, window, cell)
    story(draw, LEFT, TOP + 2 * (PANEL + 126) - 16)
    sheet.save(Path(__file__).with_name("engine.png"), optimize=True)


def panel(
    sheet: Image.Image,
    draw: ImageDraw.ImageDraw,
    left: int,
    top: int,
    stage: str,
    difference: np.ndarray,
    window: Window,
    cell: int,
) -> None:
    """One stage: its picture, its window, its name."""
    side = len(difference)
    strength = np.where(difference > 0, 0.25 + 0.75 * (difference / difference.max()) ** 0.5, 0)[..., None]
    colours = np.array(rgb(LIGHT.open)) * (1 - strength) + np.array(rgb(LIGHT.difference)) * strength
    image = Image.fromarray(colours.round().astype(np.uint8)).resize((PANEL * SCALE,) * 2, Image.Resampling.NEAREST)
    sheet.paste(image, (left * SCALE, top * SCALE))
    box(draw, left, top, left + PANEL, top + PANEL, LIGHT.border, 1)
    whole = stage in CONV_STAGES[CONV_STAGES.index("embedder.block2.res2.resadd") :]
    if not whole:
        pixel = PANEL / side
        x, y = left + window.columns[cell] * pixel, top + window.rows[cell] * pixel
        box(draw, x, y, x + window.width * pixel, y + window.height * pixel, LIGHT.accent, 2)
    name = "observation" if stage == INPUT else stage.removeprefix("embedder.").removesuffix(".resadd")
    write(draw, left, top + PANEL + 8, name, 15, "semibold")
    share = "whole image" if whole else f"{window.height} x {window.width} of {side} x {side}"
    write(draw, left, top + PANEL + 29, share, 13, colour=LIGHT.text_muted)
    part = 100 * window.pixels / side**2
    text = (
        "all pixels, Winograd"
        if whole
        else f"{part:.1f} % of the pixels"
        if part < 10
        else f"{part:.0f} % of the pixels"
    )
    write(draw, left, top + PANEL + 47, text, 13, colour=LIGHT.text_muted)


def story(draw: ImageDraw.ImageDraw, left: int, top: int) -> None:
    """The conclusions from the panels, in three columns."""
    columns = (
        (
            "Once per maze",
            "The mouseless activations are computed for one",
            "image; every window is cut out of them and only the",
            "changed pixels are put in.",
        ),
        (
            "Once per square",
            "Windows of one size go through each convolution in",
            "batches, a chunk of squares per thread, until windows",
            "would hold nearly the whole image.",
        ),
        (
            "Once per slider",
            "Activations before the first patched layer are kept:",
            "another value there costs only the stages after it.",
            "The original field is not computed again.",
        ),
    )
    step = (WIDTH - 2 * LEFT + GAP) // len(columns)
    for number, (title, *lines) in enumerate(columns):
        x = left + number * step
        draw.rectangle([x * SCALE, top * SCALE, (x + step - GAP) * SCALE, (top + 3) * SCALE], fill=LIGHT.accent)
        write(draw, x, top + 18, title, 17, "semibold")
        for at, line in enumerate(lines):
            write(draw, x, top + 48 + 22 * at, line, 14)


def write(
    draw: ImageDraw.ImageDraw,
    x: float,
    y: float,
    text: str,
    size: int,
    weight: str = "regular",
    colour: str = LIGHT.text,
) -> None:
    """A line of text, its top left corner at (x, y)."""
    draw.text((x * SCALE, y * SCALE), text, fill=colour, font=pillow_font(weight, size * SCALE))


def box(draw: ImageDraw.ImageDraw, x0: float, y0: float, x1: float, y1: float, colour: str, width: int) -> None:
    """A frame."""
    draw.rectangle([round(v * SCALE) for v in (x0, y0, x1, y1)], outline=colour, width=width * SCALE)


if __name__ == "__main__":
    main()
