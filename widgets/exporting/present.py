"""The present view as values, taken on the screen's thread so that everything else can happen off it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from app.errors import MazescopeError
from app.field.requests import FieldResult
from app.figure import Figure, FigureOptions, Mode, figure
from app.figure_beside import beside
from app.palette import Palette
from app.rollout import Rollouts, Rule
from app.timeline import Moment

if TYPE_CHECKING:
    from widgets.main_window import MainWindow

BUSY = "The field is still being computed; export it when it is there."


@dataclass(frozen=True, eq=False)
class Present:
    """What is on the canvas.

    Attributes:
        result: the whole field.
        mode: which fields are shown.
        palette: the colours.
        options: what stands around and over the mazes.
        origin: seed and region of the level, and whether it was edited; for the recipe.
        name: what to call a file.
        rollouts: the mice's episodes, or None while they are not worked out.
        rule: how their moves are chosen.
        moments: the states of the last minute of work.
        beside: what the maze in front is compared with: its field, its title, and that of the one in front.
    """

    result: FieldResult
    mode: Mode
    palette: Palette
    options: FigureOptions
    origin: dict[str, Any]
    name: str
    rollouts: Rollouts | None
    rule: Rule
    moments: tuple[Moment, ...]
    beside: tuple[FieldResult, str, str] | None = None

    @property
    def figure(self) -> Figure:
        """The view as a figure; a comparison as two beside each other."""
        if self.beside is None:
            return figure(self.result, self.mode, self.palette, self.options)
        other, title, front_title = self.beside
        plain = replace(self.options, overlays={}, draw_mouse=True)
        pages = ((self.result, self.options, front_title), (other, plain, title))
        return beside(
            [
                figure(result, self.mode, self.palette, replace(options, title=options.title or name))
                for result, options, name in pages
            ]
        )

    @property
    def recipe(self) -> dict[str, Any]:
        """Everything needed to make the figure again."""
        # Loads torch.
        from app.export.recipe import recipe_of

        compared = {} if self.beside is None else {"beside": recipe_of(self.beside[0].request)}
        return {**recipe_of(self.result.request, **self.origin), **compared, "view": self.mode}


def present(window: MainWindow, moments: tuple[Moment, ...] = (), title: str = "") -> Present:
    """What is on the window's canvas now.

    Raises:
        MazescopeError: while there is no policy, or its field is not there yet.
    """
    context, state = window.context, window.context.document.state
    latest = context.bridge.latest
    if state.policy is None:
        raise MazescopeError("There is nothing to export without a policy: open one first.")
    if latest is None or context.bridge.busy:
        raise MazescopeError(BUSY)
    view, player, tab = window.maze_view, window.playback.player, state.tab
    options = FigureOptions(
        title=title,
        show_legend=not view.legend.isHidden(),
        whole_world=view.canvas.whole_world,
        thickness=view.picture.thickness,
        overlays=dict(view.picture.overlays),
        draw_mouse=not view.picture.overlays,
    )
    origin = {"seed": tab.seed, "region": tab.region, "edited": tab.maze != tab.generated}
    if view.picture.overlays and not player.fresh:
        raise MazescopeError("The mice have not set out anew since the last change; export the view when they have.")
    companion, beside_it = view.companion, None
    if companion is not None:
        other = companion.bridge.latest
        if other is None or companion.bridge.busy:
            raise MazescopeError(BUSY)
        beside_it = (other, companion.title, companion.front_title)
    return Present(
        latest,
        cast(Mode, context.view.mode),
        context.palette,
        options,
        origin,
        tab.title,
        player.rollouts if player.fresh else None,
        player.rule,
        moments,
        beside_it,
    )
