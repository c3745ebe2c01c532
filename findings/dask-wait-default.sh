#!/bin/sh
# Dask's wait(futures) looks for a default client, though each future knows its own: "No clients found"
#
# Version: distributed 2026.8.0, Python 3.11.
# A good guess: `wait` waits for the futures that it is given, through the client that made them, as `future.result()` does.
# Behaviour: with Client(..., set_as_default=False), as a library makes it, `wait` raises ValueError and tells to start a
# client; the same futures answer `result()` at once.
# What to do: `with client.as_current(): wait(futures)`.
#
# Seen: result 3; wait: ValueError "No clients found"; within as_current: 1 done
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check distributed==2026.8.0
cat > "$folder/check.py" <<'EOF'
from dask.distributed import Client, LocalCluster, wait

if __name__ == "__main__":
    cluster = LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0")
    with cluster, Client(cluster, set_as_default=False) as client:
        future = client.submit(sum, [1, 2])
        result = future.result()
        try:
            wait([future], timeout=10)
            said = "nothing"
        except ValueError as error:
            said = str(error).splitlines()[0]
        with client.as_current():
            done = len(wait([future], timeout=10).done)
    print("result", result, "; wait:", said, "; within as_current:", done, "done")
    assert result == 3
    assert said == "No clients found"
    assert done == 1
EOF
"$folder/venv/bin/python" "$folder/check.py"
