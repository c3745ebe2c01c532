"""The present view as values, taken on the screen's thread so that everything else can happen off it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from app.errors import MazescopeError
from app.field.requests import FieldResult
from app.figure import FigureOptions, Mode
from app.palette import Palette
from app.rollout import Rollouts, Rule
from app.timeline import Moment

if TYPE_CHECKING:
    from widgets.main_window import MainWindow


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
        raise MazescopeError("The field is still being computed; export it when it is there.")
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
    )
