"""The rollout bar: play, step and scrub a rollout, and read its outcome."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from app.maze.random_words import LARGEST_SEED
from widgets.controls.number_field import WholeNumber
from widgets.controls.panel_parts import Choice, column, row
from widgets.controls.scrubber import Scrub
from widgets.controls.wrapping_row import WrappingRow
from widgets.playback.compared_rollouts import ComparedRollouts
from widgets.playback.many_episodes import ManyEpisodes
from widgets.playback.rollout_player import SPEEDS, Player
from widgets.playback.verdict import Verdicts
from widgets.services.action_registry import Spec
from widgets.services.context import Context
from widgets.style import theme

GROUP = "Rollout"
PLAY_TIP = "Play the rollout from the step shown."
PLAY = "pause episode run trajectory simulate animate walk"
ACTIONS = ("playback.restart", "playback.back", "playback.play", "playback.forward")


def register(context: Context, player: Player) -> None:
    """The player's actions."""
    for spec in (
        Spec(
            id="playback.play",
            title="Play the rollout",
            title_now=lambda: "Pause the rollout" if player.playing else "Play the rollout",
            handler=player.toggle,
            keys=("Space",),
            icon="play",
            group=GROUP,
            tip=PLAY_TIP,
            words=PLAY,
            enabled_when=lambda: context.document.state.policy is not None,
        ),
        Spec(
            id="playback.forward",
            title="Step forward",
            handler=lambda: player.step_by(1),
            keys=(".",),
            icon="skip-next",
            group=GROUP,
            enabled_when=lambda: player.step < player.last,
        ),
        Spec(
            id="playback.back",
            title="Step back",
            handler=lambda: player.step_by(-1),
            keys=(",",),
            icon="skip-previous",
            group=GROUP,
            enabled_when=lambda: player.step > 0,
        ),
        Spec(
            id="playback.restart",
            title="Back to the start",
            handler=player.restart,
            keys=("Ctrl+Home",),
            icon="skip-backward",
            group=GROUP,
            tip="Return the mouse to its start and clear the trail.",
            words="rewind reset restart episode",
            enabled_when=lambda: player.step > 0,
        ),
    ):
        context.actions.add(spec)
    context.actions.add(
        Spec(
            id="playback.sampled",
            title="Sample the moves",
            handler=lambda on: player.set_rule(replace(player.rule, sampled=on)),
            icon="dice-multiple-outline",
            group=GROUP,
            tip="Draw each move from the policy's probabilities instead of making the likeliest.",
            checkable=True,
            words="stochastic greedy random draws seed",
        )
    )
    player.changed.connect(context.actions.refresh)


class Shrinking(QWidget):
    """Buttons and slider: before anything else gives way, the slider is as short as it can be."""

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()


