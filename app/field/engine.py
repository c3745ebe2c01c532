"""The engine: one worker that computes fields off the caller's thread, newest request first, in parts.

How it reuses work, with measurements: benchmarks/README.md. Its pieces: `request_queue` (what is asked for),
`field_parts` (one field in parts), `cpu` and `gpu` (the evaluators that compute), `engine_errors` (sentences).
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Final

from torch import Tensor

from app.errors import MazescopeError
from app.field.cpu import CpuEvaluator
from app.field.devices import Device, available_devices, device_choices, find_device
from app.field.engine_errors import is_out_of_device_memory, sentence_of
from app.field.evaluator import Evaluator
from app.field.execution_plan import FastPlan, Plan
from app.field.fast_fields import FastFields
from app.field.fast_offer import FastOffer
from app.field.field_parts import field_parts
from app.field.gpu import GpuEvaluator
from app.field.precedence import shown_first
from app.field.request_queue import RequestQueue
from app.field.requests import ActivationRequest, ActivationResult, FieldRequest, FieldResult
from app.field.square_activation import activations_of
from app.field.square_rotation import Turns
from app.field.torch_threads import let_others_first, one_thread_here
from app.field.windowed_forward import Check, Stopped, never

__all__ = ["ActivationRequest", "ActivationResult", "Engine", "FieldRequest", "FieldResult"]

RELEASE_SECONDS: Final = 0.05
"""After so long without a newer question a drag counts as paused, and the exact answer follows the fast one."""

IDLE_SECONDS: Final = 1.0
"""After so long without a question, the engine looks for the fastest way to compute, once per machine."""


class Engine:
    """One worker thread with two lanes, fields and activations; in each the newest request wins.

    A field arrives in parts, the squares near the mouse and on its paths first. The first part of a request that was
    taken up always arrives, so that the picture keeps moving while requests come faster than they can be answered;
    after it, a newer request stops the older one within one part. While they do, the squares take turns in that part.
    Whatever goes wrong is told as a sentence and never ends the worker.

    Attributes:
        on_result: called on the worker's thread with every part and with the whole.
        on_activations: called on the worker's thread, or on another one while a field is computed.
        on_error: called on the worker's thread with a sentence and details; also when a device fell back.
        on_failed: called on the worker's thread with a request for a field that no answer will come to, after
            `on_error` has heard why.
        on_measured: called on the worker's thread when `fast_offer` may say something else.
        fast_while_dragging: whether a request that replaced an unfinished one is answered in bfloat16 first, where that
            is offered. The exact answer follows when no newer request does.

    Args:
        device: "auto", "cpu", "cuda" or "mps".
        plan: how to compute on the processor, instead of finding out what is fastest.
        in_window: whether a window shows the answers: its own thread then has precedence.
        fast: how to compute in bfloat16, and how much faster that is, instead of measuring.

    Raises:
        MazescopeError: for a word that names no device. One that this machine lacks is replaced by the CPU, with a
            sentence to `on_error` at the next request.
    """

    def __init__(
        self, device: str = "auto", plan: Plan | None = None, *, in_window: bool = False, fast: FastPlan | None = None
    ) -> None:
        self.on_result: Callable[[FieldResult], None] | None = None
        self.on_activations: Callable[[ActivationResult], None] | None = None
        self.on_error: Callable[[str, str], None] | None = None
        self.on_failed: Callable[[FieldRequest], None] | None = None
        self.on_measured: Callable[[], None] | None = None
        self.fast_while_dragging = False
        self._queue = RequestQueue()
        # Held while a field is computed, so that `compute` on another thread shares what is remembered.
        self._computing = threading.RLock()
        self._falling_back = threading.Lock()
        self._notice: str | None = None
        self._plan, self._in_window, self._fast_plan = plan, in_window, fast
        self._untuned: FieldRequest | None = None
        self._turns = Turns()
        self._overtaken = False
        self._retired: list[Evaluator | FastFields] = []
        self._fast: FastFields | None = None
        self._evaluator = self._evaluator_of(device)
        # Activations asked for while a field is computed: on the worker's thread they would keep the field waiting.
        self._aside = ThreadPoolExecutor(1, "field activations", initializer=self._begin_thread)
        self._activating: Future[None] | None = None
        self._worker = threading.Thread(target=self._work, name="field engine", daemon=True)
        self._worker.start()

    def request(self, request: FieldRequest) -> None:
        """Ask for a field; returns at once. The answer arrives at `on_result`, in parts; a newer request wins."""
        self._queue.put(request)

    def request_activations(self, request: ActivationRequest) -> None:
        """Ask for a layer's activation; returns at once. Answered after the first part of a field that is asked for."""
        self._queue.put_activation(request)

    def compute(self, request: FieldRequest) -> FieldResult:
        """The complete field, computed on the caller's thread. Errors are raised here, not told."""
        evaluator = self._evaluator
        with self._queue.caller():
            try:
                return self._whole(request)
            except Exception as error:
                if not self._fell_back(error, evaluator):
                    raise
                return self._whole(request)

    def activations(self, request: ActivationRequest) -> ActivationResult:
        """One layer's activation, computed on the caller's thread.

        Raises:
            MazeError: when the square is not an open one.
            PatchError: when the network has no such layer.
        """
        return activations_of(request)

    def last_stage(self, request: FieldRequest) -> tuple[Tensor, Tensor]:
        """The activations after the last stage with pixels, computed on the caller's thread: without and with the
        stack, each (N, C, 8, 8) float32 on the engine's device, by `maze.squares`.

        Those of a field that was computed lately are remembered. The two are one tensor when nothing acts.

        Raises:
            MazescopeError: when they do not fit in memory.
        """
        with self._queue.caller(), self._computing:
            return self._evaluator.last_stage(request)

    def tune(self, request: FieldRequest) -> str:
        """Find the fastest way for requests like this one now, on the caller's thread, and say what it is.

        The engine does so by itself in its first quiet moment.
        """
        with self._computing:
            self._evaluator.tune(request, never)
            return self._evaluator.way(request)

    def fast_offer(self, request: FieldRequest) -> FastOffer:
        """The offer to answer such requests in bfloat16 while they overtake each other."""
        fast = self._fast
        return FastOffer(possible=False) if fast is None else fast.offer(request.policy, request.maze)

    def set_device(self, device: str) -> None:
        """Compute on another device from the next request on.

        Raises:
            MazescopeError: for a word that names no device. One that this machine lacks is replaced by the CPU, with a
                sentence to `on_error` at the next request.
        """
        # First the new one, then the old one away: the worker closes what is retired, never what is in use.
        old, self._evaluator = self._evaluator, self._evaluator_of(device)
        self._retired.append(old)

    def devices(self) -> list[tuple[str, str]]:
        """(key, label) of every device a user may choose."""
        return device_choices()

    @property
    def device_label(self) -> str:
        """The device in words: "CPU, 2 threads"."""
        return self._evaluator.label

    def close(self) -> None:
        """Stop the worker and wait for it: at most for the part in hand. Nothing is called afterwards."""
        self._queue.close()
        if threading.current_thread() is not self._worker:
            self._worker.join()
            self._aside.shutdown()
            self._retired += [self._evaluator, *([] if self._fast is None else [self._fast])]
            self._close_retired()

    def _evaluator_of(self, device: str) -> Evaluator:
        found, self._notice = find_device(device)
        return self._evaluator_on(found)

    def _evaluator_on(self, device: Device) -> Evaluator:
        if self._fast is not None:
            self._retired.append(self._fast)
            self._fast = None
        if device.key != "cpu":
            return GpuEvaluator(device)
        found = CpuEvaluator(device, plan=self._plan, in_window=self._in_window)
        self._fast = FastFields(found, found=self._fast_plan)
        return found

    def _work(self) -> None:
        self._begin_thread()
        while True:
            if self._queue.empty:
                self._evaluator.rest()
            asked, request = self._queue.wait(IDLE_SECONDS if self._untuned is not None else None)
            if self._queue.closing:
                return
            self._close_retired()
            if self._notice is not None:
                notice, self._notice = self._notice, None
                self._tell(self.on_error, notice, "")
            if not asked:
                self._tune()
                continue
            if request is not None:
                self._untuned = request
                with shown_first():
                    self._answer(request)
            if self._activating is not None:
                self._activating.result()
            self._answer_activations()

    def _begin_thread(self) -> None:
        # Activations are computed while the evaluator's threads have the cores: divided, they would wait for them.
        one_thread_here()
        if self._in_window:
            let_others_first()

    def _tune(self) -> None:
        """Use quiet moments to find out what is fastest here; whoever asks something meanwhile does not wait for it."""
        request = self._untuned
        if request is None:
            return
        try:
            with self._computing:
                self._evaluator.tune(request, self._queue.stop_when_asked)
                if self._in_window and self._fast is not None:
                    self._fast.measure(request, self._queue.stop_when_asked)
            self._untuned = None
            self._tell(self.on_measured)
        except Stopped:
            pass
        except Exception as error:
            self._untuned = None
            self._report("The fastest way to compute could not be found", error)

    def _close_retired(self) -> None:
        if not self._retired:
            return
        # Another thread may still be computing with one.
        with self._computing:
            while self._retired:
                self._retired.pop().close()

    def _answer(self, request: FieldRequest) -> None:
        evaluator = self._evaluator
        try:
            if self._overtaken:
                self._answer_fast(request)
            for result in self._parts(request, self._queue.stop_when_superseded, self._turns):
                if self._queue.closing:
                    return
                self._tell(self.on_result, result)
                self._answer_activations_aside()
            self._overtaken = False
        except Stopped:
            self._overtaken = True
        except Exception as error:
            if self._fell_back(error, evaluator):
                self._answer(request)
            else:
                self._report("The field could not be computed", error)
                self._tell(self.on_failed, request)

    def _answer_fast(self, request: FieldRequest) -> None:
        """Answer in bfloat16, where that is wanted and offered, and wait a moment for a newer request.

        Raises:
            Stopped: when there is one.
        """
        with self._computing:
            fast = None if self._fast is None or not self.fast_while_dragging else self._fast.evaluator(request)
            if fast is None:
                return
            # Whatever else goes wrong goes wrong with the exact answer too, which tells it.
            with suppress(MazescopeError, RuntimeError):
                for result in field_parts(fast, request, self._queue.stop_when_superseded, self._turns):
                    self._tell(self.on_result, replace(result, complete=False, exact=False))
                    self._answer_activations_aside()
        if self._queue.superseded_within(RELEASE_SECONDS):
            raise Stopped

    def _answer_activations_aside(self) -> None:
        if self._activating is None or self._activating.done():
            self._activating = self._aside.submit(self._answer_activations)

    def _answer_activations(self) -> None:
        request = self._queue.take_activation()
        if request is None or self._queue.closing:
            return
        try:
            self._tell(self.on_activations, self.activations(request))
        except Exception as error:
            self._report("The activations could not be computed", error)
        self._queue.activation_answered()

    def _whole(self, request: FieldRequest) -> FieldResult:
        *_, result = self._parts(request, never)
        return result

    def _parts(self, request: FieldRequest, check: Check, turns: Turns | None = None) -> Iterator[FieldResult]:
        with self._computing:
            yield from field_parts(self._evaluator, request, check, turns)

    def _fell_back(self, error: Exception, used: Evaluator) -> bool:
        """True once a graphics processor ran out of memory and another device, the CPU, has taken over from it."""
        device = used.device
        if device.key == "cpu" or not is_out_of_device_memory(error):
            return False
        with self._falling_back:
            # Two threads may run out of it at once; or a user has chosen another device meanwhile.
            if self._evaluator is not used:
                return True
            self._evaluator = self._evaluator_on(available_devices()[-1])
        self._retired.append(used)
        self._tell(self.on_error, f"{device.name} ran out of memory; the CPU computes from now on.", str(error))
        return True

    def _report(self, what: str, error: Exception) -> None:
        self._tell(self.on_error, sentence_of(what, error), "".join(traceback.format_exception(error)))

    def _tell(self, callback: Callable[..., None] | None, *arguments: object) -> None:
        if callback is None or self._queue.closing:
            return
        try:
            callback(*arguments)
        except Exception as error:
            if callback != self.on_error:
                self._report("An answer could not be shown", error)
