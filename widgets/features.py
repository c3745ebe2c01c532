"""The features around the maze (sessions, command palette, presentation, help), and the actions that open them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QDialog

from widgets.actions.command_palette import CommandPalette
from widgets.files.opening import Files
from widgets.help.tour import Parts as TourParts
from widgets.help.tour import Tour
from widgets.presentation.presentation_mode import Parts as PresentationParts
from widgets.presentation.presentation_mode import Presentation
from widgets.services.action_registry import Spec
from widgets.services.context import Context
from widgets.services.log_file import open_log
from widgets.session.named_snapshots import NamedSnapshots
from widgets.session.session_actions import Sessions
from widgets.style import theme


class Features:
    """The features that no panel is for.

    Args:
        presented: what of the window a presentation changes.
        toured: what of it the tour points at.

    Attributes:
        sessions: asks before unsaved work is left.
        snapshots: named snapshots of maze, stack and view.
        commands: the command palette.
        presentation: presentation mode.
        tour: the tour of the first start.
    """

    def __init__(self, context: Context, files: Files, presented: PresentationParts, toured: TourParts) -> None:
        self._context, self._window = context, presented.window
        self._helps: dict[str, QDialog] = {}
        self.sessions = Sessions(context, files, self._window)
        self.snapshots = NamedSnapshots(context, self._window)
        self.commands = CommandPalette(context, self._window)
        self.presentation = Presentation(context, presented)
        self.tour = Tour(context, files, toured)
        self.sessions.leaving.connect(self.presentation.leave_for_good)
        # The tour's mazes and patches are not the user's work.
        self.sessions.asked.connect(self.tour.finish)
        for spec in (*self._help_actions(), *self._look_actions()):
            context.actions.add(spec)

    def show_help(self, name: str) -> QDialog:
        """Show one of the help's windows ("definitions", "shortcuts" or "about"), or bring it to the front."""
        if name not in self._helps:
            dialog = self._make(name)
            self._helps[name] = dialog
            dialog.destroyed.connect(lambda: self._helps.pop(name, None))
        dialog = self._helps[name]
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()
        return dialog

    def _make(self, name: str) -> QDialog:
        # Imported when asked for: a start does not wait for what is rarely read.
        from widgets.help.about import About
        from widgets.help.glossary import Reader
        from widgets.help.shortcuts import ShortcutList

        kinds: dict[str, Callable[[], QDialog]] = {
            "definitions": lambda: Reader(self._context, self._window),
            "shortcuts": lambda: ShortcutList(self._context, self._window),
            "about": lambda: About(self._context, self._window),
        }
        return kinds[name]()

    def _help_actions(self) -> tuple[Spec, ...]:
        return (
            Spec(
                id="view.commands",
                title="Commands…",
                handler=self.commands.open,
                keys=("Ctrl+Shift+P",),
                icon="magnify",
                group="Help",
                tip="Find any command by a few letters of its name.",
            ),
            Spec(
                id="help.definitions",
                title="Glossary",
                handler=partial(self.show_help, "definitions"),
                icon="book-open-outline",
                group="Help",
                tip="Definitions of the words and numbers.",
                words="definitions explain effect meaning words",
            ),
            Spec(
                id="help.shortcuts",
                title="Keys and gestures",
                handler=partial(self.show_help, "shortcuts"),
                keys=("F1",),
                icon="keyboard-outline",
                group="Help",
                words="shortcuts hotkeys keyboard",
            ),
            Spec(
                id="help.tour",
                title="Tour",
                handler=self.tour.start,
                icon="map-marker-path",
                group="Help",
                tip="Four steps through the window.",
            ),
            Spec(
                id="help.log",
                title="Open the log",
                handler=open_log,
                icon="text-box-outline",
                group="Help",
                tip="Every error is written there.",
            ),
            Spec(
                id="help.about",
                title="About Mazescope",
                handler=partial(self.show_help, "about"),
                icon="information-outline",
                group="Help",
                tip="Version, and the work this program is built on.",
            ),
        )

    def _look_actions(self) -> tuple[Spec, ...]:
        colours = [
            Spec(
                id=f"appearance.{choice}",
                title=f"Colours: {title.lower()}",
                handler=partial(self._context.set_theme, choice),
                icon="theme-light-dark",
                group="View",
            )
            for choice, title in theme.CHOICES.items()
        ]
        sizes = [
            Spec(
                id=f"text_size.{scale:.0%}",
                title=f"Text size: {scale:.0%}",
                handler=partial(self._context.set_text_scale, scale),
                icon="format-size",
                group="View",
            )
            for scale in theme.TEXT_SCALES
        ]
        return (*colours, *sizes)
