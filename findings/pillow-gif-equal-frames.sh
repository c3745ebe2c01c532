#!/bin/sh
# Pillow's GIF has fewer frames than were saved, and a still of eleven minutes cannot be saved at all
#
# Version: Pillow 13.0.0.
# A good guess: `append_images` of ten frames are ten frames; each frame's time is what has to fit.
# Behaviour: equal frames in a row become one with the sum of their times, so a rollout in which the mouse stays put has other
# frame numbers than its steps. The sum has to fit into 16 bits of hundredths: a film whose frames each take one second ends in
# an OverflowError when 656 of them in a row are equal.
# What to do: count steps by time, not by frame; make one pixel differ where each frame must stay.
#
# Seen:
#     ten equal frames of 1 s, then another   2 frames, the first of 10,000 ms
#     656 equal frames of 1 s                 OverflowError: int too big to convert
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pillow==13.0.0
"$folder/venv/bin/python" - <<'EOF'
import io

from PIL import Image


def saved(equal):
    frames = [Image.new("RGB", (8, 8), "red")] * equal + [Image.new("RGB", (8, 8), "blue")]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=1000)
    return Image.open(file)


film = saved(10)
print(film.n_frames, "frames, the first of", film.info["duration"], "ms")
assert (film.n_frames, film.info["duration"]) == (2, 10_000)
assert saved(655).info["duration"] == 655_000
try:
    saved(656)
except OverflowError as error:
    print("656 equal frames:", error)
else:
    raise AssertionError("they were saved")
EOF
