#!/bin/sh
# A cancelled Dask task goes on, and its worker takes nothing else until it ends
#
# Version: distributed 2026.8.0, Python 3.11.
# A good guess: `future.cancel()`, after which the status is "cancelled", stops the work or at least frees the worker.
# Behaviour: only tasks that have not begun are taken back. One that runs goes on to its end, in its thread, and the task that was asked
# for next waits for it.
# What to do: short tasks (a part of the levels each), or a flag that the task looks at (`distributed.Event`).
#
# Seen, a task of 12 steps of .1 s, cancelled after the third: status cancelled, 12 steps done when the next task began
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check distributed==2026.8.0
cat > "$folder/check.py" <<'EOF'
import tempfile
import time
from pathlib import Path

from dask.distributed import Client, LocalCluster


def steps(path):
    for _ in range(12):
        with open(path, "a") as file:
            file.write("x")
        time.sleep(0.1)


def done(path):
    return Path(path).stat().st_size


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "steps")
        cluster = LocalCluster(n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None)
        with cluster, Client(cluster) as client:
            future = client.submit(steps, path)
            while not Path(path).exists() or done(path) < 3:
                time.sleep(0.02)
            future.cancel()
            at_once, status = done(path), future.status
            when_next_began = client.submit(done, path).result()
    print("cancelled at step", at_once, "status", status, "steps when the next task began", when_next_began)
    assert status == "cancelled"
    assert at_once < 12
    assert when_next_began == 12
EOF
"$folder/venv/bin/python" "$folder/check.py"
