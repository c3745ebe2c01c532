"""Snapshots of the view as values, from which exports are made off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app.document.comparison import Comparison
from app.document.recent_states import Moment
from app.document.snapshot import Snapshot
from app.document.view_mode import Mode
from app.drawing.arrow_look import PLAIN, look_to_json
from app.drawing.figure import Figure, FigureOptions
from app.drawing.palette import Palette
from app.drawing.rollout_shapes import rollout_overlays
from app.drawing.side_by_side import Side, page
from app.drawing.source_line import source_line
from app.errors import MazescopeError
from app.field.requests import FieldResult
from app.field.rollout_values import Rollouts, Rule
from app.field.square_layers import NO_LAYER, SquareLayer, WantedLayer
from widgets.exporting.page_options import PageChoice
from widgets.maze_view.maze_view import MazeView
from widgets.maze_view.picture import Picture
from widgets.services.context import Context
from widgets.services.engine_bridge import EngineBridge
from widgets.services.shown_rollout import ShownRollout

if TYPE_CHECKING:
    from app.policy.series import Series

BUSY = "The field is still being computed. Wait for it, then export."
OUT_OF_DATE = "The rollout is out of date. Wait for it to finish, then export."
AS_SEEN = PageChoice()
FAILED = "There is no field to export: it could not be computed for this maze with these patches."


@dataclass(frozen=True, eq=False)
class Present:
    """Contents of the canvas.

    Attributes:
        sides: the maze in front with its whole field and what is over it, and then what it is compared with.
        mode: which fields are shown.
        palette: the colours, as the background needs them.
        options: legend, numbers and title.
        background: a key of `page_options.BACKGROUNDS`.
        about_page: what the recipe of a picture or movie says of background, colours, legend and numbers.
        origin: seed and region of the level in front, and whether it was edited; for the recipe.
        name: what to call a file.
        rollouts: the mice's episodes of each side, or None where they are not worked out.
        rule: how their moves are chosen.
        moments: the states of the last minute of work.
        comparison: what the maze in front is compared with.
        named: whether policy and patches are named.
        snapshots: the document's.
        under: the layer under the arrows of the maze in front.
        wanted: which layer that is, for movies whose frames have fields of their own.
        series: the series of checkpoints that is open.
    """

    sides: tuple[Side, ...]
    mode: Mode
    palette: Palette
    options: FigureOptions
    background: str
    about_page: dict[str, Any]
    origin: dict[str, Any]
    name: str
    rollouts: tuple[Rollouts | None, ...]
    rule: Rule
    moments: tuple[Moment, ...]
    comparison: Comparison | None = None
    named: bool = True
    snapshots: tuple[Snapshot, ...] = ()
    under: SquareLayer | None = None
    wanted: WantedLayer = NO_LAYER
    series: Series | None = None

    @property
    def results(self) -> tuple[FieldResult, ...]:
        """The field of each side."""
        return tuple(side.result for side in self.sides)

    @property
    def figure(self) -> Figure:
        """The view as a figure; a comparison as two next to each other."""
        drawn = page(self.sides, self.mode, self.palette, replace(self.options, under=self.under))
        return replace(drawn, background=None) if self.background == "transparent" else drawn

    @property
    def recipe(self) -> dict[str, Any]:
        """All data needed to make the figure again."""
        # Loads torch.
        from app.document.recipe import recipe_of

        shown = self.sides[0].result.request
        recipe = recipe_of(shown.maze, shown.policy, shown.stack, **self.origin)
        for side in self.sides[1:]:
            recipe |= {"title": self.sides[0].title}
            recipe["beside"] = {
                **recipe_of(side.result.request.maze, side.result.request.policy, side.result.request.stack),
                "title": side.title,
            }
        if self.comparison is not None:
            recipe |= {"compared": self.comparison.kind}
        if self.under is not None:
            recipe |= {"under": self.under.title}
        look = {} if self.options.look == PLAIN else {"arrows": look_to_json(self.options.look)}
        return {**recipe, **look, "view": self.mode}


class Snapshots:
    """Takes the view as values, on the GUI thread, so that all else can happen off it.

    Args:
        shown_rollout: which step of which rollouts is shown now.
        series: the series of checkpoints that is open, or None.
    """

    def __init__(
        self,
        context: Context,
        maze_view: MazeView,
        shown_rollout: Callable[[], ShownRollout],
        series: Callable[[], Series | None],
    ) -> None:
        self._context, self._view, self.shown_rollout, self.series = context, maze_view, shown_rollout, series

    @property
    def legend_shown(self) -> bool:
        """True if the window shows the legend."""
        return not self._view.legend.isHidden()

    def take(self, moments: tuple[Moment, ...] = (), title: str = "", choice: PageChoice = AS_SEEN) -> Present:
        """The canvas as it is now.

        Args:
            moments: the states of the last minute of work, for a movie of them.
            title: a line over the mazes.
            choice: what else is on the page.

        Raises:
            MazescopeError: while there is no policy, or its field is not there yet.
        """
        context, view, state = self._context, self._view, self._context.document.state
        if state.policy is None:
            raise MazescopeError("There is nothing to export without a policy: open one first.")
        latest = _answer(context.bridge)
        rollout, companion, tab = self.shown_rollout(), view.companion, state.tab
        walks = (rollout.front, rollout.compared)
        pictures = (view.picture, None if companion is None else companion.picture)
        if any(picture and picture.overlays and walk is None for picture, walk in zip(pictures, walks, strict=True)):
            raise MazescopeError(OUT_OF_DATE)
        mode, palette = context.view.mode, choice.palette(context.palette)
        legend = self.legend_shown if choice.legend is None else choice.legend

        def side(result: FieldResult, picture: Picture, walk: Rollouts | None, title: str) -> Side:
            source = source_line(result.request.policy, result.request.stack) if choice.names else ""
            if not picture.overlays or walk is None:
                return Side(result, title, source=source)
            # Drawn again, since the page may have other colours than the window.
            over = rollout_overlays(walk, rollout.step, palette, side_by_side=mode == Mode.SIDE_BY_SIDE)
            return Side(result, title, overlays=over, draw_mouse=False, source=source)

        sides = [side(latest, view.picture, walks[0], "" if companion is None else companion.front_title)]
        if companion is not None:
            sides.append(side(_answer(companion.bridge), companion.picture, walks[1], companion.title))
        return Present(
            tuple(sides),
            mode,
            palette,
            FigureOptions(
                title=title,
                show_legend=legend,
                show_numbers=choice.numbers,
                whole_world=view.canvas.whole_world,
                thickness=view.picture.thickness,
                look=context.view.arrows,
                other_first=companion is not None and companion.first,
            ),
            choice.background,
            choice.recipe(context.palette, legend),
            {"seed": tab.seed, "region": tab.region, "edited": tab.maze != tab.generated},
            tab.title,
            walks[: len(sides)],
            rollout.rule,
            moments,
            None if companion is None else companion.comparison,
            choice.names,
            state.snapshots,
            view.picture.under,
            replace(view.picture.wanted, layer=context.view.layer, square=context.bridge.inspected_square),
            self.series(),
        )


def _answer(bridge: EngineBridge) -> FieldResult:
    if bridge.answer is None:
        raise MazescopeError(BUSY if bridge.busy or bridge.engine is None else FAILED)
    return bridge.answer