class PlaybackBar(QWidget):
    """Reflects the player.

    Attributes:
        controls: buttons, slider and choices.
        verdicts: the outcome of the rollouts of the maze in front.
        others: the outcome of those it is compared with.
        episodes: how many of many sampled episodes reach the cheese.
    """

    def __init__(self, context: Context, player: Player, compared: ComparedRollouts) -> None:
        super().__init__()
        self._context, self._player, self._compared = context, player, compared
        self._look: object = None
        self.setAccessibleName("Rollout")
        self.buttons: dict[str, QToolButton] = {}
        for name in ACTIONS:
            button = QToolButton()
            button.setDefaultAction(context.actions[name])
            button.setAccessibleName(context.actions.spec(name).title)
            # A click leaves the keyboard where it was, as with the tools.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.buttons[name] = button
        self.scrub = Scrub()
        self.count = QLabel()
        self.speed = Choice(
            "Speed of the rollout",
            "Steps a second",
            {str(speed): f"{speed} / s" for speed in SPEEDS},
            lambda chosen: player.set_speed(int(chosen)),
        )
        self.rule = Choice(
            "How moves are chosen",
            "Greedy makes the likeliest move; sampled draws each move from the probabilities",
            {"greedy": "Greedy", "sampled": "Sampled"},
            lambda chosen: player.set_rule(replace(player.rule, sampled=chosen == "sampled")),
        )
        for box in (self.speed, self.rule):
            box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            wide = box.fontMetrics().horizontalAdvance
            longest = max(wide(box.itemText(at)) for at in range(box.count()))
            # Qt adds the room of an icon, which they have not.
            box.setMinimumContentsLength(round(longest / wide("X")))
            # In large text it is cut short, and the tooltip says it.
            box.setMinimumWidth(round(4.3 * box.fontMetrics().height()))
        self.seed = WholeNumber("Seed of the draws", "Seed of the draws: both mice use the same ones", 0, LARGEST_SEED)
        self.seed.valueChanged.connect(lambda seed: player.set_rule(replace(player.rule, seed=seed)))
        self.seed.corrected.connect(context.notice)
        self.episodes = ManyEpisodes(context, player)
        self._where, self._how = Shrinking(), QWidget()
        # In a narrow window they are below each other.
        self.controls = WrappingRow(self._where, self._how, space=5, fill=True)
        self.verdicts, self.others = Verdicts(context), Verdicts(context)
        self._lay_out()
        self.scrub.valueChanged.connect(self._scrubbed)
        player.changed.connect(self.refresh)
        context.palette_changed.connect(self._take_look)
        context.busy_changed.connect(self.refresh)
        self._take_look()

    @property
    def labels(self) -> tuple[QWidget, ...]:
        """All that is to be read on stage."""
        return *self.verdicts.labels, *self.others.labels, self.episodes

    def refresh(self, *_: object) -> None:
        """Show the player as it is."""
        player, actions = self._player, self._context.actions
        step, last = player.step, player.last
        look = ("pause" if player.playing else "play", self._context.palette)
        if look != self._look:
            # An icon costs more than all the rest, and this is asked at every edit.
            self._look = look
            actions["playback.play"].setIcon(self._context.icon(look[0]))
        actions["playback.sampled"].setChecked(player.rule.sampled)
        with QSignalBlocker(self.scrub):
            self.scrub.setRange(0, last)
            self.scrub.setValue(step)
        self.scrub.setEnabled(last > 0)
        self.count.setText(f"{step} / {last}")
        with QSignalBlocker(self.seed):
            self.seed.setValue(player.rule.seed)
        self.seed.setVisible(player.rule.sampled)
        self.rule.choose("sampled" if player.rule.sampled else "greedy")
        self.speed.choose(str(player.speed))
        self._say()

    def set_stage_scale(self, scale: float | None) -> None:
        """Show the outcome of the rollouts as a presentation does, in text of this scale; None is as usual."""
        for verdicts in (self.verdicts, self.others):
            verdicts.take_stage(scale)
        middle = Qt.AlignmentFlag.AlignHCenter if scale is not None else Qt.AlignmentFlag.AlignLeft
        self.episodes.setAlignment(middle | Qt.AlignmentFlag.AlignVCenter)

    def _take_look(self, *_: object) -> None:
        self._look = None
        # A font of its own does not follow when the size of text is chosen again.
        self.count.setFont(theme.number_font(self.font()))
        self.refresh()

    def _say(self) -> None:
        player, compared = self._player, self._compared
        policy = self._context.document.state.policy
        hint = "The rollout is computed after the field."
        if policy is None:
            hint = "Open a policy to see a rollout."
        companion = compared.companion
        self.others.setVisible(companion is not None)
        first = companion is not None and companion.first
        self._said.setDirection(QBoxLayout.Direction.RightToLeft if first else QBoxLayout.Direction.LeftToRight)
        name = companion.front_title if companion is not None else ""
        self.verdicts.say(player.rollouts, name, stale=not player.fresh, hint=hint)
        if companion is not None:
            stale = compared.rollouts is None
            self.others.say(compared.latest, companion.title, stale=stale, hint="Its rollout is being computed.")

    def _scrubbed(self, step: int) -> None:
        self._player.pause()
        self._player.seek(step)

    def _lay_out(self) -> None:
        buttons = row(*self.buttons.values(), space=1)
        self._where.setLayout(row(buttons, self.scrub, self.count, space=5))
        self._how.setLayout(row(self.speed, self.rule, self.seed, space=5))
        self._how.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        layout = column(self, 0, 0)
        layout.setContentsMargins(6, 2, 6, 5)
        layout.addWidget(self.controls)
        self._said = said = QHBoxLayout()
        said.setSpacing(Verdicts.GAP)
        for verdicts in (self.verdicts, self.others):
            said.addWidget(verdicts, 1)
        layout.addLayout(said)
        layout.addWidget(self.episodes)
