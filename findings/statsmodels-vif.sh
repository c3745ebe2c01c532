#!/bin/sh
# variance_inflation_factor gives 80.9 in statsmodels 0.14 and 1.0 in 0.15, for the same call
#
# Version: statsmodels 0.14.6 and 0.15.0, numpy 2.4.6, scipy 1.17.1, pandas 3.1.1.
# A good guess: a named statistic of a released function is the same in the next release, or the call fails or warns.
# Behaviour: up to 0.14 the factors of columns without a constant were uncentred (two independent columns with means of 10 and
# 20 looked collinear); 0.15 centres and scales first (`standardize=True`), so a rule such as "drop what is above 10" keeps
# other columns. With a column of ones added both give the centred factor.
# What to do: add the constant, leave its own factor out, and write the version next to the number.
#
# Seen, two independent normal columns, 500 rows:  0.14.6: 80.9 and 80.9;  0.15.0: 1.0 and 1.0;  with ones: 1.0 in both
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/check.py" <<'EOF'
import sys

import numpy as np
import statsmodels
from statsmodels.stats.outliers_influence import variance_inflation_factor

version, expected = sys.argv[1], float(sys.argv[2])
random = np.random.default_rng(0)
columns = np.c_[random.normal(10, 1, 500), random.normal(20, 1, 500)]
plain = [round(float(variance_inflation_factor(columns, index)), 1) for index in (0, 1)]
with_ones = np.c_[np.ones(500), columns]
centred = [round(float(variance_inflation_factor(with_ones, index)), 1) for index in (1, 2)]
print(statsmodels.__version__, "without a constant", plain, "with one", centred)
assert statsmodels.__version__ == version
assert plain == [expected, expected]
assert centred == [1.0, 1.0]
EOF
for pair in 0.14.6:80.9 0.15.0:1.0; do
    version=${pair%:*}
    python3 -m venv "$folder/$version"
    "$folder/$version/bin/pip" install --quiet --no-compile --disable-pip-version-check "statsmodels==$version" numpy==2.4.6 scipy==1.17.1 pandas==3.1.1
    "$folder/$version/bin/python" "$folder/check.py" "$version" "${pair#*:}"
done
