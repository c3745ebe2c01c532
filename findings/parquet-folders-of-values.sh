#!/bin/sh
# Columns that name Parquet's folders come back with other types, and two values can become one
#
# Version: pyarrow 25.0.1, numpy 2.4.6.
# A good guess: `write_to_dataset(partition_cols=...)` followed by `read_table` gives the table back.
# Behaviour: what a folder's name says is guessed anew: True and False become the words "true" and "false" (both of which are
# true to Python), the texts "007" and "7" become one number 7, and numbers become a dictionary column.
# What to do: give `partitioning=` with a schema on reading, or keep such columns in the files.
#
# Seen:
#     patched: bool [False, True]     dictionary<string> ["false", "true"]
#     name: string ["007", "7"]       dictionary<int32> [7, 7]
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pyarrow==25.0.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'EOF'
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

with tempfile.TemporaryDirectory() as folder:
    for column, values, kind, found in (
        ("patched", [False, True], pa.string(), ["false", "true"]),
        ("name", ["007", "7"], pa.int32(), [7, 7]),
    ):
        place = Path(folder) / column
        pq.write_to_dataset(pa.table({column: values, "x": [0.0, 1.0]}), place, partition_cols=[column])
        table = pq.read_table(place).sort_by("x")
        print(column, values, "->", table[column].to_pylist(), table[column].type)
        assert table[column].to_pylist() == found
        assert table[column].type.value_type == kind
EOF
