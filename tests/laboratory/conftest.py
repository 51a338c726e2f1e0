"""The planted laboratory, whose every figure follows from how it was made."""

from __future__ import annotations

import pytest

from ganssl.laboratory.laboratory import Laboratory
from tests.helpers.planted_laboratory import block_laboratory


@pytest.fixture(scope="module")
def laboratory() -> Laboratory:
    """With the prior as density; a file with another one has a fixture of its own."""
    return block_laboratory()
