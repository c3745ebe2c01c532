"""Kinds of files that nothing here opens, told from their first bytes, in words for a sentence."""

from __future__ import annotations

from typing import Final

from app.io.text_encoding import decode_text

_MAGIC: Final = (
    (b"PK\5\6", "an empty zip archive"),
    (b"PK\3\4", "a zip archive"),
    (b"\x1f\x8b", "compressed by gzip"),
    (b"BZh", "compressed by bzip2"),
    (b"\xfd7zXZ", "compressed by xz"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a GIF picture"),
    (b"PAR1", "a Parquet table"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)


def kind_of(start: bytes) -> str:
    """A file's kind by its first 4096 bytes, or all where it is shorter: "a picture", "text", "empty"."""
    if not start:
        return "empty"
    if start[0] == 0x80 and len(start) > 1 and 2 <= start[1] <= 5:
        return "a bare Python pickle, which might run code and so was not opened"
    if start[257:262] == b"ustar":
        return "a tar archive"
    if start[4:8] == b"ftyp":
        return "a movie"
    for magic, kind in _MAGIC:
        if start.startswith(magic):
            return kind
    if not any(start):
        return "filled with zeros"
    text = _text(start)
    if text:
        if text.startswith("version https://git-lfs"):
            return "a Git LFS pointer, whose file has yet to be fetched (git lfs pull)"
        if "<svg" in text:
            return "an SVG picture"
        return "a web page" if text.lstrip()[:15].lower().startswith(("<!doctype", "<html")) else "text"
    return f"of an unknown kind (it begins with the bytes {start[:4].hex(' ')})"


def _text(start: bytes) -> str:
    """These bytes as text, or nothing when they are none. The last letter may be cut in two."""
    try:
        text = decode_text(start, cut=True)
    except UnicodeDecodeError:
        return ""
    return text if all(letter.isprintable() or letter in "\t\n\r\f\ufeff" for letter in text) else ""
