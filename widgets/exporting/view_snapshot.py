"""The present view as values, taken on the screen's thread so that everything else can happen off it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from app.document.comparison import Comparison
from app.document.recent_states import Moment
from app.drawing.figure import Figure, FigureOptions, Mode
from app.drawing.palette import Palette
from app.drawing.rollout_shapes import rollout_overlays
from app.drawing.side_by_side import Side, page
from app.errors import MazescopeError
from app.field.requests import FieldResult
from app.field.rollout_values import Rollouts, Rule
from widgets.exporting.page_options import PageChoice

if TYPE_CHECKING:
    from widgets.main_window import MainWindow
    from widgets.maze_view.picture import Picture
    from widgets.services.engine_bridge import EngineBridge

BUSY = "The field is still being computed; export it when it is there."
AS_SEEN = PageChoice()
FAILED = "There is no field to export: it could not be computed for the maze and the patches as they are."


@dataclass(frozen=True, eq=False)
class Present:
    """What is on the canvas.

    Attributes:
        sides: the maze in front with its whole field and what lies over it, and then what it is compared with.
        mode: which fields are shown.
        palette: the colours, as the background needs them.
        options: what stands around the mazes.
        background: a key of `page_choice.BACKGROUNDS`.
        about_page: what the recipe of a picture or movie says of background, colours, legend and numbers.
        origin: seed and region of the level in front, and whether it was edited; for the recipe.
        name: what to call a file.
        rollouts: the mice's episodes of each side, or None where they are not worked out.
        rule: how their moves are chosen.
        moments: the states of the last minute of work.
        comparison: what the maze in front is compared with.
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

    @property
    def results(self) -> tuple[FieldResult, ...]:
        """The field of each side."""
        return tuple(side.result for side in self.sides)

    @property
    def figure(self) -> Figure:
        """The view as a figure; a comparison as two beside each other."""
        drawn = page(self.sides, self.mode, self.palette, self.options)
        return replace(drawn, background=None) if self.background == "transparent" else drawn

    @property
    def recipe(self) -> dict[str, Any]:
        """Everything needed to make the figure again."""
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
        return {**recipe, "view": self.mode}


def present(
    window: MainWindow, moments: tuple[Moment, ...] = (), title: str = "", choice: PageChoice = AS_SEEN
) -> Present:
    """What is on the window's canvas now.

    Args:
        moments: the states of the last minute of work, for a movie of them.
        title: a line over the mazes.
        choice: what else is on the page.

    Raises:
        MazescopeError: while there is no policy, or its field is not there yet.
    """
    context, state = window.context, window.context.document.state
    if state.policy is None:
        raise MazescopeError("There is nothing to export without a policy: open one first.")
    latest = _answer(context.bridge)
    view, player, tab = window.maze_view, window.playback.player, state.tab
    companion = view.companion
    walks = (player.rollouts if player.fresh else None, window.playback.beside.rollouts)
    pictures = (view.picture, None if companion is None else companion.picture)
    if any(picture and picture.overlays and walk is None for picture, walk in zip(pictures, walks, strict=True)):
        raise MazescopeError("The mice have not set out anew since the last change; export the view when they have.")
    mode, palette = cast(Mode, context.view.mode), choice.palette(context.palette)
    legend = not view.legend.isHidden() if choice.legend is None else choice.legend

    def side(result: FieldResult, picture: Picture, walk: Rollouts | None, title: str) -> Side:
        if not picture.overlays or walk is None:
            return Side(result, title)
        # Drawn anew, since the page may have other colours than the window.
        over = rollout_overlays(walk, player.step, palette, side_by_side=mode == "side_by_side")
        return Side(result, title, overlays=over, draw_mouse=False)

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
        ),
        choice.background,
        choice.recipe(context.palette, legend),
        {"seed": tab.seed, "region": tab.region, "edited": tab.maze != tab.generated},
        tab.title,
        walks[: len(sides)],
        player.rule,
        moments,
        None if companion is None else companion.comparison,
    )


def _answer(bridge: EngineBridge) -> FieldResult:
    if bridge.answer is None:
        raise MazescopeError(BUSY if bridge.busy or bridge.engine is None else FAILED)
    return bridge.answer
