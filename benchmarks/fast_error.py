"""Error of fields in bfloat16, of the bundled policy on the first levels: the five probabilities of each square.

    python -m benchmarks.fast_error [LEVELS]

The tooltip of "Fast while dragging" says what this prints for the first 200 seeds. The last digits differ between
processors.
"""

from __future__ import annotations

import sys

import numpy as np

from app.document.open_file import open_policy
from app.field.convolutions import BFLOAT16
from app.field.cpu import CpuEvaluator
from app.field.devices import Device
from app.field.execution_plan import FastPlan, Plan
from app.field.fast_fields import FastEvaluator
from app.field.field_parts import field_parts
from app.field.requests import FieldRequest
from app.field.windowed_forward import never
from app.maze.levels import generate_level
from app.policy.policy_info import default_policy_path

LEVELS = 200
UNTIL = "embedder.block2.res2.resadd"


def main() -> int:
    """Print the largest difference of a probability, and how often the likeliest move is another."""
    levels = int(sys.argv[1]) if len(sys.argv) > 1 else LEVELS
    policy = open_policy(default_policy_path())
    exact = CpuEvaluator(Device("cpu", "CPU"))
    fast = FastEvaluator(exact, FastPlan(Plan(UNTIL, 48, BFLOAT16, 1), 1.0))
    largest, means, others, squares = 0.0, [], 0, 0
    for seed in range(levels):
        request = FieldRequest(generate_level("easy", seed).maze, policy)
        # The inexact one first: it takes over an exact field that is known.
        *_, rough = field_parts(fast, request, never)
        *_, true = field_parts(exact, request, never)
        change = np.abs(rough.original.probs - true.original.probs)
        largest = max(largest, float(change.max()))
        means.append(change.max(axis=1))
        others += int((rough.original.probs.argmax(axis=1) != true.original.probs.argmax(axis=1)).sum())
        squares += len(change)
    fast.close()
    exact.close()
    mean = float(np.concatenate(means).mean())
    print(
        f"{levels} levels, {squares:,} squares: a probability changed by at most {largest:.3f}, the largest of a "
        f"square's five by {mean:.4f} on average; the likeliest move on {others} squares"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
