"""Response curve and frozen gates: how the effect of a number grows, and which stage downstream bends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.progress import Progress, go_on
from app.studies.response.setup import ResponseSetup
from app.studies.study import Partial, unheard


@dataclass(frozen=True)
class ResponseQuestion(ResponseSetup):
    """Question: response of the policy's choice, and of each layer before it, to one number of one patch."""

    def run(self, *, device: str = "cpu", progress: Progress = go_on, partial: Partial = unheard) -> Any:
        """Measure; the result is a `ResponseResult`.

        Raises:
            PatchError: when the patch does not fit, its vector cannot be read, or it drives the network beyond what
                float32 holds.
            MazescopeError: when no level can be measured.
            Cancelled: when `progress` says not to continue.
        """
        from app.studies.response.run import measure

        return measure(self, device, progress, partial)
