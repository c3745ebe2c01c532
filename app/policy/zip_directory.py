"""A zip archive's directory, inspected before anything else in the archive is read.

What torch.save writes is the plainest kind of zip: every record uncompressed, one after the other, the directory at the
very end. Whatever is not so is refused here: no later reader takes more memory than the file has bytes, and no two
readers understand it differently.
"""

from __future__ import annotations

import io
import os
import struct
import zipfile
from typing import BinaryIO, Final, cast

from app.errors import PolicyError, shown
from app.policy.file_contents import EXPECTED, listed, size_text
from app.policy.limits import LIMITS, Limits

SUFFIXES: Final = (".pth", ".pt", ".safetensors", ".ckpt")
"""Ends of checkpoints' names."""

_END: Final = 22
_END_64: Final = 56
_LOCATOR_64: Final = 20
_ENCRYPTED: Final = 1


class RecordError(Exception):
    """A record of the archive is not there or is damaged."""


class Records:
    """The records of an archive that torch.save could have written, by name without their common folder."""

    def __init__(self, archive: zipfile.ZipFile, root: str) -> None:
        self._archive = archive
        self._infos = {info.filename[len(root) :]: info for info in archive.infolist()}

    def __contains__(self, name: str) -> bool:
        return name in self._infos

    def size(self, name: str) -> int:
        """Number of bytes of a record."""
        return self._infos[name].file_size

    def names(self) -> list[str]:
        """All records, in the order of the directory."""
        return list(self._infos)

    def read(self, name: str) -> bytearray:
        """A record's bytes, their checksum compared.

        Raises:
            RecordError: when there is no such record or it is damaged.
        """
        if name not in self._infos:
            raise RecordError(f"it has no record {shown(name)}")
        content = bytearray(self.size(name))
        try:
            with self._archive.open(self._infos[name]) as record:
                if cast(io.BufferedIOBase, record).readinto(content) != len(content) or record.read(1):
                    raise RecordError(f"its record {shown(name)} has another length than its directory says")
        except (zipfile.BadZipFile, EOFError, OSError, ValueError, RuntimeError, struct.error) as error:
            # RuntimeError covers NotImplementedError too: zip's variants that the standard library cannot read.
            raise RecordError(f"its record {shown(name)} does not match its checksum") from error
        return content


def open_records(file: BinaryIO, file_name: str, limits: Limits = LIMITS) -> Records:
    """The records of a zip archive, once its directory was found to be one that torch.save writes.

    Raises:
        PolicyError: one sentence on what was found and what was expected.
    """
    size = file.seek(0, os.SEEK_END)
    directory = _directory_size(file, size)
    if directory is None:
        raise PolicyError(
            f"{file_name} is a zip archive without the directory at its end ({size_text(size)} are there), so it is "
            f"cut short or damaged; expected a whole file saved by torch.save."
        )
    if directory > limits.directory:
        raise PolicyError(
            f"{file_name} is a zip archive with a directory of {size_text(directory)}; expected a checkpoint, whose "
            f"directory takes a few thousand bytes."
        )
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
        raise PolicyError(
            f"{file_name} is a zip archive whose directory is damaged; expected a whole file saved by torch.save."
        ) from error
    infos = archive.infolist()
    if any(info.filename.endswith("/constants.pkl") for info in infos):
        raise PolicyError(f"{file_name} is a TorchScript program; expected a state dict saved by torch.save.")
    inside = [info.filename for info in infos if info.filename.lower().endswith(SUFFIXES)]
    if inside:
        raise PolicyError(
            f"{file_name} is a zip archive that holds {listed(inside)}; expected a checkpoint: unpack it and open that."
        )
    arrays = [info.filename for info in infos if info.filename.endswith(".npy")]
    if arrays:
        held = listed(name.removesuffix(".npy") for name in arrays)
        raise PolicyError(f"{file_name} is an NPZ file of NumPy arrays ({held}); expected {EXPECTED}.")
    check_sizes(infos, size, file_name)
    roots = {info.filename.partition("/")[0] for info in infos if "/" in info.filename}
    names = [info.filename for info in infos]
    if len(roots) != 1 or any("/" not in name for name in names) or len(set(names)) != len(names):
        raise PolicyError(
            f"{file_name} is a zip archive of other things ({listed(names) or 'empty'}); expected one saved by "
            f"torch.save."
        )
    return Records(archive, f"{roots.pop()}/")


def check_sizes(infos: list[zipfile.ZipInfo], size: int, file_name: str) -> None:
    """Refuse a directory whose entries are not those of plain records that fit into a file of `size` bytes.

    Raises:
        PolicyError: one sentence on what was found and what was expected.
    """
    declared = sum(info.file_size for info in infos)
    squeezed = [info for info in infos if info.compress_type != zipfile.ZIP_STORED]
    if squeezed or declared > size:
        how = "compressed" if squeezed else "overlapping"
        raise PolicyError(
            f"{file_name} is a zip archive of {size_text(size)} whose {how} records would unpack to "
            f"{size_text(declared)}; expected the uncompressed records that torch.save writes."
        )
    for info in infos:
        whole = info.compress_size == info.file_size and 0 <= info.header_offset <= size - info.file_size
        if not whole or info.flag_bits & _ENCRYPTED:
            raise PolicyError(
                f"{file_name} is a zip archive whose directory is damaged at {shown(info.filename)}; expected a whole "
                f"file saved by torch.save."
            )


def _directory_size(file: BinaryIO, size: int) -> int | None:
    """Declared size of the directory in bytes, or None when the file does not end with an archive's end record.

    Source: PKWARE's APPNOTE.TXT, sections 4.3.14 to 4.3.16. No comment may follow the end record: torch writes none.
    """
    tail_size = min(size, _END + _LOCATOR_64 + _END_64)
    file.seek(size - tail_size)
    tail = file.read(tail_size)
    end = tail[-_END:]
    if len(end) < _END or end[:4] != b"PK\5\6" or end[-2:] != b"\0\0":
        return None
    found = int(struct.unpack("<L", end[12:16])[0])
    if tail[-_END - _LOCATOR_64 :][:4] != b"PK\6\7":
        return found
    if len(tail) < _END + _LOCATOR_64 + _END_64 or tail[:4] != b"PK\6\6":
        return None
    return int(struct.unpack("<Q", tail[40:48])[0])
