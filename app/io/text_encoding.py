"""Text of files: UTF-8, or UTF-16 where a byte order mark says so, as editors and shells on Windows write it."""

from __future__ import annotations

import codecs


def decode_text(content: bytes, *, cut: bool = False) -> str:
    """The text of some bytes; the mark itself is left out.

    Args:
        content: the bytes, from a file's beginning.
        cut: the last letter may be cut in two, and is then left out.

    Raises:
        UnicodeDecodeError: for what is no text in these encodings.
    """
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    decoder = codecs.getincrementaldecoder("utf-16" if wide else "utf-8-sig")()
    return decoder.decode(content, final=not cut)
