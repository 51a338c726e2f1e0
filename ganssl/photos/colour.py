"""Colour profiles: from the colours that a camera or screen means to sRGB's."""

from __future__ import annotations

import io
from functools import lru_cache

from PIL import Image, ImageCms

MOST_BYTES = 4_000_000
"""Of a profile; larger ones are not read."""

FLAGS = ImageCms.Flags.NOCACHE | ImageCms.Flags.BLACKPOINTCOMPENSATION
"""Without little cms's cache a transform may serve several threads."""


def to_srgb(image: Image.Image) -> Image.Image:
    """The image in sRGB where it brings a profile that can be read; itself otherwise.

    Alpha stays as it is. Palettes become RGB or RGBA.
    """
    profile = image.info.get("icc_profile")
    if not isinstance(profile, bytes) or not 128 <= len(profile) <= MOST_BYTES:
        return image
    if image.mode in ("P", "PA"):
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    mode = {"RGBA": "RGB", "RGBX": "RGB", "LA": "L"}.get(image.mode, image.mode)
    if mode not in ("RGB", "L", "CMYK"):
        return image
    alpha = image.getchannel("A") if image.mode in ("RGBA", "LA") else None
    try:
        transform = _transform(profile, mode)
        if transform is None:
            return image
        result = transform.apply(image.convert(mode) if image.mode != mode else image)
    except (ImageCms.PyCMSError, ValueError, OSError, TypeError):
        return image
    if alpha is not None:
        result.putalpha(alpha)
    return result


@lru_cache(maxsize=16)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """The way from a profile to sRGB; None where it is sRGB already or cannot be used."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        space = source.profile.xcolor_space.strip()
        if space != {"L": "GRAY"}.get(mode, mode):
            return None
        if "srgb" in (source.profile.profile_description or "").casefold():
            return None
        return ImageCms.buildTransform(
            source,
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            FLAGS,
        )
    except (ImageCms.PyCMSError, ValueError, OSError, TypeError):
        return None
