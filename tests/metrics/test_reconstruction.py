"""L1, PSNR and MS-SSIM of faces against photos."""

from itertools import pairwise

import numpy as np
import pytest
from PIL import Image, ImageFilter

from ganssl.errors import UserError
from ganssl.metrics.reconstruction import LUMA, SCALE_WEIGHTS, l1_error, ms_ssim, psnr, scale_count


def pictures(count, side, seed=0):
    """Smooth colourful shapes with some fine grain, uint8 `[n, s, s, 3]`."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:side, 0:side] / side
    result = np.empty((count, side, side, 3))
    for image in result:
        for channel in range(3):
            fx, fy, phase = rng.uniform(2, 9, 3)
            image[..., channel] = 127 + 90 * np.sin(fx * x * 6 + phase) * np.cos(fy * y * 6)
    return np.clip(result + rng.normal(0, 12, result.shape), 0, 255).astype(np.uint8)


def blurred(photos, radius):
    return np.stack(
        [np.asarray(Image.fromarray(p).filter(ImageFilter.GaussianBlur(radius))) for p in photos]
    )


def plain(value, count=2, side=16):
    return np.full((count, side, side, 3), value, dtype=np.uint8)


def slow_ms_ssim(photo, face):
    """One picture, window by window, straight from the paper's formulas."""
    offsets = np.arange(-5, 6)
    window = np.exp(-(offsets**2) / (2 * 1.5**2))
    window = np.outer(window, window) / window.sum() ** 2
    x, y = (p.astype(np.float64) @ LUMA.astype(np.float64) / 255 for p in (photo, face))
    scales = scale_count(len(x))
    weights = np.array(SCALE_WEIGHTS[:scales])
    weights *= sum(SCALE_WEIGHTS) / weights.sum()
    result = 1.0
    for scale in range(scales):
        side = len(x)
        padded = [np.pad(p, 5, mode="symmetric") for p in (x, y)]
        similarities = []
        for i in range(side):
            for j in range(side):
                a, b = (p[i : i + 11, j : j + 11] for p in padded)
                ma, mb = (window * a).sum(), (window * b).sum()
                va, vb = (window * (a - ma) ** 2).sum(), (window * (b - mb) ** 2).sum()
                cov = (window * (a - ma) * (b - mb)).sum()
                value = (2 * cov + 0.03**2) / (va + vb + 0.03**2)
                if scale == scales - 1:
                    value *= (2 * ma * mb + 0.01**2) / (ma**2 + mb**2 + 0.01**2)
                similarities.append(value)
        result *= np.mean(similarities) ** weights[scale]
        x, y = ((p[0::2, 0::2] + p[1::2, 0::2] + p[0::2, 1::2] + p[1::2, 1::2]) / 4 for p in (x, y))
    return result


def test_l1_is_in_units_of_the_whole_range():
    assert l1_error(plain(0), plain(255)).tolist() == [1.0, 1.0]
    assert l1_error(plain(200), plain(149)) == pytest.approx([0.2, 0.2])
    assert l1_error(plain(149), plain(200)) == pytest.approx([0.2, 0.2])  # no uint8 wrap-around


def test_psnr_has_its_closed_form_and_is_infinite_for_equal_faces():
    assert psnr(plain(100), plain(110)) == pytest.approx([20 * np.log10(25.5)] * 2)
    assert psnr(plain(0), plain(255)) == pytest.approx([0.0, 0.0])
    assert np.all(np.isinf(psnr(plain(7), plain(7))))


def test_each_face_has_its_own_value_across_blocks():
    photos = np.concatenate([plain(50, count=150), plain(90, count=150)])
    faces = plain(50, count=300)
    values = l1_error(photos, faces)
    assert values.shape == (300,)
    assert np.all(values[:150] == 0)
    assert values[150:] == pytest.approx(40 / 255)


def test_ms_ssim_is_one_for_equal_pictures_and_symmetric():
    photos = pictures(3, 128)
    assert ms_ssim(photos, photos) == pytest.approx(1.0, abs=1e-6)
    other = blurred(photos, 2)
    assert ms_ssim(photos, other) == pytest.approx(ms_ssim(other, photos), rel=1e-5)


def test_ms_ssim_falls_with_blur_and_noise():
    photos = pictures(4, 128)
    by_blur = [ms_ssim(photos, blurred(photos, r)) for r in (0.7, 1.5, 3, 6)]
    assert all(np.all(a > b) for a, b in pairwise(by_blur))
    rng = np.random.default_rng(1)
    noise = rng.normal(0, 1, photos.shape)
    by_noise = [
        ms_ssim(photos, np.clip(photos + s * noise, 0, 255).astype(np.uint8)) for s in (5, 20, 60)
    ]
    assert all(np.all(a > b) for a, b in pairwise(by_noise))


@pytest.mark.parametrize("side", [8, 32, 64])
def test_ms_ssim_equals_a_direct_implementation(side):
    photos = pictures(2, side, seed=side)
    faces = np.rint(blurred(photos, 1.2) * 0.7 + 60).astype(np.uint8)  # duller and lighter
    expected = [slow_ms_ssim(p, f) for p, f in zip(photos, faces, strict=True)]
    assert min(expected) > 0
    assert ms_ssim(photos, faces) == pytest.approx(expected, abs=2e-4)


def test_ms_ssim_is_a_number_for_negative_pictures():
    photos = pictures(2, 64)
    assert np.all(np.isfinite(ms_ssim(photos, 255 - photos)))
    assert ms_ssim(photos, 255 - photos) == pytest.approx(0.0, abs=0.3)


def test_small_pictures_have_fewer_scales():
    assert [scale_count(side) for side in (256, 128, 127, 64, 32, 16, 8)] == [5, 5, 4, 4, 3, 2, 1]
    assert sum(SCALE_WEIGHTS) == pytest.approx(1.0, abs=1e-3)


def test_unusable_pictures_are_refused():
    for metric in (l1_error, psnr, ms_ssim):
        with pytest.raises(UserError, match="cannot be compared"):
            metric(plain(0), plain(0, side=8))
    with pytest.raises(UserError, match="8 pixels"):
        ms_ssim(plain(0, side=4), plain(0, side=4))
