"""Small pictures of levels with their fields, computed in the background after the arrows of the maze in front."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cachetools import LRUCache
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPainter

from app.document.document import Document, State
from app.document.view_mode import Mode
from app.drawing.palette import Palette
from app.errors import MazescopeError
from app.interventions.patches import PatchStack
from app.maze.levels import SeededLevel
from app.policy.policy import Policy
from widgets.services.background_thread import in_background
from widgets.services.engine_bridge import EngineBridge
from widgets.services.jobs import Jobs
from widgets.services.view_state import ViewState
from widgets.style.shape_painter import paint

if TYPE_CHECKING:
    from app.field.requests import FieldResult
    from app.field.thread_fields import ThreadFields

KEPT_FIELDS: Final = 256
"""Fields that are remembered; each has some 30 kB."""

KEPT_BYTES: Final = 48 * 2**20
"""Memory of the pictures that are remembered."""

GIVES_WAY: Final = 0.004
"""Seconds between two looks at whether the arrows of the maze in front are there."""

OWNERS: Final = ("preview", "gallery")
"""Those who may want pictures, the most urgent first."""


@dataclass(frozen=True)
class Look:
    """The values that a picture depends on besides its level.

    Attributes:
        policy, stack: whose field, under which patches.
        mode: which field.
        palette: the colours.
    """

    policy: Policy
    stack: PatchStack
    mode: Mode
    palette: Palette


Key = tuple[SeededLevel, int, Look]
"""A level, the side of the picture in pixels, and its look."""


class LevelPictures(QObject):
    """Pictures of levels under the patches of the window; newer ones replace older ones when patches or colours change.

    Only one thread works, at low priority, and not while the field of the maze in front is computed.

    Args:
        jobs: runs the work.
        document, view, palette: what pictures show; see `set_palette`.
        bridge: whose answers come first.

    Signals:
        arrived(object): there is another picture of a `SeededLevel`.
        outdated(): pictures of another look are wanted; the known ones are old.
    """

    arrived = Signal(object)
    outdated = Signal()

    def __init__(self, jobs: Jobs, document: Document, view: ViewState, bridge: EngineBridge, palette: Palette) -> None:
        super().__init__(jobs)
        self._jobs, self._document, self._view, self._bridge, self._palette = jobs, document, view, bridge, palette
        self._lock = threading.Lock()
        self._wants: dict[str, tuple[tuple[SeededLevel, ...], int]] = {}
        self._wanted: tuple[Key, ...] = ()
        self._images: LRUCache[Key, QImage] = LRUCache(KEPT_BYTES, QImage.sizeInBytes)
        self._latest: LRUCache[tuple[SeededLevel, int], QImage] = LRUCache(KEPT_BYTES, QImage.sizeInBytes)
        self._fields: LRUCache[Any, FieldResult] = LRUCache(KEPT_FIELDS)
        self._failed: dict[Key, str] = {}
        self._turns: LRUCache[SeededLevel, int] = LRUCache(4 * KEPT_FIELDS)
        self._turn = 0
        self._computer: ThreadFields | None = None
        self._width = 0
        self._making: Key | None = None
        self._running = False
        document.changed.connect(self._document_changed)
        view.mode_changed.connect(self._look_changed)

    @property
    def busy(self) -> bool:
        """True while pictures are on their way."""
        return self._running

    @property
    def problem(self) -> str:
        """The reason why some wanted picture cannot be made, in a sentence; "" where all can."""
        with self._lock:
            return next((self._failed[key] for key in self._wanted if key in self._failed), "")

    def want(self, owner: str, levels: Sequence[SeededLevel], side: int) -> None:
        """Want pictures of these levels, in place of those that the owner wanted before.

        Args:
            owner: one of `OWNERS`.
            levels: in the order in which they are wanted.
            side: of the pictures, in pixels of the screen.
        """
        wants = (tuple(levels), side)
        if self._wants.get(owner, ((), side)) != wants:
            self._wants[owner] = wants
            self._ask()

    def picture(self, level: SeededLevel, side: int) -> tuple[QImage | None, bool]:
        """A level's picture, or its latest one of another look; and whether it is of the look of now."""
        look = self._look()
        with self._lock:
            found = None if look is None else self._images.get((level, side, look))
            return (found, True) if found is not None else (self._latest.get((level, side)), False)

    def field(self, level: SeededLevel) -> FieldResult | None:
        """The field of a level under the patches of now, where it was computed lately."""
        look = self._look()
        with self._lock:
            return None if look is None else self._fields.get(_field_key(level, look))

    def set_palette(self, palette: Palette) -> None:
        """Paint in other colours from now on."""
        self._palette = palette
        self._look_changed()

    # --- what is wanted ---------------------------------------------------------------------------------------------

    def _document_changed(self, old: State, new: State) -> None:
        if (old.policy, old.stack) != (new.policy, new.stack):
            self._look_changed()

    def _look_changed(self, *_: object) -> None:
        self._ask()
        self.outdated.emit()

    def _look(self) -> Look | None:
        state = self._document.state
        if state.policy is None:
            return None
        return Look(state.policy, state.stack, self._view.mode, self._palette)

    def _ask(self) -> None:
        look = self._look()
        wanted: list[Key] = []
        for owner in OWNERS:
            levels, side = self._wants.get(owner, ((), 0))
            if look is not None:
                wanted += [(level, side, look) for level in levels]
        with self._lock:
            self._wanted = tuple(wanted)
            self._failed = {key: why for key, why in self._failed.items() if key in self._wanted}
            if self._running or self._next() is None:
                return
            self._running = True
        self._jobs.run_in_background(self._work)

    def _next(self) -> Key | None:
        """The wanted picture that is missing for longest, the preview's first. The lock is held."""
        missing = [key for key in self._wanted if key not in self._images and key not in self._failed]
        if not missing:
            return None
        preview, _ = self._wants.get(OWNERS[0], ((), 0))
        first = next((key for key in missing if key[0] in preview), None)
        return first or min(missing, key=lambda key: self._turns.get(key[0], -1))

    # --- on the thread of the background ----------------------------------------------------------------------------

    def _work(self) -> None:
        in_background()
        while True:
            with self._lock:
                key = None if self._jobs.closing else self._next()
                if key is None:
                    self._running = False
                    return
                self._turn += 1
                self._turns[key[0]] = self._turn
            try:
                self._make(key)
            except BaseException:
                with self._lock:
                    self._running = False
                raise

    def _make(self, key: Key) -> None:
        from app.drawing.small_field import small_field
        from app.field.windowed_forward import Stopped

        level, side, look = key
        try:
            result = self._field_of(key)
        except Stopped:
            return
        except MazescopeError as error:
            with self._lock:
                self._failed[key] = str(error)
        else:
            figure = small_field(result, look.mode, look.palette)
            image = _painted(figure.shapes, figure.width, figure.height, side, look.palette)
            with self._lock:
                self._images[key] = self._latest[level, side] = image
        try:
            self.arrived.emit(level)
        except RuntimeError:  # The window was destroyed meanwhile.
            return

    def _field_of(self, key: Key) -> FieldResult:
        from app.field.requests import FieldRequest
        from app.field.thread_fields import ThreadFields

        level, _, look = key
        named = _field_key(level, look)
        plain = (level, look.policy.weights_hash)
        with self._lock:
            known, original = self._fields.get(named), self._fields.get(plain)
        if known is not None:
            return known
        self._making = key
        self._check()
        if self._computer is None or self._width != look.policy.width:
            self._width = look.policy.width
            self._computer = ThreadFields(self._width, self._check)
        if original is not None:
            # Another stack needs the field without patches again.
            self._computer.remember(original.original, look.policy)
        result = self._computer.compute(FieldRequest(level.maze(), look.policy, look.stack))
        with self._lock:
            self._fields[named] = self._fields[plain] = result
        return result

    def _check(self) -> None:
        """Wait while the arrows of the maze in front are computed; end what is not wanted any more."""
        from app.field.windowed_forward import Stopped

        while True:
            if self._jobs.closing or self._making not in self._wanted:
                raise Stopped
            if not self._bridge.busy:
                return
            time.sleep(GIVES_WAY)


def _field_key(level: SeededLevel, look: Look) -> Any:
    return level, look.policy.weights_hash, look.stack


def _painted(shapes: Sequence[Any], columns: float, rows: float, side: int, palette: Palette) -> QImage:
    """Shapes of this many cells in the middle of a square picture."""
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(palette.wall)
    painter = QPainter(image)
    # Whole pixels: cells of a maze are then alike.
    scale = max(1.0, side // max(columns, rows)) if side >= max(columns, rows) else side / max(columns, rows)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.translate((side - columns * scale) // 2, side - (side - rows * scale) // 2)
    painter.scale(scale, -scale)
    for shape in shapes:
        paint(painter, shape)
    painter.end()
    return image
