"""Lists of channels as people type them: "all", "3, 10-12"."""

from __future__ import annotations

import re

from app.errors import PatchError


def channels_text(channels: tuple[int, ...] | None) -> str:
    """Channels as they are typed: "all", "none", "3, 10-12"."""
    if channels is None:
        return "all"
    if not channels:
        return "none"
    runs: list[list[int]] = []
    for channel in sorted(channels):
        if runs and channel == runs[-1][-1] + 1:
            runs[-1].append(channel)
        else:
            runs.append([channel])
    # Two neighbours read better one by one.
    parts = [[f"{run[0]}-{run[-1]}"] if len(run) > 2 else [str(channel) for channel in run] for run in runs]
    return ", ".join(text for part in parts for text in part)


def parse_channels(text: str, count: int) -> tuple[int, ...] | None:
    """Channels from "all", "none", "10", "3, 10-12"; sorted, each once. None for all.

    Raises:
        PatchError: for anything else, or channels that a layer of `count` channels does not have.
    """
    words = text.strip().casefold()
    if words in ("all", "*"):
        return None
    found: set[int] = set()
    for part in re.split(r"[,;\s]+", re.sub(r"\s*[-–]\s*", "-", words)) if words not in ("", "none") else ():
        if not part:
            continue
        match = re.fullmatch(r"(\d{1,7})(?:-(\d{1,7}))?", part)
        if match is None:
            raise PatchError(f'"{part}" was found among the channels; expected numbers and ranges such as "3, 10-12".')
        first, last = int(match[1]), int(match[2] or match[1])
        if first > last or last >= count:
            raise PatchError(f"Channels {part} were asked for; the layer has channels 0 to {count - 1}.")
        found.update(range(first, last + 1))
    return tuple(sorted(found))
