#!/bin/sh
# `x > .5` holds for NaN in polars and DuckDB, and not in pandas and pyarrow
#
# Version: polars 2.1.0, duckdb 2.0.1, pandas 3.1.1, pyarrow 25.0.1, numpy 2.4.6; one Parquet file without statistics.
# A good guess: NaN is not greater than anything, so every reader of one results file counts the same rows.
# Behaviour: polars and DuckDB order NaN above all numbers and equal to itself, in comparisons as well as in sorting; their
# largest value of the column is not the same all the same: polars leaves NaN out, DuckDB does not, pandas leaves it out.
# What to do: null instead of NaN.
#
# Seen, for [.2, .9, NaN]:
#     x > .5   pandas 1 row, pyarrow 1, polars 2, DuckDB 2
#     x = NaN  pandas 0 rows, pyarrow 0, polars 1, DuckDB 1
#     max      pandas .9, pyarrow .9, polars .9, DuckDB NaN
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyarrow==25.0.1 duckdb==2.0.1 polars==2.1.0 pandas==3.1.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'EOF'
import math
import tempfile
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

NAN = float("nan")
with tempfile.TemporaryDirectory() as folder:
    path = str(Path(folder) / "a.parquet")
    pq.write_table(pa.table({"x": [0.2, 0.9, NAN]}), path, write_statistics=False)
    frame, table, lazy = pd.read_parquet(path), pq.read_table(path), pl.read_parquet(path)

    def counted(condition):
        return duckdb.sql(f"select count(*) from '{path}' where {condition}").fetchall()[0][0]

    above = (
        int((frame.x > 0.5).sum()),
        pq.read_table(path, filters=[("x", ">", 0.5)]).num_rows,
        lazy.filter(pl.col("x") > 0.5).height,
        counted("x > .5"),
    )
    equal = (
        int((frame.x == NAN).sum()),
        pq.read_table(path, filters=[("x", "==", NAN)]).num_rows,
        lazy.filter(pl.col("x") == NAN).height,
        counted("x = 'nan'::double"),
    )
    largest = (
        float(frame.x.max()),
        pc.max(table["x"]).as_py(),
        lazy["x"].max(),
        duckdb.sql(f"select max(x) from '{path}'").fetchall()[0][0],
    )
print("pandas, pyarrow, polars, DuckDB: above", above, "equal", equal, "largest", largest)
assert above == (1, 1, 2, 2)
assert equal == (0, 0, 1, 1)
assert largest[:3] == (0.9, 0.9, 0.9)
assert math.isnan(largest[3])
EOF
