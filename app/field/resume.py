"""Where a patched run can take up the unpatched one."""

from __future__ import annotations

from app.field.spans import CONV_STAGES


def resumable_before(first: str) -> str:
    """The last stage whose unedited output serves both runs, for a stack that acts on layer `first` first.

    The layer's own where the run can resume behind it; inside a residual block, the stage before the block, since the
    block's input is needed as well; behind the last stage with pixels, that stage.
    """
    if first in CONV_STAGES:
        return first
    prefix = first.rpartition(".")[0]
    for stage, before in zip(CONV_STAGES[1:], CONV_STAGES, strict=False):
        if stage == f"{prefix}.resadd":
            return before
    return CONV_STAGES[-1]
