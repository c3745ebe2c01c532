#!/bin/sh
# procgen's start_level is ignored when num_levels is 0
#
# Version: procgen-mirror 0.10.7, numpy 1.26.4, Python 3.11.
# A good guess: num_levels=0, "unlimited", plays the levels from start_level on: a test set that begins above the training seeds.
# Behaviour: with num_levels=0 levels are drawn from 0 to 2^31 - 2 whatever start_level says, so that "test" levels may be
# training levels, and two start levels give the same games. With any other number the range begins at start_level.
# What to do: num_levels=2**31 - 1 - start_level.
#
# Seen, rand_seed=1, first level of an environment:
#     num_levels=0:     start_level 0, 5 and 1000: 1028862084 each time
#     num_levels=2:     0, 5 and 1000
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
if ! python3 -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))'; then
    echo "procgen-mirror has wheels for Python 3.11 and 3.12 on Linux x86-64 only." >&2
    exit 2
fi
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check procgen-mirror==0.10.7 numpy==1.26.4
"$folder/venv/bin/python" - <<'EOF'
from procgen import ProcgenGym3Env


def first(num_levels, start_level):
    game = ProcgenGym3Env(
        num=1, env_name="maze", num_levels=num_levels, start_level=start_level, rand_seed=1, num_threads=0
    )
    seed = game.get_info()[0]["level_seed"]
    game.close()
    return seed


unlimited = [first(0, start) for start in (0, 5, 1000, 2_000_000_000)]
print("unlimited", unlimited, "two levels", [first(2, start) for start in (0, 5, 1000)])
assert len(set(unlimited)) == 1
assert unlimited[0] < 2_000_000_000
assert all(first(2, start) - start in (0, 1) for start in (0, 5, 1000))
start = 2_000_000_000
assert first(2**31 - 1 - start, start) >= start
EOF
