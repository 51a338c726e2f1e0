"""Animations as files: how many frames, how long, what they say."""

from __future__ import annotations

import io
import re
import subprocess

import numpy as np
import pytest
from PIL import Image

from ganssl.errors import UserError
from ganssl.face.animation import animation_bytes, has_mp4, kinds

PROVENANCE = {"ai_generated": True, "ai_edited": True, "morph": {"path": "sphere & line"}}


def blends(count: int, side: int = 32) -> np.ndarray:
    """Frames that go from a picture of noise to its negative."""
    noise = np.random.default_rng(0).integers(0, 256, (side // 8, side // 8, 3), dtype=np.uint8)
    large = np.asarray(Image.fromarray(noise).resize((side, side), Image.Resampling.BICUBIC))
    weights = np.linspace(0, 1, count)[:, None, None, None]
    return np.rint((1 - weights) * large + weights * (255.0 - large)).astype(np.uint8)


def opened(data: bytes) -> tuple[Image.Image, list[np.ndarray], float]:
    """The picture, its frames and its duration in seconds."""
    image = Image.open(io.BytesIO(data))
    frames, milliseconds = [], 0
    for i in range(image.n_frames):
        image.seek(i)
        image.load()
        milliseconds += image.info["duration"]
        frames.append(np.asarray(image.convert("RGB")))
    return image, frames, milliseconds / 1000


@pytest.mark.parametrize("kind", ["gif", "webp"])
@pytest.mark.parametrize(("count", "seconds"), [(24, 2.0), (7, 1.0), (13, 0.4)])
def test_frames_and_seconds_are_those_asked_for(kind, count, seconds):
    frames = blends(count)
    image, found, took = opened(animation_bytes(frames, kind, seconds, PROVENANCE))
    assert len(found) == count and image.size == (32, 32)
    assert took == pytest.approx(seconds, abs=1e-9)
    for shown, frame in zip(found, frames, strict=True):
        assert np.abs(shown.astype(int) - frame).mean() < 20
    assert np.abs(found[0].astype(int) - found[-1]).mean() > 40


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_size_loop_and_words(kind):
    once = animation_bytes(blends(4), kind, 1.0, PROVENANCE, px=50)
    image, frames, _ = opened(once)
    assert frames[0].shape == (50, 50, 3)
    assert image.info.get("loop") in (None, 1)
    forever = animation_bytes(blends(4), kind, 1.0, PROVENANCE, loop=True)
    assert opened(forever)[0].info["loop"] == 0
    for data in (once, forever):
        assert b"AI-edited photo" in data and b"sphere " in data
    if kind == "webp":
        assert b"digitalsourcetype/compositeWithTrainedAlgorithmicMedia" in once


def test_a_generated_animation_says_so():
    assert b"no real person is shown" in animation_bytes(blends(3), "gif", 1.0, {"ai_generated": 1})


@pytest.mark.parametrize(
    ("count", "seconds", "kind", "says"),
    [
        (1, 1.0, "gif", "2 to 240 frames, not 1"),
        (241, 9.0, "gif", "2 to 240 frames, not 241"),
        (4, 0.1, "gif", "0.2 to 30 seconds"),
        (4, float("nan"), "gif", "0.2 to 30 seconds"),
        (100, 1.0, "webp", "there can be 50 a second"),
        (4, 1.0, "avi", "mp4, webp, gif, not 'avi'"),
    ],
)
def test_what_makes_no_animation_gets_a_sentence(count, seconds, kind, says):
    with pytest.raises(UserError, match=re.escape(says)):
        animation_bytes(blends(count), kind, seconds, {})


def test_mp4_needs_its_encoder():
    assert kinds() == (("mp4", "webp", "gif") if has_mp4() else ("webp", "gif"))
    if not has_mp4():
        with pytest.raises(UserError, match="pip install imageio-ffmpeg"):
            animation_bytes(blends(4), "mp4", 1.0, PROVENANCE)


def test_an_mp4_has_the_frames_the_length_and_the_words():
    imageio_ffmpeg = pytest.importorskip("imageio_ffmpeg", reason="imageio-ffmpeg is optional")
    frames = blends(30, side=64)
    data = animation_bytes(frames, "mp4", 1.5, PROVENANCE, px=101)
    assert data[4:8] == b"ftyp" and b"AI-edited photo" in data
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", "-", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    run = subprocess.run([*command, "-"], input=data, capture_output=True, check=True)
    said = run.stderr.decode()
    assert "102x102" in said and "20 fps" in said and "h264" in said
    found = np.frombuffer(run.stdout, np.uint8).reshape(-1, 102, 102, 3)
    assert len(found) == 30
    first = np.asarray(Image.fromarray(frames[0]).resize((102, 102), Image.Resampling.LANCZOS))
    assert np.abs(found[0].astype(int) - first).mean() < 12
