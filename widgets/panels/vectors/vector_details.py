"""Details of a vector: its norm and how it was obtained."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from app.drawing.palette import Palette
from app.interventions.vectors import ActivationVector
from app.maze.render import observation
from app.number_format import fixed
from app.policy.policy import Policy
from widgets.controls.channel_strip import ChannelStrip
from widgets.controls.layer_choice import short_name
from widgets.controls.observation_picture import ObservationPicture
from widgets.controls.panel_parts import MARGIN, Elided, breakable, column, muted, row

LARGEST = 5
"""Channels that are named with their norms."""


class VectorDetails(QWidget):
    """Provenance, norms, the largest channels as pictures, and the mazes it was taken from."""

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(MARGIN)
        self._facts.setVerticalSpacing(2)
        self._facts.setColumnStretch(1, 1)
        self._labels: list[Elided] = []
        self.note = muted(wrap=True)
        self.strip = ChannelStrip(palette)
        self.strip.setCursor(Qt.CursorShape.ArrowCursor)
        self.maze_a, self.maze_b = ObservationPicture(), ObservationPicture()
        self._mazes = QWidget()
        pair = row(self.maze_a, self.maze_b)
        self._mazes.setLayout(pair)
        layout = column(self)
        layout.addWidget(self.note)
        layout.addLayout(self._facts)
        layout.addWidget(self.strip)
        layout.addWidget(self._mazes)
        self.set_palette(palette)

    def set_palette(self, palette: Palette) -> None:
        """Take other colours."""
        for part in (self.strip, self.maze_a, self.maze_b):
            part.set_palette(palette)

    def show_vector(self, vector: ActivationVector, policy: Policy | None) -> None:
        """Show a vector; the policy that is open tells whether it is the vector's own."""
        self.note.setText(breakable(vector.note))
        self._show_facts(facts(vector, policy))
        order = np.argsort(-vector.channel_norms, kind="stable")
        pictures = vector.values if vector.values.ndim == 3 else None
        self.strip.show()
        self.strip.show_channels(pictures, tuple(int(channel) for channel in order))
        self.strip.setToolTip("The vector's channels, the largest first")
        self._mazes.setVisible(vector.maze_a is not None and vector.maze_b is not None)
        for picture, maze, name in ((self.maze_a, vector.maze_a, "A"), (self.maze_b, vector.maze_b, "B")):
            if maze is not None:
                picture.show_observation(observation(maze))
                picture.setAccessibleName(f"Maze {name}")
                picture.setToolTip(f"Maze {name}: the observation the vector was taken from")

    def show_problem(self, sentence: str) -> None:
        """Say why a file has nothing to show."""
        self.note.setText(breakable(sentence))
        self._show_facts([])
        self.strip.hide()
        self._mazes.hide()

    def _show_facts(self, rows: list[tuple[str, str]]) -> None:
        for label in self._labels:
            self._facts.removeWidget(label)
            label.deleteLater()
        self._labels = []
        for at, (name, text) in enumerate(rows):
            title, value = Elided(name, stretch=False), Elided(text)
            title.setProperty("muted", True)
            value.setAccessibleName(f"{name}: {text}")
            self._labels += [title, value]
            self._facts.addWidget(title, at, 0)
            self._facts.addWidget(value, at, 1)


def facts(vector: ActivationVector, policy: Policy | None) -> list[tuple[str, str]]:
    """Facts of a vector, as (title, text)."""
    own = policy is not None and policy.weights_hash == vector.policy_hash
    rows = [
        ("Norm", fixed(vector.norm, 3)),
        ("Largest", largest_text(vector)),
        ("Layer", f"{short_name(vector.layer)}, {' × '.join(str(size) for size in vector.values.shape)}"),
        ("Policy", f"{vector.policy_name or vector.policy_hash[:12]}{'' if own else ', not the open one'}"),
    ]
    if vector.seeds:
        rows.append(("Seeds", seeds_text(vector.seeds)))
    for name, number in vector.measures:
        text = fixed(number) if 0 < number < 1 else f"{number:.6g}"
        rows.append((name[:1].upper() + name[1:], text))
    return rows


def largest_text(vector: ActivationVector) -> str:
    """The channels of largest norm: "10 (3.21), 4 (2.05)"."""
    norms = vector.channel_norms
    order = np.argsort(-norms, kind="stable")[:LARGEST]
    return ", ".join(f"{channel} ({fixed(float(norms[channel]))})" for channel in order)


def seeds_text(seeds: tuple[int, ...]) -> str:
    """Seeds as a range where they are one: "0 to 99"."""
    if len(seeds) > 2 and seeds == tuple(range(seeds[0], seeds[0] + len(seeds))):
        return f"{seeds[0]} to {seeds[-1]}"
    return ", ".join(str(seed) for seed in seeds)
