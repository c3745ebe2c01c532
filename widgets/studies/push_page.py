"""Push page: which channels push for which move, exactly behind the last pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from widgets.controls.panel_parts import Choice, labelled
from widgets.services.context import Context
from widgets.services.study_runner import Asks
from widgets.studies.study_page import LevelsChoice, StudyPage

if TYPE_CHECKING:
    from app.studies.push import PushQuestion

LAYERS = {"embedder.relu3": "Channels of relu3", "embedder.relufc": "Units of relufc"}


class PushPage(StudyPage):
    """Pushes at decision squares, by where cheese and corner are, and how few components tell the move."""

    TITLE = "What pushes for each move?"
    HINT = (
        "Behind relu3 the logits are an exact sum over channels. A channel's push for a move is its part of the move's "
        "mean logit, less its mean over the five moves; of the network without patches, at the decision square."
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.levels = LevelsChoice(self)
        self.layer = Choice("Components", "What the logits are divided into", LAYERS, lambda _: self.follow())
        self.main.addWidget(self.levels)
        self.main.addLayout(labelled("Parts", self.layer))

    def asks(self) -> tuple[Any, Asks] | None:
        """The pushes in the chosen levels."""
        policy, layer = self.context.document.state.policy, str(self.layer.currentData())
        if policy is None:
            return None
        levels = self.levels.chosen()

        def question() -> PushQuestion:
            from app.studies.push import PushQuestion

            return PushQuestion(policy, levels(), layer)

        return (policy.weights_hash, layer, self.levels.key), question
