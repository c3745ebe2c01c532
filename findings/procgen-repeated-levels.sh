#!/bin/sh
# procgen's easy mazes repeat: levels "held out" by their seed are levels that were trained on
#
# Version: procgen-mirror 0.10.7, numpy 1.26.4, Python 3.11; the game maze, distribution_mode="easy".
# A good guess: another seed is another level; seeds 200 and up test what was learnt on seeds 0 to 199.
# Behaviour: a level has one of seven sides, and the smallest has few mazes (216 levels, background included). Of seeds 0 to
# 1499 only 1,424 pictures are different, and 30 of seeds 200 to 1499 are exact copies of one of the first 200: a result over
# held-out seeds counts them as new.
# What to do: leave out levels that the training seeds hold, and count different ones.
#
# Seen: 1,424 different first observations of 1,500; seeds 0, 273 and 881 look the same; 30 of 1,300 held-out ones were in 0 to 199
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


def picture(seed):
    game = ProcgenGym3Env(
        num=1, env_name="maze", num_levels=1, start_level=seed, distribution_mode="easy", rand_seed=0, num_threads=0
    )
    found = game.observe()[1]["rgb"].tobytes()
    game.close()
    return found


pictures = [picture(seed) for seed in range(1500)]
trained = set(pictures[:200])
again = sum(each in trained for each in pictures[200:])
print(len(set(pictures)), "different of 1,500;", again, "of 1,300 held-out levels are among the first 200")
assert pictures[0] == pictures[273] == pictures[881]
assert len(set(pictures)) == 1424
assert again == 30
EOF
