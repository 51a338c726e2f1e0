import numpy as np
import pytest

from ganssl.features.face_network import FaceNetwork
from ganssl.features.probes import Probes
from ganssl.features.readout import Change, Readout
from tests.helpers.small_model import save_face_network

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def readout(tmp_path_factory):
    folder = tmp_path_factory.mktemp("face_network")
    save_face_network(folder)
    return Readout(FaceNetwork.load(folder), Probes.load(folder / "probes.npz"))


def test_attributes_that_demean_are_not_read_out(readout):
    assert "Attractive" in readout.probes.attributes
    assert "Attractive" not in readout.attributes


def test_probabilities_belong_to_their_attributes(readout):
    faces = np.random.default_rng(0).integers(0, 255, (3, 64, 64, 3), dtype=np.uint8)
    given = readout.probabilities(faces)
    everything = readout.probes.probabilities(readout.network.features(faces))
    for column, name in enumerate(readout.attributes):
        wanted = everything[:, readout.probes.attributes.index(name)]
        np.testing.assert_array_equal(given[:, column], wanted)


def test_edits_come_first_and_then_the_largest_change(readout):
    before = np.full(len(readout.attributes), 0.5)
    after = before.copy()
    after[readout.attributes.index("Bald")] = 0.1
    after[readout.attributes.index("Wavy_Hair")] = 0.7
    changes = readout.changes(before, after, ("Smiling", "Unknown"))
    assert [c.attribute for c in changes[:3]] == ["Smiling", "Bald", "Wavy_Hair"]
    assert changes[0] == Change("Smiling", 0.5, 0.5, edited=True)
    assert changes[1].difference == pytest.approx(-0.4)
    assert len(changes) == len(readout.attributes)
