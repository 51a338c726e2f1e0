"""Where a slider does not apply, in plain words."""

from __future__ import annotations

import pytest

from ganssl.directions.reach import Reach
from ganssl.ui.face.companion import note


def reach(share: float) -> Reach:
    return Reach(-3, 3, "raw", 0.5, "", 0, 1, 0, 1, 0, goes_with="Male", goes_with_share=share)


@pytest.mark.parametrize(
    ("share", "likely", "words"),
    [
        (0.997, 0.1, "more than 99% of the photos annotated so are also annotated *Male*"),
        (1.0, 0.1, "100% of the photos annotated so are also annotated *Male*"),
        (0.98, 0.1, "98% of the photos annotated so are also annotated *Male*"),
        (0.004, 0.9, "more than 99% of the photos annotated so are also annotated not *Male*"),
    ],
)
def test_a_face_of_a_kind_that_photos_never_show_so_is_told_with_the_share(share, likely, words):
    found = note(reach(share), "Bald", likely)
    assert words in found and found.startswith(":material/info: *Bald* does not apply here")
    assert note(reach(share), "Bald", 1 - likely) == ""
