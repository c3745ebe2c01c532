#!/bin/sh
# An ordered category of numbers comes back from Parquet as plain numbers; one of words stays
#
# Version: pandas 3.1.1 with pyarrow 25.0.1, numpy 2.4.6.
# A good guess: categories, their order and those without a row survive `to_parquet` and `read_parquet`, whatever they are.
# Behaviour: of a category of words all three survive. One of integers or floats (sizes of mazes, coefficients) becomes int64 or
# float64: sizes without a level vanish from group-by tables and plots.
# What to do: set the type again after reading, or keep words.
#
# Seen:
#     ["lo", "mid", "hi"] ordered   ["lo", "mid", "hi"] ordered
#     [3, 5, 7] ordered             int64
#     [-1.0, 0.0, 1.0] ordered      float64
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pandas==3.1.1 pyarrow==25.0.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'EOF'
import io

import pandas as pd


def read_back(values, categories):
    file = io.BytesIO()
    pd.DataFrame({"c": pd.Categorical(values, categories, ordered=True)}).to_parquet(file)
    file.seek(0)
    return pd.read_parquet(file)["c"].dtype


words = read_back(["lo", "hi"], ["lo", "mid", "hi"])
assert isinstance(words, pd.CategoricalDtype)
assert words.ordered
assert list(words.categories) == ["lo", "mid", "hi"]
found = read_back([3, 7], [3, 5, 7]), read_back([-1.0, 1.0], [-1.0, 0.0, 1.0])
print("numbers come back as", *found)
assert [str(kind) for kind in found] == ["int64", "float64"]
EOF
