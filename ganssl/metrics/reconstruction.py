"""How close reconstructed faces come to the photos, one value for each face.

Both arguments are uint8 `[n, s, s, 3]`; the results are float64 `[n]`.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from ganssl.errors import UserError

SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Exponents of the five scales, finest first (Wang et al. 2003)."""

LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)
"""Weights of red, green and blue (ITU-R BT.601)."""

MIN_SIDE = 8
BLOCK = 128


def l1_error(photos: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Mean absolute difference over pixels and channels, where 1 is black against white."""
    _check(photos, faces)
    return _by_block(_l1, photos, faces)


def psnr(photos: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Peak signal-to-noise ratio in dB over pixels and channels; infinite for equal faces."""
    _check(photos, faces)
    error = _by_block(_squared_error, photos, faces)
    with np.errstate(divide="ignore"):
        return -10.0 * np.log10(error)


def ms_ssim(photos: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Multi-scale structural similarity of the luma; 1 for equal faces.

    Wang, Simoncelli and Bovik 2003: windows of 11×11 with a gaussian of
    σ = 1.5, K₁ = 0.01, K₂ = 0.03, each coarser scale by averaging 2×2 pixels,
    contrast and structure at every scale, luminance at the coarsest alone.
    Three choices are ours: image borders are mirrored rather than cut, so that
    the coarsest scale may be as small as 8 pixels; a negative mean of contrast
    and structure counts as 0; faces below 128 pixels, which have room for fewer
    scales, use the first of the published weights, scaled to the same sum.
    Values with different numbers of scales are not comparable.
    """
    _check(photos, faces)
    if photos.shape[1] < MIN_SIDE:
        raise UserError(f"MS-SSIM needs faces of {MIN_SIDE} pixels or more a side.")
    return _by_block(_ms_ssim, photos, faces)


def scale_count(side: int) -> int:
    """Scales that MS-SSIM has room for: five from 128 pixels, one fewer at each halving."""
    return min(len(SCALE_WEIGHTS), (side // MIN_SIDE).bit_length())


def _l1(photos: np.ndarray, faces: np.ndarray) -> np.ndarray:
    difference = np.abs(photos.astype(np.int16) - faces)
    return difference.mean(axis=(1, 2, 3)) / 255.0


def _squared_error(photos: np.ndarray, faces: np.ndarray) -> np.ndarray:
    difference = (photos.astype(np.float64) - faces) / 255.0
    return np.square(difference).mean(axis=(1, 2, 3))


def _ms_ssim(photos: np.ndarray, faces: np.ndarray) -> np.ndarray:
    x, y = photos @ LUMA / 255.0, faces @ LUMA / 255.0  # (n, s, s)
    scales = scale_count(x.shape[1])
    weights = np.array(SCALE_WEIGHTS[:scales]) * sum(SCALE_WEIGHTS) / sum(SCALE_WEIGHTS[:scales])
    result = np.ones(len(x))
    for scale, weight in enumerate(weights):
        if scale > 0:
            x, y = _halve(x), _halve(y)
        luminance, contrast_structure = _similarity(x, y)
        last = scale == scales - 1
        similarity = luminance * contrast_structure if last else contrast_structure
        result *= np.maximum(similarity.mean(axis=(1, 2), dtype=np.float64), 0.0) ** weight
    return result


def _similarity(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Maps of luminance and of contrast times structure, each `[n, s, s]`."""
    c1, c2 = 0.01**2, 0.03**2
    mean_x, mean_y = _window(x), _window(y)
    variance = _window(x * x) - mean_x**2 + _window(y * y) - mean_y**2
    covariance = _window(x * y) - mean_x * mean_y
    luminance = (2 * mean_x * mean_y + c1) / (mean_x**2 + mean_y**2 + c1)
    return luminance, (2 * covariance + c2) / (variance + c2)


def _window(values: np.ndarray) -> np.ndarray:
    """Weighted mean around every pixel of `[n, s, s]`."""
    return gaussian_filter(values, 1.5, radius=5, axes=(1, 2), mode="reflect")


def _halve(values: np.ndarray) -> np.ndarray:
    """Average 2×2 pixels of `[n, s, s]`; an odd last row and column are dropped."""
    side = values.shape[1] // 2
    return values[:, : 2 * side, : 2 * side].reshape(-1, side, 2, side, 2).mean(axis=(2, 4))


def _by_block(metric, photos: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Apply `metric` to a few faces at a time, so that memory stays small."""
    starts = range(0, len(photos), BLOCK)
    return np.concatenate([metric(photos[i : i + BLOCK], faces[i : i + BLOCK]) for i in starts])


def _check(photos: np.ndarray, faces: np.ndarray) -> None:
    if photos.shape != faces.shape or photos.ndim != 4 or len(photos) == 0:
        raise UserError(
            f"Photos {photos.shape} and reconstructions {faces.shape} cannot be compared: "
            "both need the shape [n, s, s, 3]."
        )
