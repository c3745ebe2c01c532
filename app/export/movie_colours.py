"""Colours of a GIF: 256 for as many frames as they serve, each pixel its nearest.

To choose them takes as long as to paint the frame, and the frames of a movie have the same hues. So a frame takes over
the colours of the one before it, unless it has others that are far from all of them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from PIL import Image

COLOURS: Final = 256

FAR: Final = 24
"""Distance, of three channels of 0 to 255, from which a colour looks like another one."""

SEEN: Final = 8
"""Pixels of one colour in a frame that are seen; fewer are on the edge of something."""

_UNKNOWN: Final = -1


class MovieColours:
    """Brings one frame after another to few colours. All frames are of one size."""

    def __init__(self) -> None:
        self._palette = np.zeros((0, 3), dtype=np.int32)
        # By colour, 2 ** 24 of them: its place in the palette.
        self._places = np.zeros(0, dtype=np.int16)
        self._codes: np.ndarray = np.zeros((0, 0), dtype=np.uint32)
        self._indices: np.ndarray = np.zeros((0, 0), dtype=np.uint8)

    def still(self, frame: Image.Image) -> Image.Image:
        """An RGB frame with at most 256 colours."""
        codes = np.asarray(frame.convert("RGBA")).view("<u4")[..., 0] & 0xFFFFFF
        if not self._taken_over(codes):
            self._choose(frame, codes)
        self._codes = codes
        still = Image.fromarray(self._indices, "P")
        still.putpalette(self._palette.astype(np.uint8).tobytes())
        return still

    def _taken_over(self, codes: np.ndarray) -> bool:
        """True if the colours of the frame before serve this one; `_indices` is then this one's."""
        if codes.shape != self._codes.shape:
            return False
        other = codes != self._codes
        changed = codes[other]
        places = self._places[changed]
        if (places == _UNKNOWN).any():
            new, counts = np.unique(changed[places == _UNKNOWN], return_counts=True)
            nearest, apart = self._nearest(new)
            if (apart[counts >= SEEN] > FAR).any():
                return False
            self._places[new] = nearest
            places = self._places[changed]
        # The frame before keeps its own.
        self._indices = self._indices.copy()
        self._indices[other] = places
        return True

    def _choose(self, frame: Image.Image, codes: np.ndarray) -> None:
        chosen = frame.quantize(COLOURS, dither=Image.Dither.NONE)
        self._palette = np.array(chosen.getpalette("RGB"), dtype=np.int32).reshape(-1, 3)
        self._places = np.full(2**24, _UNKNOWN, dtype=np.int16)
        new = np.unique(codes)
        self._places[new], _ = self._nearest(new)
        self._indices = self._places[codes].astype(np.uint8)

    def _nearest(self, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The place in the palette of the colour nearest to each, and how far it is."""
        places, apart = np.empty(len(codes), dtype=np.int16), np.empty(len(codes))
        for start in range(0, len(codes), 1024):
            part = codes[start : start + 1024].astype(np.int32)
            colours = np.stack([part & 255, part >> 8 & 255, part >> 16 & 255], axis=1)
            squares = ((colours[:, None] - self._palette) ** 2).sum(axis=2)
            places[start : start + 1024] = squares.argmin(axis=1)
            apart[start : start + 1024] = np.sqrt(squares.min(axis=1))
        return places, apart
