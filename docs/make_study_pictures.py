"""Draw the pictures of studies over many levels for the guide: `make screenshots`.

The numbers are those of the shipped policy; each picture is what the command line's own `--png` would write.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
sys.path.insert(0, str(ROOT))

SHOTS: Final = {
    "levels-features": (("levels", "--seeds", "0:3000"), ()),
    "levels-fit": (
        ("fit", "--seeds", "0:3000", "--features", "six"),
        ("coefficients_least_squares", "predicted_log_odds"),
    ),
    "levels-sweep": (("sweep", "--seeds", "0:100"), ("grid", "depth")),
    "levels-transfer": (("transfer", "--seeds", "0:200"), ()),
}
"""Name -> (the study's words, which of its plots; all unless named)."""


def main(wanted: list[str]) -> int:
    """Draw all pictures, or those named."""
    from app.cli.study_command import ask
    from app.drawing.palette import LIGHT
    from app.export.study_files import study_bytes

    for name, (words, plots) in SHOTS.items():
        if not wanted or name in wanted:
            content = study_bytes("png", ask(*words), palette=LIGHT, plots=plots, scale=1.0)
            (PICTURES / f"{name}.png").write_bytes(content)
            print(f"{name}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
