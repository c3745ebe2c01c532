"""Times of whole fields on a GPU, next to plain torch on the processor."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from app.field.engine import Engine, FieldRequest
from benchmarks.full_refresh import refresh
from benchmarks.measure import Row, interleaved
from benchmarks.subjects import EASY, HARD, level, plain, policy, slider

GOAL = 5.0
QUESTION = "one GPU, full refresh after a wall edit, hard 13x13, width 4"
REPEATS = 9
OTHERS = (
    ("one GPU, full refresh, hard 25x25, width 4", 4, HARD, 25),
    ("one GPU, full refresh, easy 13x13, width 1", 1, EASY, 13),
)


def rows(engine: Engine) -> Iterator[Row]:
    """The lines of the table about a CUDA device; one where there is none."""
    del engine
    if not torch.cuda.is_available():
        yield Row(QUESTION, f"<= {GOAL:.0f} ms", "not measured: no CUDA device here", None, {})
        return
    on_gpu = Engine("cuda")
    found = refresh(on_gpu, 4, HARD, 13, repeats=25)
    label = on_gpu.device_label
    yield Row(QUESTION, f"<= {GOAL:.0f} ms", f"{found['engine']:.1f} ms on {label}", found["engine"] <= GOAL, found)
    for question, width, world, dim in OTHERS:
        found = refresh(on_gpu, width, world, dim, REPEATS)
        yield Row(question, "", _told(found), None, found)
    sliders = [FieldRequest(level(HARD, 13), policy(4), slider(number)) for number in range(REPEATS + 1)]
    found = interleaved(
        {
            "engine": lambda number: on_gpu.compute(sliders[number]).patched.probs,
            "plain": lambda number: plain(sliders[number]),
        },
        REPEATS,
    )
    yield Row("one GPU, refresh after a slider, hard 13x13, width 4", "", _told(found), None, found)
    on_gpu.close()


def _told(found: dict[str, float]) -> str:
    return f"{found['engine']:.1f} ms, {found['engine'] / found['plain']:.3f} x plain torch on the processor"
