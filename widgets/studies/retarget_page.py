"""Retarget page: how well setting channels at a square leads the policy there, for every square or over many levels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtWidgets import QCheckBox, QLineEdit

from app.errors import MazescopeError
from app.interventions.channel_text import channels_text, parse_channels
from app.interventions.patches import SetValue
from app.policy.layers import DEFAULT_LAYER, layer
from app.policy.policy import Policy
from widgets.controls.layer_choice import LayerChoice
from widgets.controls.panel_parts import labelled, muted
from widgets.services.context import Context
from widgets.services.study_runner import Asks
from widgets.studies.study_page import LevelsChoice, StudyPage

if TYPE_CHECKING:
    from app.studies.study import Question

VALUES: Final = "1, 2.3, 5.5, 10"
MANY_TARGETS: Final = 4
MOST_SETS: Final = 12


class RetargetPage(StudyPage):
    """Path probabilities to squares, for several values and sets of channels next to each other."""

    TITLE = "How well can it be led?"
    HINT = (
        "For each target square the channels' pixel there is set, and the path probability from the mouse to it is "
        "measured, next to nothing set and to the real cheese moved there. Of this maze: every square, the near ones "
        "first, its own cheese kept; of many levels: a few squares each, their cheese removed."
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._layer = DEFAULT_LAYER
        self.levels = LevelsChoice(self, 50)
        self.layer = LayerChoice("The layer whose channels are set")
        self.layer.chosen.connect(self._layer_chosen)
        self.channels = self._entry("Channels", "Channels that are set; semicolons separate sets: 10; 10, 18")
        self.channels.setPlaceholderText("the cheese's")
        self.values = self._entry("Values", "What they are set to: numbers with commas", VALUES)
        self.real = QCheckBox("With the real cheese")
        self.real.setToolTip("Measure the same paths with the cheese moved to each target; takes longer")
        self.real.setChecked(True)
        self.real.clicked.connect(self.follow)
        self.problem = muted(wrap=True)
        self.problem.hide()
        self.main.addWidget(self.levels)
        self.main.addLayout(labelled("Layer", self.layer))
        self.main.addLayout(labelled("Channels", self.channels))
        self.main.addLayout(labelled("Values", self.values))
        self.options.addWidget(self.real)
        layout = self.layout()
        assert layout is not None
        layout.insertWidget(layout.indexOf(self.view), self.problem)  # type: ignore[attr-defined]

    def summary(self) -> str:
        """Channels, values and levels."""
        channels = self.channels.text().strip()
        which = f"channels {channels}" if channels else "the channel that marks the cheese best"
        return f"{which} = {self.values.text()} · {self.levels.summary}"

    def asks(self) -> tuple[Any, Asks] | None:
        """The settings at every square of the maze in front, or at a few squares of many levels."""
        policy = self.context.document.state.policy
        if policy is None:
            return None
        self.layer.show_layers(policy.width, self._layer)
        if not self.channels.text().strip():
            self._fill_channels(policy)
        try:
            settings = self._settings(policy)
        except MazescopeError as error:
            self._say(str(error))
            return None
        self._say("")
        many, moved, name = self.levels.many, self.real.isChecked(), self._layer
        world = self.maze.world
        levels = self.levels.chosen()

        def question() -> Question:
            from app.studies.cheese_channels import find_cheese_channels
            from app.studies.retarget_curves import RetargetQuestion
            from app.studies.retarget_map import Setting

            sets = dict.fromkeys(channels for channels, _ in settings)
            if () in sets:
                sets[()] = (find_cheese_channels(policy, layer_name=name, world=world)[0].channel,)
            chosen = tuple(Setting(sets[channels] or channels, value) for channels, value in settings)
            targets = MANY_TARGETS if many else None
            return RetargetQuestion(policy, levels(), chosen, name, targets, "removed" if many else "kept", moved)

        return (policy.weights_hash, name, settings, moved, self.levels.key), question

    def _say(self, problem: str) -> None:
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))

    def _settings(self, policy: Policy) -> tuple[tuple[tuple[int, ...], float], ...]:
        """(channels, value) of every setting; without channels, the one that marks the cheese best."""
        count = layer(self._layer, policy.width).channels
        sets: list[tuple[int, ...]] = []
        for text in self.channels.text().split(";"):
            found = parse_channels(text, count)
            sets.append(tuple(range(count)) if found is None else found)
        values = []
        for text in self.values.text().split(","):
            try:
                values.append(float(text))
            except ValueError:
                raise MazescopeError(f"{text.strip()!r} was found among the values; expected numbers.") from None
        sets = list(dict.fromkeys(sets))
        if len(sets) * len(values) > MOST_SETS:
            raise MazescopeError(f"{len(sets) * len(values)} settings were found; expected at most {MOST_SETS}.")
        return tuple((each, value) for each in sets for value in dict.fromkeys(values))

    def _fill_channels(self, policy: Policy) -> None:
        """The channels of the stack's own pin, or those known to mark the cheese."""
        for patch in self.context.document.state.stack.patches:
            if isinstance(patch, SetValue) and patch.layer == self._layer and patch.channels:
                self.channels.setText(channels_text(patch.channels))
                return
        known = self.context.cheese.channels(policy, self._layer, self.maze.world)
        if known is not None:
            self.channels.setText(channels_text(self.context.cheese.defaults(policy, self._layer, self.maze.world)))

    def _entry(self, name: str, tip: str, text: str = "") -> QLineEdit:
        entry = QLineEdit(text)
        entry.setAccessibleName(name)
        entry.setToolTip(tip)
        entry.editingFinished.connect(self.follow)
        return entry

    def _layer_chosen(self, name: str) -> None:
        self._layer = name
        self.follow()
