#!/bin/sh
# A Dask task that changes its scattered argument changes it for the tasks after it
#
# Version: distributed 2026.8.0, numpy 2.4.6, Python 3.11; workers in processes of their own.
# A good guess: a worker in another process gets a copy of what was scattered, so a task may work in place.
# Behaviour: the copy is made once for each worker and handed to each of its tasks, writable. Results then depend on how many
# tasks a worker ran before, and on how many workers there are.
# What to do: copy before changing, or `array.setflags(write=False)` at the start of the task to be told of it.
#
# Seen, three tasks that add 1 in place to three zeros and return the sum: 3, 6, 9; the array at home: 0
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check distributed==2026.8.0 numpy==2.4.6
cat > "$folder/check.py" <<'EOF'
import numpy as np
from dask.distributed import Client, LocalCluster


def add_one(values):
    values += 1
    return float(values.sum())


if __name__ == "__main__":
    values = np.zeros(3)
    cluster = LocalCluster(n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None)
    with cluster, Client(cluster) as client:
        there = client.scatter(values)
        sums = [client.submit(add_one, there, pure=False).result() for _ in range(3)]
    print("sums", sums, "at home", values.sum())
    assert sums == [3.0, 6.0, 9.0]
    assert values.sum() == 0
EOF
"$folder/venv/bin/python" "$folder/check.py"
