#!/bin/sh
# pyarrow writes a column of vectors of one length that it cannot read back
#
# Version: pyarrow 25.0.1, polars 2.1.0, numpy 2.4.6.
# A good guess: `list_(float32(), 2)` is the type for a vector in each row, and a row without one may be null.
# Behaviour: the file is written without complaint, and pyarrow refuses to read it; polars reads it as it was meant. Without a
# null, or as a list of no fixed length, pyarrow reads it too.
# What to do: `list_(float32())`, or one column a component.
#
# Seen: ArrowInvalid: Expected all lists to be of size=2 but index 2 had size=0
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyarrow==25.0.1 polars==2.1.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'EOF'
import tempfile
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

rows = [[1.0, 2.0], None]
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "a.parquet"
    pq.write_table(pa.table({"v": pa.array(rows, pa.list_(pa.float32(), 2))}), path)
    try:
        pq.read_table(path)
    except pa.ArrowInvalid as error:
        print("pyarrow:", error)
        assert "Expected all lists to be of size=2" in str(error)
    else:
        raise AssertionError("pyarrow read it")
    assert pl.read_parquet(path)["v"].to_list() == rows
    pq.write_table(pa.table({"v": pa.array(rows, pa.list_(pa.float32()))}), path)
    assert pq.read_table(path)["v"].to_pylist() == rows
    pq.write_table(pa.table({"v": pa.array(rows[:1], pa.list_(pa.float32(), 2))}), path)
    assert pq.read_table(path)["v"].to_pylist() == rows[:1]
EOF
