"""Frames to an animation in memory: GIF, animated WebP, and MP4 where imageio-ffmpeg is installed.

Every file says in its metadata that it is AI-generated, and how.
"""

from __future__ import annotations

import importlib.util
import io
import subprocess
from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np
from PIL import Image

from ganssl.errors import UserError
from ganssl.face.render import enlarge
from ganssl.photos.images import tile
from ganssl.photos.picture_files import words_of, xmp_of

MAX_FRAMES = 240
SECONDS = (0.2, 30.0)
MIN_FRAME = 0.02
"""Seconds; browsers slow GIFs with shorter frames down."""

PALETTE_FRAMES = 16
"""The colours of a GIF, the same in all frames so that it does not flicker, come from so many."""


def animation_bytes(
    frames: np.ndarray,
    kind: str,
    seconds: float,
    provenance: dict,
    px: int | None = None,
    loop: bool = False,
) -> bytes:
    """Encode an animation; no file is written.

    Args:
        frames: uint8 `[n, s, s, 3]`, in order.
        kind: `gif`, `webp` or `mp4`.
        seconds: how long all frames take together.
        px: side of the picture; None is that of the frames.
        loop: begin again at the end, for ever (no property of MP4 files).

    Raises `UserError` for numbers out of range, another kind, and MP4 without imageio-ffmpeg.
    """
    check_length(len(frames), seconds)
    if kind not in _WRITERS:
        raise UserError(f"An animation can be {', '.join(_WRITERS)}, not {kind!r}.")
    return _WRITERS[kind](frames, seconds, px or frames.shape[1], loop, provenance)


def check_length(count: int, seconds: float) -> None:
    """Raise `UserError` where so many frames in so many seconds make no animation."""
    shortest, longest = SECONDS
    if not 2 <= count <= MAX_FRAMES:
        raise UserError(f"An animation has 2 to {MAX_FRAMES} frames, not {count}.")
    if not shortest <= seconds <= longest:
        raise UserError(f"An animation takes {shortest:g} to {longest:g} seconds, not {seconds:g}.")
    if seconds / count < MIN_FRAME - 1e-9:
        raise UserError(
            f"{count} frames in {seconds:g} seconds are too fast; there can be "
            f"{1 / MIN_FRAME:.0f} a second."
        )


def kinds() -> tuple[str, ...]:
    """The kinds that can be written here."""
    return tuple(kind for kind in _WRITERS if kind != "mp4" or has_mp4())


def has_mp4() -> bool:
    """Whether imageio-ffmpeg, which brings the encoder, is installed."""
    return importlib.util.find_spec("imageio_ffmpeg") is not None


def _gif(frames: np.ndarray, seconds: float, px: int, loop: bool, provenance: dict) -> bytes:
    chosen = np.linspace(0, len(frames) - 1, min(PALETTE_FRAMES, len(frames))).astype(int)
    sheet = Image.fromarray(tile(frames[chosen], columns=4, gap=0))
    palette = sheet.quantize(256, method=Image.Quantize.MEDIANCUT)
    pictures = (
        picture.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
        for picture in _pictures(frames, px)
    )
    settings = {"comment": words_of(provenance).encode(), "disposal": 1}
    if loop:
        settings["loop"] = 0
    return _save(pictures, "GIF", _durations(len(frames), seconds, unit=10), settings)


def _webp(frames: np.ndarray, seconds: float, px: int, loop: bool, provenance: dict) -> bytes:
    settings = {"quality": 85, "loop": 0 if loop else 1, "xmp": xmp_of(provenance)}
    return _save(_pictures(frames, px), "WEBP", _durations(len(frames), seconds, 1), settings)


def _save(pictures: Iterator[Image.Image], kind: str, durations: list[int], settings: dict):
    buffer = io.BytesIO()
    first = next(pictures)
    first.save(buffer, kind, save_all=True, append_images=pictures, duration=durations, **settings)
    return buffer.getvalue()


def _mp4(frames: np.ndarray, seconds: float, px: int, loop: bool, provenance: dict) -> bytes:
    """H.264 through pipes, in fragments, since a pipe cannot be wound back."""
    if not has_mp4():
        raise UserError(
            "MP4 needs imageio-ffmpeg, which is not installed; install it with "
            "pip install imageio-ffmpeg, or choose GIF or WebP."
        )
    import imageio_ffmpeg

    side, rate = frames.shape[1], Fraction(len(frames)) / Fraction(str(seconds))
    even = px + px % 2  # the colour planes have half the side
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error"]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{side}x{side}"]
    command += ["-framerate", str(rate), "-i", "-"]
    command += ["-vf", f"scale={even}:{even}:flags=lanczos", "-pix_fmt", "yuv420p"]
    command += ["-c:v", "libx264", "-crf", "18", "-metadata", f"comment={words_of(provenance)}"]
    command += ["-movflags", "frag_keyframe+empty_moov+default_base_moof", "-f", "mp4", "-"]
    run = subprocess.run(command, input=frames.tobytes(), capture_output=True)
    if run.returncode:
        raise UserError(f"The MP4 encoder failed: {run.stderr.decode(errors='replace').strip()}")
    return run.stdout


def _pictures(frames: np.ndarray, px: int) -> Iterator[Image.Image]:
    """Enlarged one by one, which keeps memory small."""
    return (Image.fromarray(enlarge(frame, px)) for frame in frames)


def _durations(count: int, seconds: float, unit: int) -> list[int]:
    """Milliseconds of each frame in whole units, which add up to the whole."""
    ends = np.rint(np.linspace(0, 1000 * seconds, count + 1) / unit).astype(int) * unit
    return np.diff(ends).tolist()


_WRITERS: dict[str, Callable[..., bytes]] = {"mp4": _mp4, "webp": _webp, "gif": _gif}
"""Those that keep all colours come first."""
