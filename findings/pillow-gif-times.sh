#!/bin/sh
# Pillow's GIF plays a film of 60 frames a second 1.7 times too fast; FFmpeg's, through PyAV, in its time
#
# Version: Pillow 13.0.0, av 18.1.0, numpy 2.4.6.
# A good guess: a frame time of 1000 / 60 ms is rounded to GIF's hundredths of a second, and the whole keeps its length.
# Behaviour: Pillow cuts each frame's time down to whole hundredths: 16.7 ms becomes 10, 19.99 becomes 10, 1000 / 26 becomes 30
# (33 frames a second). FFmpeg's GIF writer spreads the hundredths so that the sum is right. A Pillow frame under 10 ms gets no
# time at all, which players take for 100 ms. PNG animations by Pillow keep theirs.
# What to do: round the running sum to hundredths and give Pillow the differences.
#
# Seen, ms of each frame:
#     60 a second   Pillow 10 10 10 ...   FFmpeg 20 10 20 20 10 ...
#     26 a second   Pillow 30 30 30 ...   FFmpeg 40 40 40 30 ...
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check pillow==13.0.0 av==18.1.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'EOF'
import io

import av
import numpy as np
from PIL import Image

FRAMES = 60


def times(file):
    file.seek(0)
    with Image.open(file) as film:
        found = []
        for number in range(film.n_frames):
            film.seek(number)
            found.append(film.info.get("duration", 0) or 0)
    return found


def by_pillow(rate, kind="GIF"):
    file = io.BytesIO()
    frames = [Image.new("L", (16, 16), 4 * number) for number in range(FRAMES)]
    frames[0].save(file, kind, save_all=True, append_images=frames[1:], duration=1000 / rate)
    return times(file)


def by_ffmpeg(rate):
    file = io.BytesIO()
    with av.open(file, "w", format="gif") as film:
        stream = film.add_stream("gif", rate=rate)
        stream.width = stream.height = 16
        stream.pix_fmt = "rgb8"
        for number in range(FRAMES):
            picture = np.full((16, 16, 3), 4 * number, np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, "rgb24").reformat(format="rgb8")
            film.mux(stream.encode(frame))
        film.mux(stream.encode())
    return times(file)


for rate, cut in ((60, 10), (26, 30)):
    pillow, ffmpeg = by_pillow(rate), by_ffmpeg(rate)
    print(rate, "a second: Pillow", pillow[:6], "FFmpeg", ffmpeg[:6])
    print("in all: Pillow", sum(pillow), "FFmpeg", sum(ffmpeg), "of", round(1000 * FRAMES / rate))
    assert set(pillow) == {cut}
    assert len(set(ffmpeg)) == 2
    # The last frame's own time is not known to a writer of frames that come one by one.
    assert abs(sum(ffmpeg) - 1000 * FRAMES / rate) <= 40
assert not any(by_pillow(200))
assert abs(sum(by_pillow(60, "PNG")) - 1000) < 1
EOF
