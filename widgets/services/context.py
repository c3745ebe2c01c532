"""The services that every panel and tool is given: document, view, engine bridge, actions, libraries, jobs."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from app.document.document import Document
from app.drawing.palette import Palette
from widgets.services.action_registry import ActionRegistry
from widgets.services.channel_set_library import ChannelSets
from widgets.services.cheese_channel_cache import CheeseChannels
from widgets.services.curves import Curves
from widgets.services.engine_bridge import EngineBridge
from widgets.services.file_queue import FileQueue
from widgets.services.jobs import Jobs
from widgets.services.level_pictures import LevelPictures
from widgets.services.policy_check import PolicyCheck
from widgets.services.settings import Settings
from widgets.services.shared_library import SharedLibrary
from widgets.services.start import Start
from widgets.services.topics import Topic
from widgets.services.view_state import ViewState
from widgets.services.working_layers import WorkingLayers
from widgets.style import icons, theme

REMEMBERED_AFTER = 800
"""Milliseconds without another choice after which choices are written to the disk."""


class Context(Jobs):
    """The services shared by the parts of the window. Parts know this, and only those parts that they are given.

    Attributes:
        document: what is open; changed only through `app.document.maze_edits` and `app.document.patch_edits`.
        view: what is shown.
        bridge: requests to the engine, and its results.
        start: whether the program is still starting.
        actions: the registry of actions.
        settings: remembered choices.
        vectors: the library of the user's activation vectors.
        files: the queue that reads the files the user opens.
        sets: the user's named sets of channels.
        cheese: which channels mark the cheese, measured on demand.
        working: at which layer the cheese vector works, measured on demand.
        curves: traces the curve under a patch's slider.
        policy_check: tells a policy of another game.
        level_pictures: small pictures of levels under the patches of the window.

    Signals:
        palette_changed(Palette): the colours have changed.
    """

    palette_changed = Signal(object)

    def __init__(self, document: Document, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.settings = settings
        # Soon, not only at the end: a crash then loses neither choices nor the list of recent files.
        self._remember = QTimer(self)
        self._remember.setSingleShot(True)
        self._remember.setInterval(REMEMBERED_AFTER)
        self._remember.timeout.connect(settings.save)
        settings.on_change = self._remember.start
        self.view = ViewState(self)
        self.bridge = EngineBridge(document, self.view, self)
        self.start = Start(self.bridge, self)
        self.actions = ActionRegistry(self, on_error=self.report_exception)
        self.actions.dragging = lambda: document.history.dragging
        # What can be done depends on what is open and on the engine.
        document.changed.connect(self.actions.refresh)
        document.history_changed.connect(self.actions.refresh)
        self.bridge.device_changed.connect(self.actions.refresh)
        self.vectors = SharedLibrary(self, settings.file.parent / "vectors")
        self.sets = ChannelSets(self, settings.file.parent / "channel_sets.json")
        self.cheese = CheeseChannels(self)
        self.working = WorkingLayers(self)
        self.curves = Curves(self)
        self.policy_check = PolicyCheck(self, document, self.bridge)
        self.files = FileQueue(self)
        self.bridge.failed.connect(self._field_failed)
        self.bridge.result.connect(self._field_came)
        choice = settings.get("theme", "system")
        self._theme = choice if isinstance(choice, str) and choice in theme.CHOICES else "system"
        theme.set_text_scale(_application(), settings.get("text_scale", 1.0))
        self._palette = theme.chosen(self._theme, _application())
        self.level_pictures = LevelPictures(self, document, self.view, self.bridge, self._palette)
        self.actions.set_icons(self.icon)
        _application().styleHints().colorSchemeChanged.connect(self._system_changed)

    @property
    def palette(self) -> Palette:
        """The colours now."""
        return self._palette

    @property
    def theme(self) -> str:
        """The user's choice: one of `theme.CHOICES`."""
        return self._theme

    def set_theme(self, choice: str) -> None:
        """Choose light, dark, or as the system."""
        self._theme = choice
        self.settings.set("theme", choice)
        self.apply_theme()

    def set_text_scale(self, scale: float) -> None:
        """Choose how large text is; 1 is the system's own size."""
        self.settings.set("text_scale", scale)
        theme.set_text_scale(_application(), scale)
        self.apply_theme()

    def apply_theme(self) -> None:
        """Give the application the look of the chosen palette."""
        self._palette = theme.chosen(self._theme, _application())
        theme.apply(_application(), self._palette)
        self.actions.set_icons(self.icon)
        self.level_pictures.set_palette(self._palette)
        self.palette_changed.emit(self._palette)

    def icon(self, name: str, colour: str = "") -> QIcon:
        """A Material Design glyph in the palette's colours: "undo". Draw it again after `palette_changed`."""
        return icons.icon(name, self._palette, colour)

    def close(self) -> None:
        """End everything that runs behind the window. Once is enough: a second time does nothing."""
        if self.closing:
            return
        _application().styleHints().colorSchemeChanged.disconnect(self._system_changed)
        self.closing = True
        self.start.close()
        self.bridge.close()
        self._background.close()
        self._remember.stop()
        self.settings.on_change = lambda: None
        self.settings.save()

    def _field_failed(self, sentence: str, details: str) -> None:
        self.report(sentence, details, Topic.FIELD)

    def _field_came(self, _result: object) -> None:
        self.succeeded.emit(Topic.FIELD)

    def _system_changed(self) -> None:
        if self._theme == "system":
            self.apply_theme()


def _application() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app
