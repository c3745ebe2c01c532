"""Time of a full refresh on a GPU."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from app.field.engine import Engine
from benchmarks.full_refresh import refresh
from benchmarks.measure import Row
from benchmarks.subjects import HARD

GOAL = 5.0
QUESTION = "one GPU, full refresh after a wall edit, hard 13x13, width 4"


def rows(engine: Engine) -> Iterator[Row]:
    """The line of the table about a CUDA device."""
    del engine
    if not torch.cuda.is_available():
        yield Row(QUESTION, f"<= {GOAL:.0f} ms", "not measured: no CUDA device here", None, {})
        return
    on_gpu = Engine("cuda")
    found = refresh(on_gpu, 4, HARD, 13, repeats=25)
    label = on_gpu.device_label
    on_gpu.close()
    yield Row(QUESTION, f"<= {GOAL:.0f} ms", f"{found['engine']:.1f} ms on {label}", found["engine"] <= GOAL, found)
