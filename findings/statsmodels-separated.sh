#!/bin/sh
# statsmodels' GLM says "converged" of a logistic fit whose coefficients have no finite value
#
# Version: statsmodels 0.15.0, numpy 2.4.6, scipy 1.17.1, pandas 3.1.1.
# A good guess: `converged` means that the coefficients are estimates; `Logit` on the same data says False.
# Behaviour: where a feature separates the outcomes perfectly (common with few levels: all reach the cheese above some value),
# the likelihood has no maximum. GLM stops when the deviance changes no more and sets `converged` to True, with a coefficient
# of 41 and a standard error of 26,000; a PerfectSeparationWarning is all that tells, and p is .999, as if there were no effect.
# What to do: turn that warning into an error, or fit with a penalty and say so.
#
# Seen, y = (x > 9.5) for x = 0 .. 19:
#     GLM(Binomial)   converged True,  slope 41.3, standard error 25,989, p .9987
#     Logit           converged False, slope 35.0
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check statsmodels==0.15.0 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1
"$folder/venv/bin/python" - <<'EOF'
import warnings

import numpy as np
import statsmodels.api as sm
from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

x = np.arange(20.0)
y = (x > 9.5).astype(float)
with warnings.catch_warnings(record=True) as heard:
    warnings.simplefilter("always")
    linear = sm.GLM(y, sm.add_constant(x), family=sm.families.Binomial()).fit()
    logit = sm.Logit(y, sm.add_constant(x)).fit(disp=0)
print("GLM", linear.converged, linear.params, linear.bse, linear.pvalues)
print("Logit", logit.converged, logit.params)
assert linear.converged
assert not logit.converged
assert linear.bse[1] > 1000
assert linear.pvalues[1] > 0.99
assert any(issubclass(each.category, PerfectSeparationWarning) for each in heard)
EOF
