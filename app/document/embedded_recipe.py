"""Recipe text embedded in an exported file, found without decoding its picture, movie or numbers.

Each format keeps it where other programs look for comments: a PNG's text chunk, an SVG's metadata, a PDF's subject, a
GIF's comment, an MP4's comment, a CSV's first line, an NPZ's array `recipe`. Only headers are gone through, so a file's
size does not matter; what is damaged has no recipe.
"""

from __future__ import annotations

import io
import os
import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final
from xml.sax.saxutils import unescape

from numpy.lib import format as npy

LARGEST: Final = 8 * 2**20
"""Bytes of the longest recipe worth reading: that of a stack of 500 patches takes about a hundred thousand."""

_PARTS: Final = 200_000
"""Chunks, blocks and boxes of a file that are gone through."""

_SVG: Final = re.compile(rb'<recipe xmlns="urn:mazescope:recipe">([^<]*)</recipe>')
_PDF: Final = re.compile(rb"/Subject \(((?:[^()\\]++|\\.)*+)\)", re.DOTALL)
"""Without a way back: remembering one for each letter takes a hundred times the memory of the text."""

_PDF_ESCAPE: Final = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_PDF_LETTERS: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_FIRST_ARRAY: Final = b"recipe.npy"
_DEFLATED: Final = 8


def embedded_recipe(path: Path, start: bytes, largest: int = LARGEST) -> str | None:
    """The recipe's text in a file of a format that is exported, or None.

    Args:
        path: a regular file.
        start: its first bytes, at least 64 where it has as many; they tell the format.
        largest: bytes of the text; a longer one is not read.

    Raises:
        OSError: when the file cannot be read.
    """
    find = next((find for fits, find in _FORMATS if fits(start)), None)
    if find is None:
        return None
    with path.open("rb") as file:
        try:
            found = find(file, largest)
            return None if found is None or len(found) > largest else found.decode()
        # What a damaged file makes of these: lengths that lead nowhere, and texts that are none.
        except (ValueError, IndexError, struct.error, zlib.error):
            return None


def _png(file: BinaryIO, largest: int) -> bytes | None:
    file.seek(8)
    for _ in range(_PARTS):
        length, kind = struct.unpack(">L4s", file.read(8))
        if kind == b"tEXt" and length <= largest:
            name, _, text = file.read(length).partition(b"\0")
            if name == b"Mazescope":
                return text
            length = 0
        elif kind in (b"IDAT", b"IEND"):
            return None
        file.seek(length + 4, os.SEEK_CUR)
    return None


def _gif(file: BinaryIO, largest: int) -> bytes | None:
    file.seek(10)
    flags = file.read(3)[0]
    file.seek(_colours(flags), os.SEEK_CUR)
    for _ in range(_PARTS):
        kind = file.read(1)
        if kind == b"!":
            comment = file.read(1) == b"\xfe"
            text = _blocks(file, largest if comment else 0)
            if comment:
                return text
        elif kind == b",":
            file.seek(_colours(file.read(9)[8]) + 1, os.SEEK_CUR)
            _blocks(file, 0)
        else:
            return None
    return None


def _colours(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks(file: BinaryIO, largest: int) -> bytes:
    """The bytes of a chain of blocks, as far as they are wanted; the file is behind it then."""
    found = bytearray()
    for _ in range(_PARTS):
        size = file.read(1)[0]
        if not size:
            return bytes(found)
        if len(found) < largest:
            found += file.read(size)
        else:
            file.seek(size, os.SEEK_CUR)
    raise ValueError("too many blocks")


def _mp4(file: BinaryIO, largest: int) -> bytes | None:
    end = file.seek(0, os.SEEK_END)
    file.seek(0)
    for kind, skipped in ((b"moov", 0), (b"udta", 0), (b"meta", 4), (b"ilst", 0), (b"\xa9cmt", 0), (b"data", 8)):
        inside = _box(file, end, kind)
        if inside is None:
            return None
        end = inside
        file.seek(skipped, os.SEEK_CUR)
    return file.read(min(end - file.tell(), largest + 1))


def _box(file: BinaryIO, end: int, wanted: bytes) -> int | None:
    """The end of the box of this kind among those up to `end`; the file is at its content then."""
    for _ in range(_PARTS):
        place = file.tell()
        if place + 8 > end:
            return None
        size, kind = struct.unpack(">L4s", file.read(8))
        if size == 1:
            (size,) = struct.unpack(">Q", file.read(8))
        last = end if size == 0 else place + size
        if last <= place or last > end:
            return None
        if kind == wanted:
            return int(last)
        file.seek(last)
    return None


def _svg(file: BinaryIO, largest: int) -> bytes | None:
    match = _SVG.search(file.read(largest))
    return unescape(match[1].decode()).encode() if match else None


def _pdf(file: BinaryIO, largest: int) -> bytes | None:
    match = _PDF.search(file.read(largest))
    return _PDF_ESCAPE.sub(_unescaped, match[1]) if match else None


def _unescaped(match: re.Match[bytes]) -> bytes:
    letter = match[1]
    return bytes([int(letter, 8) & 0xFF]) if letter[:1].isdigit() else _PDF_LETTERS.get(letter, letter)


def _csv(file: BinaryIO, largest: int) -> bytes | None:
    line = file.readline(largest)
    return line[2:] if line.endswith(b"\n") else None


def _npz(file: BinaryIO, largest: int) -> bytes | None:
    header = file.read(30)
    method, name, extra = struct.unpack("<8xH16xHH", header)
    if file.read(name) != _FIRST_ARRAY or method != _DEFLATED:
        return None
    file.seek(extra, os.SEEK_CUR)
    # A letter of NumPy's takes four bytes.
    array = io.BytesIO(zlib.decompressobj(-zlib.MAX_WBITS).decompress(file.read(largest), 4 * largest))
    if npy.read_magic(array) != (1, 0):
        return None
    try:
        shape, _, dtype = npy.read_array_header_1_0(array)
    # Whatever the library makes of a damaged header: a tokenizer's errors as well as its own.
    except Exception:
        return None
    if shape != () or dtype.kind != "U" or dtype.byteorder == ">":
        return None
    letters = array.read()
    return letters.decode("utf-32-le").rstrip("\0").encode() if len(letters) == dtype.itemsize else None


_FORMATS: Final[tuple[tuple[Callable[[bytes], bool], Callable[[BinaryIO, int], bytes | None]], ...]] = (
    (lambda start: start.startswith(b"\x89PNG\r\n\x1a\n"), _png),
    (lambda start: start.startswith((b"GIF87a", b"GIF89a")), _gif),
    (lambda start: start[4:8] == b"ftyp", _mp4),
    (lambda start: start.startswith(b"%PDF"), _pdf),
    (lambda start: start.startswith(b"# {"), _csv),
    (lambda start: start.startswith(b"PK\3\4") and start[30:40] == _FIRST_ARRAY, _npz),
    (lambda start: b"<svg" in start[:1000], _svg),
)
