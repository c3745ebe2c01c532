"""From the Document to the engine and back: forwards requests, brings results to the GUI thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.document.document import Document, State
from app.field.fast_offer import FastOffer
from app.field.requests import ActivationRequest, ActivationResult, FieldRequest, FieldResult
from app.maze.maze import Square
from widgets.services.view_state import ViewState
from widgets.services.window_first import window_first

if TYPE_CHECKING:
    from app.field.engine import Engine


class EngineBridge(QObject):
    """Asks the engine whenever the Document or the view asks something new. It computes nothing itself.

    The engine is made later than the window (it needs torch, which takes seconds to load): see `attach`.

    Args:
        document, view: what is asked about.
        channels: whether to ask for activations as well.

    Signals:
        result(FieldResult): an answer to the newest question, in parts and whole.
        overtaken(FieldResult): an answer to a question that a newer one has replaced, or one in bfloat16: nothing to
            read numbers from, but it keeps the picture moving while questions come faster than answers.
        activations(ActivationResult): the channels of the view's layer on the inspected square.
        asked(): a new question was put.
        cleared(): there is nothing to show (no policy).
        failed(str, str): a sentence for the user, and details.
        device_changed(str): what computes from now on, for people.
        measured(): `fast_offer` may say something else.
    """

    result = Signal(object)
    overtaken = Signal(object)
    activations = Signal(object)
    asked = Signal()
    cleared = Signal()
    failed = Signal(str, str)
    device_changed = Signal(str)
    measured = Signal()

    _result_came = Signal(object)
    _activations_came = Signal(object)
    _error_came = Signal(str, str)
    _failure_came = Signal(object)

    def __init__(
        self, document: Document, view: ViewState, parent: QObject | None = None, *, channels: bool = True
    ) -> None:
        super().__init__(parent)
        self._document, self._view, self._channels = document, view, channels
        self.device = "auto"
        self._fast = False
        self._engine: Engine | None = None
        self._request: FieldRequest | None = None
        self._failed: FieldRequest | None = None
        self._activation_request: object = None
        self.latest: FieldResult | None = None
        self.latest_activations: ActivationResult | None = None
        document.changed.connect(self._document_changed)
        view.inspect_changed.connect(self._ask_activations)
        view.layer_changed.connect(self._ask_activations)
        self._result_came.connect(self._take_result)
        self._activations_came.connect(self._take_activations)
        self._error_came.connect(self.failed)
        self._failure_came.connect(self._take_failure)

    @property
    def engine(self) -> Engine | None:
        """The engine once it is there; for long studies and exports, which run off the GUI thread."""
        return self._engine

    @property
    def busy(self) -> bool:
        """True while the newest question waits for its whole answer, or for word that there will be none."""
        return self._request is not None and self.answer is None and self._failed != self._request

    @property
    def answer(self) -> FieldResult | None:
        """The newest question's whole answer; None while it is on its way, and when there was an error in its place."""
        latest = self.latest
        return latest if latest is not None and latest.complete and latest.request == self._request else None

    @property
    def inspected_square(self) -> Square:
        """The square whose activations are shown: the inspected one, or else the mouse's."""
        square, maze = self._view.inspected, self._document.state.maze
        return square if square is not None and maze.is_open(square) and square != maze.cheese else maze.mouse

    @property
    def fast_offer(self) -> FastOffer | None:
        """The offer of bfloat16 for what is open; None where nothing is."""
        state = self._document.state
        if self._engine is None or state.policy is None:
            return None
        return self._engine.fast_offer(FieldRequest(state.maze, state.policy))

    def set_fast(self, fast: bool) -> None:
        """Answer questions that overtake each other in bfloat16 first, where that is offered."""
        self._fast = fast
        if self._engine is not None:
            self._engine.fast_while_dragging = fast

    def attach(self, engine: Engine) -> None:
        """Use this engine from now on, and ask it what is open."""
        self._engine = engine
        # The signals carry the answers from the worker's thread to ours.
        engine.on_result = self._result_came.emit
        engine.on_activations = self._activations_came.emit
        engine.on_error = self._error_came.emit
        engine.on_failed = self._failure_came.emit
        engine.on_measured = self.measured.emit
        engine.fast_while_dragging = self._fast
        self.device_changed.emit(engine.device_label)
        self.refresh()

    def set_device(self, device: str) -> None:
        """Compute on another device, and everything again."""
        self.device = device
        if self._engine is not None:
            self._engine.set_device(device)
            self.device_changed.emit(self._engine.device_label)
            self.refresh()

    def refresh(self) -> None:
        """Ask again, whatever was asked before."""
        self._request = self._activation_request = self._failed = None
        self._ask()

    def close(self) -> None:
        """Stop the engine's worker and listen no more."""
        self._document.changed.disconnect(self._document_changed)
        if self._engine is not None:
            self._engine.on_result = self._engine.on_activations = None
            self._engine.on_error = self._engine.on_failed = None
            self._engine.on_measured = None
            self._engine.close()
            self._engine = None

    def _document_changed(self, old: State, new: State) -> None:
        inspected = self._view.inspected
        if inspected is not None and old.maze != new.maze and not new.maze.is_open(inspected):
            # A wall has no numbers: the mouse's are shown again, and the square's mark goes.
            self._view.inspect(None)
        if old.maze != new.maze or old.policy != new.policy or old.stack != new.stack:
            self._ask()

    def _ask(self) -> None:
        state = self._document.state
        if self._engine is None:
            return
        if state.policy is None:
            self._request = self.latest = None
            self.cleared.emit()
            return
        request = FieldRequest(state.maze, state.policy, state.stack)
        if request == self._request:
            return
        self._request, self._failed = request, None
        self._engine.request(request)
        self.asked.emit()
        self._ask_activations()

    def _ask_activations(self, *_: object) -> None:
        state = self._document.state
        if self._engine is None or state.policy is None or not self._channels:
            return
        request = ActivationRequest(state.maze, state.policy, state.stack, self._view.layer, self.inspected_square)
        if request != self._activation_request:
            self._activation_request = request
            self._engine.request_activations(request)

    @Slot(object)
    @window_first
    def _take_result(self, result: FieldResult) -> None:
        if result.exact and result.request == self._request:
            self.latest = result
            self.result.emit(result)
        elif self._request is not None:
            self.overtaken.emit(result)

    @Slot(object)
    @window_first
    def _take_activations(self, result: ActivationResult) -> None:
        if result.request == self._activation_request:
            self.latest_activations = result
            self.activations.emit(result)

    @Slot(object)
    def _take_failure(self, request: FieldRequest) -> None:
        self._failed = request
