"""Context menu of a channel: what a click on its thumbnail, or on its push, can do to it."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from app.document import patch_edits
from app.interventions.patches import AddVector, Mean, Noise, Offset, Patch, Resample, Scale, SetValue
from app.policy.layers import Layer, canonical
from widgets.controls.channel_painter import Pixel, pixel_words
from widgets.services.context import Context


def channel_menu(context: Context, stage: Layer, channel: int, pixel: Pixel | None, off: bool) -> QMenu:
    """A menu that deletes itself once it is closed.

    Args:
        context: whose document is changed.
        stage: the channel's layer.
        channel: the channel.
        pixel: the activation pixel under the pointer, row 0 on top, or None.
        off: whether a zero patch takes the channel away now.
    """
    menu = QMenu()
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    document = context.document
    switch = menu.addAction(f"Switch channel {channel} {'on' if off else 'off'}")
    switch.triggered.connect(lambda: patch_edits.toggle_channel(document, stage, channel))
    menu.addSeparator()
    for title, patch in _patches(context, stage, channel, pixel):
        menu.addAction(title).triggered.connect(partial(_add, context, patch))
    menu.addSeparator()
    if stage.side is not None:
        under = menu.addAction("Colour the maze's squares by it")
        under.triggered.connect(lambda: context.view.activation_wanted.emit(channel))
    menu.addAction("Copy its numbers").triggered.connect(lambda: _copy(context, stage, channel))
    menu.addSeparator()
    return menu


def _copy(context: Context, stage: Layer, channel: int) -> None:
    """The channel's activations as rows of numbers, row 0 on top: original, then patched where that differs."""
    found = context.bridge.latest_activations
    if found is None or canonical(found.request.layer) != stage.name:
        return
    parts = {"original": found.original[channel], "patched": found.patched[channel]}
    if np.array_equal(parts["original"], parts["patched"]):
        del parts["patched"]
    square = found.request.square
    lines = []
    for name, values in parts.items():
        lines.append(f"{stage.name} {channel}, {name}, mouse at ({square[0]}, {square[1]})")
        lines += ["\t".join(f"{float(value):.6g}" for value in row) for row in np.atleast_2d(values)]
    QGuiApplication.clipboard().setText("\n".join(lines))
    context.notice(f"Copied the numbers of channel {channel}, as a table.")


def _add(context: Context, patch: Patch, *_: object) -> None:
    patch_edits.add_patch(context.document, patch)


def _patches(context: Context, stage: Layer, channel: int, pixel: Pixel | None) -> list[tuple[str, Patch]]:
    name, these = stage.name, (channel,)
    maze = context.document.state.maze
    found: list[tuple[str, Patch]] = []
    if stage.side is None:
        found.append(("Set its value", SetValue(layer=name, channels=these)))
    else:
        if pixel is not None:
            at = SetValue(layer=name, channels=these, row=pixel[0], column=pixel[1])
            found.append((f"Set its value at {pixel_words(pixel)}", at))
        target = context.bridge.inspected_square if maze.cheese is None else maze.cheese
        words = "the cheese's square" if maze.cheese is not None else "the inspected square"
        found.append((f"Set its value at {words}", SetValue(layer=name, channels=these, square=target)))
    found += [
        ("Scale it", Scale(layer=name, channels=these)),
        ("Replace it by its mean", Mean(layer=name, channels=these)),
        ("Resample it from another level", Resample(layer=name, channels=these)),
        ("Add a number to it", Offset(layer=name, channels=these)),
        ("Add the cheese vector to it", AddVector(layer=name, channels=these)),
        ("Add noise to it", Noise(layer=name, channels=these)),
    ]
    return found
