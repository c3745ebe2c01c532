"""The engine's queue: one place for a field and one for an activation; in each the newest request wins."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from app.field.requests import ActivationRequest, FieldRequest
from app.field.windowed_forward import Stopped

ACTIVATION_SECONDS: Final = 0.25
"""While requests for fields overtake each other, activations are computed after pauses of at least so long."""


class RequestQueue:
    """Requests to the worker; safe to use from any thread.

    Attributes:
        closing: set by `close`; the worker ends, and nothing is told any more.
    """

    def __init__(self) -> None:
        self.closing = False
        self._ready = threading.Condition()
        self._field: FieldRequest | None = None
        self._activation: ActivationRequest | None = None
        self._activated = 0.0
        # Callers that compute on threads of their own: quiet moments are not to be used while there are any.
        self._callers = 0

    def put(self, request: FieldRequest) -> None:
        """Ask for a field in place of the one asked for before."""
        with self._ready:
            self._field = request
            self._ready.notify_all()

    def put_activation(self, request: ActivationRequest) -> None:
        """Ask for an activation in place of the one asked for before."""
        with self._ready:
            self._activation = request
            self._ready.notify_all()

    def close(self) -> None:
        """Wake the worker to end."""
        with self._ready:
            self.closing = True
            self._ready.notify_all()

    def wait(self, seconds: float | None) -> tuple[bool, FieldRequest | None]:
        """Wait for a request or the end, at most so long; None waits for ever.

        Returns:
            Whether anything was asked for, and the field that was, which is taken out.
        """
        with self._ready:
            asked = self._ready.wait_for(lambda: self.closing or self._field or self._activation, seconds)
            request, self._field = self._field, None
            return bool(asked), request

    @property
    def empty(self) -> bool:
        """True while nothing is asked for that has not been taken out."""
        return self._field is None and self._activation is None

    def superseded_within(self, seconds: float) -> bool:
        """Wait for a newer field to be asked for, or the end; False when neither happens for so long."""
        with self._ready:
            return bool(self._ready.wait_for(lambda: self.closing or self._field is not None, seconds))

    def take_activation(self) -> ActivationRequest | None:
        """The activation asked for, taken out; None while its turn has not come."""
        with self._ready:
            # While questions keep coming, most of the time is the fields'.
            if self._field is not None and time.monotonic() < self._activated + ACTIVATION_SECONDS:
                return None
            request, self._activation = self._activation, None
            return request

    def activation_answered(self) -> None:
        """The pause before the next activation begins now."""
        self._activated = time.monotonic()

    @contextmanager
    def caller(self) -> Iterator[None]:
        """While a caller computes on a thread of its own."""
        with self._ready:
            self._callers += 1
        try:
            yield
        finally:
            with self._ready:
                self._callers -= 1

    def stop_when_superseded(self) -> None:
        """Raises `Stopped` when a newer field is asked for, or at the end."""
        if self.closing or self._field is not None:
            raise Stopped

    def stop_when_asked(self) -> None:
        """Raises `Stopped` when anything is asked for, or at the end."""
        if self._activation is not None or self._callers:
            raise Stopped
        self.stop_when_superseded()
