"""What stands around the maze: sessions, commands, help and the stage, each registered as actions of the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog

from widgets.actions.command_palette import CommandPalette
from widgets.help.tour import Tour
from widgets.presentation import Presentation
from widgets.services.action_registry import Spec
from widgets.services.context import Context
from widgets.services.log_file import open_log
from widgets.session.session_actions import Sessions
from widgets.style import theme

if TYPE_CHECKING:
    from widgets.main_window import MainWindow

_COMMANDS = "Find any command by a few letters of its name."
_ABOUT = "Version, and whose work this program stands on."


class Around:
    """The parts of the window that no panel is for.

    Attributes:
        sessions: asks before unsaved work is left.
        commands: the palette of commands.
        presentation: the window on a stage.
        tour: the tour of the first start.
    """

    def __init__(self, context: Context, window: MainWindow) -> None:
        self._context, self._window = context, window
        self._helps: dict[str, QDialog] = {}
        self.sessions = Sessions(context, window.files, window)
        self.commands = CommandPalette(context, window)
        self.presentation = Presentation(context, window)
        self.tour = Tour(context, window)
        self.sessions.leaving.connect(self.presentation.leave_for_good)
        # The tour's mazes and patches are not the user's work.
        self.sessions.asked.connect(self.tour.finish)
        self._register()

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
        # Made when they are asked for: a start does not wait for what is rarely read.
        from widgets.help.about import About
        from widgets.help.glossary import Reader
        from widgets.help.shortcuts import ShortcutList

        kinds: dict[str, Callable[[], QDialog]] = {
            "definitions": lambda: Reader(self._context, self._window),
            "shortcuts": lambda: ShortcutList(self._context, self._window),
            "about": lambda: About(self._context, self._window),
        }
        return kinds[name]()

    def _register(self) -> None:
        actions, help_ = self._context.actions, self._helper
        for spec in (
            Spec("view.commands", "Commands…", self.commands.open, ("Ctrl+Shift+P",), "magnify", "Help", _COMMANDS),
            Spec(
                "help.definitions",
                "What the words mean",
                help_("definitions"),
                (),
                "book-open-outline",
                "Help",
                words="definitions glossary explain effect",
            ),
            Spec(
                "help.shortcuts",
                "Keys and gestures",
                help_("shortcuts"),
                ("F1",),
                "keyboard-outline",
                "Help",
                words="shortcuts hotkeys keyboard",
            ),
            Spec("help.tour", "Tour", self.tour.start, (), "map-marker-path", "Help", "Four steps through the window."),
            Spec("help.log", "Open the log", open_log, (), "text-box-outline", "Help", "Every error is written there."),
            Spec("help.about", "About Mazescope", help_("about"), (), "information-outline", "Help", _ABOUT),
        ):
            actions.add(spec)
        for choice, title in theme.CHOICES.items():
            act = self._chooser(choice)
            actions.add(Spec(f"appearance.{choice}", f"Colours: {title.lower()}", act, (), "theme-light-dark", "View"))
        for scale in theme.TEXT_SCALES:
            title = f"Text size: {scale:.0%}"
            actions.add(Spec(f"text_size.{scale:.0%}", title, self._sizer(scale), (), "format-size", "View"))
        self._window.docks.register()

    def _helper(self, name: str) -> Callable[[], object]:
        return lambda: self.show_help(name)

    def _chooser(self, choice: str) -> Callable[[], object]:
        return lambda: self._context.set_theme(choice)

    def _sizer(self, scale: float) -> Callable[[], object]:
        return lambda: self._context.set_text_scale(scale)
