#!/bin/sh
# DuckDB reads a column from the name of a folder, in place of the file's own
#
# Version: duckdb 2.0.1, pyarrow 25.0.1, polars 2.1.0, numpy 2.4.6.
# A good guess: reading one Parquet file by its path gives that file's columns, wherever it lies.
# Behaviour: in a folder called `layer=conv` DuckDB gives the file a column "layer" of "conv", and where the file has a column of
# that name its values are replaced, without a word. pyarrow and polars, asked for the same file, give what is in it.
# What to do: `read_parquet(path, hive_partitioning = false)`, and no "=" in names of folders.
#
# Seen, a file with layer = "other" in the folder layer=conv: DuckDB "conv", polars and pyarrow "other"
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check duckdb==2.0.1 pyarrow==25.0.1 polars==2.1.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'EOF'
import tempfile
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "layer=conv" / "a.parquet"
    path.parent.mkdir()
    pq.write_table(pa.table({"x": [1], "layer": ["other"]}), path)
    found = {
        "duckdb": duckdb.sql(f"select layer from '{path}'").fetchall()[0][0],
        "duckdb, told": duckdb.sql(f"select layer from read_parquet('{path}', hive_partitioning = false)").fetchall()[0][0],
        "pyarrow": pq.read_table(path)["layer"].to_pylist()[0],
        "polars": pl.read_parquet(path)["layer"][0],
    }
print(found)
assert found == {"duckdb": "conv", "duckdb, told": "other", "pyarrow": "other", "polars": "other"}
EOF
