#!/bin/sh
# A filter loses rows of NaN, or keeps them, by whether the Parquet file has statistics
#
# Version: pyarrow 25.0.1, duckdb 2.0.1, numpy 2.4.6.
# A good guess: statistics make a filter faster and never change its rows; at least `is_nan` finds what is NaN.
# Behaviour: the statistics of a row group leave NaN out, and a reader that trusts them skips the group. pyarrow finds no
# NaN at all, by `is_nan` or by `!=`, in a group whose other values are all equal; DuckDB, to which NaN is greater than
# every number, skips a group for `x > .5` when its largest number is smaller. A file without statistics, or with another size of
# row groups, gives other rows. polars reads the same rows either way.
# What to do: null instead of NaN where a value does not exist (a level without a decision square), or filter after reading.
#
# Seen, rows found with and without statistics:
#     [1, NaN]        pyarrow  is_nan       none / row 1
#     [1, NaN]        pyarrow  x != 1       none / row 1
#     [.2, .3, NaN]   DuckDB   x > .5       none / row 2
#     [.2, .3, NaN]   DuckDB   isnan(x)     none / row 2
#     all of them     polars                the row / the row
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyarrow==25.0.1 duckdb==2.0.1 polars==2.1.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'EOF'
import tempfile
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

NAN = float("nan")


def written(values, statistics):
    path = Path(folder) / "a.parquet"
    pq.write_table(pa.table({"x": values, "row": range(len(values))}), path, write_statistics=statistics)
    return str(path)


def by_pyarrow(path, condition):
    return pq.read_table(path, filters=condition)["row"].to_pylist()


def by_duckdb(path, condition):
    return [row for (row,) in duckdb.sql(f"select row from '{path}' where {condition}").fetchall()]


def by_polars(path, condition):
    return pl.scan_parquet(path).filter(condition).collect()["row"].to_list()


cases = [
    (by_pyarrow, [1.0, NAN], ds.field("x").is_nan(), [1]),
    (by_pyarrow, [1.0, NAN], ds.field("x") != 1.0, [1]),
    (by_duckdb, [0.2, 0.3, NAN], "x > .5", [2]),
    (by_duckdb, [0.2, 0.3, NAN], "isnan(x)", [2]),
]
with tempfile.TemporaryDirectory() as folder:
    for reader, values, condition, rows in cases:
        found = reader(written(values, True), condition), reader(written(values, False), condition)
        print(reader.__name__, values, condition, "with", found[0], "without", found[1])
        assert found == ([], rows)
    for values, condition, rows in (([1.0, NAN], pl.col("x").is_nan(), [1]), ([0.2, 0.3, NAN], pl.col("x") > 0.5, [2])):
        assert by_polars(written(values, True), condition) == by_polars(written(values, False), condition) == rows
EOF
