#!/bin/sh
# client.map over equal inputs runs the function once, random or not
#
# Version: distributed 2026.8.0, Python 3.11.
# A good guess: mapping a function that samples over [maze, maze, maze] gives three samples; `dask.delayed` does.
# Behaviour: `map` and `submit` name a task by its function and arguments, so equal ones are one task and one number, as long as
# any of their results is held; once it is let go, the same call samples again. Rollouts of one level then have an interval of width 0.
# What to do: pass each task its own seed (best), or `pure=False`.
#
# Seen:
#     client.map(sample, [1, 1, 1])                three futures, one key, one number
#     client.map(sample, [1, 1, 1], pure=False)    three numbers
#     dask.delayed(sample)(1), twice               two numbers
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check distributed==2026.8.0
cat > "$folder/check.py" <<'EOF'
import random

import dask
from dask.distributed import Client, LocalCluster


def sample(level):
    return random.random()


if __name__ == "__main__":
    cluster = LocalCluster(n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None)
    with cluster, Client(cluster) as client:
        futures = client.map(sample, [1, 1, 1])
        numbers = client.gather(futures)
        apart = client.gather(client.map(sample, [1, 1, 1], pure=False))
        delayed = dask.compute(*(dask.delayed(sample)(1) for _ in range(2)))
        keys = {future.key for future in futures}
    print("map", numbers, "pure=False", apart, "delayed", delayed)
    assert len(keys) == len(set(numbers)) == 1
    assert len(set(apart)) == 3
    assert len(set(delayed)) == 2
EOF
"$folder/venv/bin/python" "$folder/check.py"
