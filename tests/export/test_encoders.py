"""Encoders of MP4 files: an available one that works, and the sentence about it."""

from __future__ import annotations

import io
import sys
from dataclasses import replace

import av
import numpy as np
import pytest

from app.drawing.figure import Figure, figure
from app.drawing.palette import LIGHT
from app.export import encoders
from app.export.encoders import H264, VP9, Encoder, encoder_for, works
from app.export.images import picture
from app.export.movies import even_size, mp4_bytes
from tests.pictures import level, random_field, result_of

ABSENT = Encoder("no_such_encoder", "H.264")


def one_frame() -> Figure:
    return figure(result_of(random_field(level(3, 5), 0)), "original", LIGHT)


def codec_of(content: bytes) -> str:
    with av.open(io.BytesIO(content)) as movie:
        return movie.streams.video[0].codec_context.name


def test_an_encoder_is_trusted_only_when_it_works() -> None:
    assert works(VP9, 320, 240)
    assert not works(ABSENT, 320, 240)
    assert not works(replace(VP9, options={"crf": "no number"}), 320, 240), "it refuses its settings"
    assert not works(Encoder("mpeg2video", "MPEG-2"), 2, 20_000), "it cannot have this size"


def test_without_an_encoder_of_h264_it_is_vp9(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoders, "H264", (ABSENT,))
    encoder_for.cache_clear()
    try:
        assert encoder_for(320, 240) is VP9
        assert "vp9" in codec_of(mp4_bytes([one_frame()], 1, {}))
        monkeypatch.setattr(encoders, "H264", (ABSENT, H264[0]))
        encoder_for.cache_clear()
        assert encoder_for(320, 240) is (H264[0] if works(H264[0], 320, 240) else VP9)
    finally:
        encoder_for.cache_clear()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="what the wheel for Linux holds")
def test_the_wheel_makes_h264_that_any_player_takes() -> None:
    encoder = encoder_for(*even_size(*picture(one_frame()).size))
    assert encoder.codec == "H.264"
    assert "PowerPoint" in encoder.plays
    content = mp4_bytes([one_frame()], 1, {"kept": "yes"}, fps=4)
    assert content.find(b"moov") < content.find(b"mdat"), "it can begin before all of it is there"
    with av.open(io.BytesIO(content)) as movie:
        context = movie.streams.video[0].codec_context
        assert (context.name, context.pix_fmt) == ("h264", "yuv420p")
        assert movie.metadata["comment"] == '{"kept":"yes"}'


@pytest.mark.parametrize("encoder", [H264[0], VP9], ids=lambda each: each.codec)
def test_colours_and_pace_survive(encoder: Encoder) -> None:
    if not works(encoder, 64, 64):
        pytest.skip(f"{encoder.name} is not here")
    drawn = one_frame()
    content = mp4_bytes([drawn, drawn, drawn], 3, {}, fps=4, encoder=encoder)
    expected = np.asarray(picture(drawn)).astype(int)
    with av.open(io.BytesIO(content)) as movie:
        assert movie.duration == 750_000
        assert movie.streams.video[0].average_rate == 4
        frames = list(movie.decode(video=0))
    assert len(frames) == 3
    for frame in frames:
        assert int(frame.colorspace) == 1, "the file says which colours these are"
        shown = frame.to_ndarray(format="rgb24")[: expected.shape[0], : expected.shape[1]].astype(int)
        assert np.abs(shown - expected).mean() < 3
        assert np.abs(shown[2, 2] - expected[2, 2]).max() <= 4
