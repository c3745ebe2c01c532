"""Outcome page: where sampled and greedy play end, exactly, before and after the patches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.maze.game_rules import TIMEOUT
from widgets.controls.panel_parts import Choice, labelled
from widgets.services.context import Context
from widgets.services.study_runner import Asks
from widgets.studies.study_page import LevelsChoice, StudyPage

if TYPE_CHECKING:
    from app.studies.outcome import OutcomeQuestion


class OutcomePage(StudyPage):
    """Chance to reach the cheese and the corner, and expected steps."""

    TITLE = "Where does it end up?"
    HINT = "The chance that sampled play reaches the cheese, and in how many steps: exact, without sampling."

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.levels = LevelsChoice(self, 50)
        titles = {"256": "256 steps", str(TIMEOUT): f"{TIMEOUT}, the game's limit"}
        self.steps = Choice("Within", "The number of steps an episode may take", titles, lambda _: self.follow())
        self.steps.choose(str(TIMEOUT))
        self.main.addWidget(self.levels)
        self.main.addLayout(labelled("Within", self.steps))

    def summary(self) -> str:
        """Levels and steps."""
        return f"{self.levels.summary} · within {self.steps.currentData()} steps"

    def asks(self) -> tuple[Any, Asks] | None:
        """The outcome in the chosen levels, with the stack as it is."""
        state = self.context.document.state
        policy, stack, steps = state.policy, state.stack, int(self.steps.currentData())
        if policy is None:
            return None
        levels = self.levels.chosen()

        def question() -> OutcomeQuestion:
            from app.studies.outcome import OutcomeQuestion

            return OutcomeQuestion(policy, levels(), stack, steps)

        return (policy.weights_hash, stack, steps, self.levels.key), question
