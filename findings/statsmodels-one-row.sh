#!/bin/sh
# statsmodels' add_constant adds none to a single row
#
# Version: statsmodels 0.15.0, numpy 2.4.6, scipy 1.17.1, pandas 3.1.1.
# A good guess: what made the design matrix of 100 levels makes that of one more.
# Behaviour: a column whose values are all equal counts as the constant that is there already, and in one row every column is
# such (but for zeros). The row comes back as it was, and `predict` fails for its width. A feature that happens to be equal in a
# batch of levels does the same.
# What to do: `has_constant="add"`.
#
# Seen: add_constant([[2, .1]]) is [[2, .1]]; predict: ValueError: shapes (1,2) and (3,) not aligned
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check statsmodels==0.15.0 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1
"$folder/venv/bin/python" - <<'EOF'
import numpy as np
import statsmodels.api as sm

features = np.array([[1, 0.5], [2, 0.1], [4, 0.9], [3, 0.2], [5, 0.4]])
fit = sm.OLS(np.array([1.0, 2, 3, 5, 4]), sm.add_constant(features)).fit()
assert fit.params.shape == (3,)
row = np.array([[2, 0.1]])
assert np.array_equal(sm.add_constant(row), row)
try:
    fit.predict(sm.add_constant(row))
except ValueError as error:
    print("predict of one row:", error)
else:
    raise AssertionError("it was predicted")
assert np.isfinite(fit.predict(sm.add_constant(row, has_constant="add"))).all()
batch = np.array([[2, 0.1], [2, 0.3]])
assert np.array_equal(sm.add_constant(batch), batch)
EOF
