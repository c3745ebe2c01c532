"""Tables of numbers as Parquet files: columns in, columns out, and many parts joined without holding them all.

pyarrow takes a third of a second to import, so it is imported by whoever calls first.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from app.errors import MazescopeError
from app.io.atomic import write_atomically

if TYPE_CHECKING:
    import pyarrow

Columns = Mapping[str, np.ndarray]
"""Columns by name, all of one length. A masked array is null where it is masked; an array of str holds texts."""

RECIPE: Final = "mazescope"
"""Under which key of a file's metadata the recipe is, as JSON."""

COMPRESSION: Final = "zstd"
ROWS_IN_GROUP: Final = 16384
"""Rows of a joined file that are held in memory at once."""


def to_bytes(columns: Columns, recipe: Mapping[str, Any]) -> bytes:
    """A whole file: equal columns and recipe give equal bytes."""
    from pyarrow import parquet

    buffer = io.BytesIO()
    parquet.write_table(_table(columns, recipe), buffer, compression=COMPRESSION)
    return buffer.getvalue()


def read(path: Path, names: Sequence[str] | None = None) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Columns and recipe of a file; the recipe is empty where the file has none.

    Args:
        names: the columns that are requested; all unless given.

    Raises:
        MazescopeError: one sentence when there is no such file, it is no Parquet file, or a column is not in it.
    """
    import pyarrow
    from pyarrow import parquet

    try:
        # Without threads of its own: what reads a table is seldom alone on the machine.
        with parquet.ParquetFile(path) as file:
            there = file.schema_arrow
            for name in names or ():
                if name not in there.names:
                    raise MazescopeError(f"{path.name} has no column {name!r}; it has {', '.join(there.names)}.")
            table = file.read(columns=None if names is None else list(names), use_threads=False)
    except FileNotFoundError:
        raise MazescopeError(f"There is no file {path}.") from None
    except (pyarrow.ArrowInvalid, pyarrow.ArrowNotImplementedError, OSError) as error:
        raise MazescopeError(f"{path} cannot be read as Parquet ({_first_line(error)}).") from error
    return {name: _array(table.column(name)) for name in table.column_names}, _recipe(there.metadata)


def column_names(path: Path) -> tuple[str, ...]:
    """The names of a file's columns, in order.

    Raises:
        OSError, pyarrow.ArrowInvalid: when it is no whole Parquet file.
    """
    from pyarrow import parquet

    return tuple(parquet.read_schema(path).names)


def count_rows(path: Path) -> int:
    """Rows of a file, from its footer alone.

    Raises:
        OSError, pyarrow.ArrowInvalid: when it is no whole Parquet file.
    """
    from pyarrow import parquet

    return int(parquet.read_metadata(path).num_rows)


def join(target: Path, parts: Iterable[Columns], recipe: Mapping[str, Any]) -> int:
    """Write parts one below the other as one file, whole or not at all; how many rows it has.

    Args:
        target: the file.
        parts: their columns, all of the same names and types; taken one after another.
        recipe: goes into the metadata.

    Raises:
        MazescopeError: when the file cannot be written.
        ValueError: without any part.
    """
    import pyarrow
    from pyarrow import parquet

    unfinished = target.with_name(f".{target.name}.joining"[-200:])
    rows = 0
    writer: Any = None
    try:
        for group in _groups(parts):
            table = _table(group, recipe)
            if writer is None:
                writer = parquet.ParquetWriter(unfinished, table.schema, compression=COMPRESSION)
            writer.write_table(table, row_group_size=ROWS_IN_GROUP)
            rows += table.num_rows
        if writer is None:
            raise ValueError("No part was given to join; expected at least one.")
        writer.close()
        write_atomically_from(unfinished, target)
    except (OSError, pyarrow.ArrowException) as error:
        raise MazescopeError(f"{target} cannot be written: {_first_line(error)}.") from error
    finally:
        if writer is not None:
            writer.close()
        unfinished.unlink(missing_ok=True)
    return rows


def write_atomically_from(source: Path, target: Path) -> None:
    """Move a finished file to where it belongs, once it is on the disk."""
    import os

    with source.open("rb+") as file:
        os.fsync(file.fileno())
    os.replace(source, target)


def write(path: Path, columns: Columns, recipe: Mapping[str, Any]) -> None:
    """Write one file, whole or not at all.

    Raises:
        MazescopeError: when it cannot be written.
    """
    try:
        write_atomically(path, to_bytes(columns, recipe))
    except OSError as error:
        raise MazescopeError(f"{path} cannot be written: {error.strerror or error}.") from error


def from_bytes(content: bytes) -> dict[str, np.ndarray]:
    """The columns of a file's content that `to_bytes` has made."""
    from pyarrow import BufferReader, parquet

    table = parquet.read_table(BufferReader(content), use_threads=False)
    return {name: _array(table.column(name)) for name in table.column_names}


def stacked(parts: Sequence[Columns]) -> dict[str, np.ndarray]:
    """Parts one below the other, in memory."""
    return {
        name: np.ma.concatenate([part[name] for part in parts])
        if any(isinstance(part[name], np.ma.MaskedArray) for part in parts)
        else np.concatenate([part[name] for part in parts])
        for name in parts[0]
    }


def _groups(parts: Iterable[Columns]) -> Iterator[Columns]:
    """The parts put together to row groups of one size, so that a file's bytes do not depend on how it was computed."""
    waiting: list[Columns] = []
    rows = 0
    for part in parts:
        waiting.append(part)
        rows += len(next(iter(part.values())))
        while rows >= ROWS_IN_GROUP:
            whole = stacked(waiting)
            yield {name: values[:ROWS_IN_GROUP] for name, values in whole.items()}
            rows -= ROWS_IN_GROUP
            waiting = [{name: values[ROWS_IN_GROUP:] for name, values in whole.items()}]
    if rows:
        yield stacked(waiting)


def _table(columns: Columns, recipe: Mapping[str, Any]) -> pyarrow.Table:
    import pyarrow

    arrays = [_arrow(values) for values in columns.values()]
    fields = [pyarrow.field(name, array.type) for name, array in zip(columns, arrays, strict=True)]
    text = json.dumps(recipe, ensure_ascii=True, separators=(",", ":"), sort_keys=True, default=str)
    return pyarrow.Table.from_arrays(arrays, schema=pyarrow.schema(fields, metadata={RECIPE: text}))


def _arrow(values: np.ndarray) -> pyarrow.Array:
    import pyarrow

    mask = None
    if isinstance(values, np.ma.MaskedArray):
        values, mask = values.data, np.ma.getmaskarray(values)
    if values.dtype.kind in "UO":
        return pyarrow.array(values.tolist(), type=pyarrow.string(), mask=mask)
    return pyarrow.array(values, mask=mask)


def _array(column: Any) -> np.ndarray:
    import pyarrow

    if pyarrow.types.is_string(column.type) or pyarrow.types.is_large_string(column.type):
        texts = column.to_pylist()
        found = np.array([text or "" for text in texts], dtype=np.str_)
    else:
        fill = False if pyarrow.types.is_boolean(column.type) else 0
        found = column.fill_null(fill).to_numpy() if column.null_count else column.to_numpy()
    if not column.null_count:
        return np.asarray(found)
    return np.ma.MaskedArray(found, mask=column.is_null().to_numpy())


def _recipe(metadata: Mapping[bytes, bytes] | None) -> dict[str, Any]:
    try:
        found = json.loads((metadata or {}).get(RECIPE.encode(), b"{}"))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _first_line(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or str(error)
    return (text.splitlines() or ["no reason given"])[0].rstrip(".")
