"""What several commands take in the same words."""

from __future__ import annotations

from argparse import Namespace

import pytest

from ganssl.commands._options import features_engine
from ganssl.errors import UserError


def test_without_a_cluster_the_extractor_stays_itself():
    extractor = object()
    with features_engine(Namespace(engine="local", ray_address=None)) as bring:
        assert bring(extractor, "weights") is extractor


def test_an_address_without_its_engine_is_told():
    with (
        pytest.raises(UserError, match="--ray-address is for --engine ray"),
        features_engine(Namespace(engine="local", ray_address="auto")),
    ):
        pass
