"""Pages of the studies of one layer over many levels: ablation of every channel, resampling, transfer of vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from app.number_format import short
from app.policy.layers import DEFAULT_LAYER
from widgets.controls.layer_choice import LayerChoice, has_pixels
from widgets.controls.number_field import ExactNumber, WholeNumber
from widgets.controls.panel_parts import Choice, labelled
from widgets.services.context import Context
from widgets.services.study_runner import Asks
from widgets.studies.study_page import StudyPage

if TYPE_CHECKING:
    from app.studies.study import Question

WORDS: Final = {"cheese": "Cheese vector", "top-right": "Top-right vector"}


class LayerPage(StudyPage):
    """Asks of one layer, over the levels of the seeds from 0 on in the world in front."""

    LEVELS = 50
    PIXELS_ONLY = False

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._layer = DEFAULT_LAYER
        self.layer = LayerChoice("The layer that is asked about")
        self.layer.chosen.connect(self._choose_layer)
        self.count = WholeNumber("Levels", "Number of levels; their seeds start at 0", 2, 10_000)
        self.count.setValue(self.LEVELS)
        self.count.corrected.connect(context.notice)
        self.count.valueChanged.connect(self.follow)
        self.main.addLayout(labelled("Layer", self.layer))
        self.main.addLayout(labelled("Levels", self.count))

    def summary(self) -> str:
        """Layer and levels."""
        return f"{self.layer.currentText().strip()} · {self.count.value():,} levels"

    def asks(self) -> tuple[Any, Asks] | None:
        """The question of the chosen layer and levels; a page of its own kind says which in `make`."""
        state = self.context.document.state
        if state.policy is None:
            return None
        self.layer.show_layers(state.policy.width, self._layer)
        policy, world, layer = state.policy, state.maze.world_name, self._layer
        count, finer = self.count.value(), self.finer()

        def question() -> Question:
            from app.studies.level_set import of_seeds

            return self.make(policy, of_seeds(world, range(count), f"0:{count}"), layer, finer)

        return (policy.weights_hash, world, count, layer, finer), question

    def finer(self) -> tuple[Any, ...]:
        """The page's own choices."""
        return ()

    def make(self, policy: Any, levels: Any, layer: str, finer: tuple[Any, ...]) -> Question:
        """The question; called off the GUI thread."""
        raise NotImplementedError

    def _choose_layer(self, name: str) -> None:
        if self.PIXELS_ONLY and not has_pixels(name):
            self.context.notice("This study needs a layer with pixels.")
            self.follow()
            return
        self._layer = name
        self.follow()


class AblatePage(LayerPage):
    """Every channel of a layer ablated, one after another."""

    TITLE = "What is each channel worth?"
    HINT = (
        "Every channel is ablated alone, over many levels: by zero, by its mean over random observations, and by "
        "resampling. Ranked by the change of the log-odds at the decision square, with interval and n."
    )

    def make(self, policy: Any, levels: Any, layer: str, finer: tuple[Any, ...]) -> Question:
        del finer
        from app.studies.ablate import AblateQuestion

        return AblateQuestion(policy, levels, layer)


class ResamplePage(LayerPage):
    """Claimed channels resampled next to random control channels."""

    TITLE = "Do these channels depend on the cheese's square alone?"
    HINT = (
        "Channels chosen by rule on one half of the levels are resampled on the other: from mazes with the cheese on "
        "the same square, and elsewhere; next to at least 20 random sets of as many channels."
    )
    LEVELS = 30
    PIXELS_ONLY = True

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.own = Choice(
            "Sources",
            "Where resampled activations come from",
            {"own": "One for each channel", "shared": "One for all"},
            lambda _: self.follow(),
        )
        self.options.addLayout(labelled("Sources", self.own))

    def finer(self) -> tuple[Any, ...]:
        return (self.own.currentData() == "own",)

    def make(self, policy: Any, levels: Any, layer: str, finer: tuple[Any, ...]) -> Question:
        from app.studies.resample import ResampleQuestion

        return ResampleQuestion(policy, levels, layer, own_sources=finer[0])


class TransferPage(LayerPage):
    """A vector of one level added on another."""

    TITLE = "Does one vector serve all levels?"
    HINT = (
        "The vector of one level added on another, by the distance of their cheeses; next to the mean over many "
        "levels, the mean difference, a probe's direction and random directions, all of the same norm."
    )

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.vector = Choice("Vector", "Which vector is transferred", dict(WORDS), lambda _: self.follow())
        self.coefficient = ExactNumber(-10, 10)
        self.coefficient.setAccessibleName("Coefficient")
        self.coefficient.setToolTip("The coefficient with which it is added")
        self.coefficient.setValue(-1.0)
        self.coefficient.valueChanged.connect(lambda _: self.follow())
        self.coefficient.corrected.connect(context.notice)
        self.main.addLayout(labelled("Vector", self.vector))
        self.main.addLayout(labelled("Times", self.coefficient))

    def summary(self) -> str:
        return f"{short(self.coefficient.value())} × {self.vector.currentText().lower()} · {super().summary()}"

    def finer(self) -> tuple[Any, ...]:
        return (str(self.vector.currentData()), self.coefficient.value())

    def make(self, policy: Any, levels: Any, layer: str, finer: tuple[Any, ...]) -> Question:
        from app.studies.transfer import TransferQuestion

        return TransferQuestion(policy, levels, finer[0], layer, finer[1])
