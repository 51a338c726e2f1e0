"""One identity of model and directions, and copies that share what is compiled."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from ganssl.directions import DirectionSet
from ganssl.models.full_rate import face_decoder
from tests.helpers.planted import make_direction
from tests.helpers.planted_laboratory import BLOCKS, BlockModel
from tests.helpers.small_model import small_model


@pytest.fixture
def model():
    return BlockModel()


def with_own(model, sign: float):
    mine = make_direction("Smiling", sign * np.ones(BLOCKS), own=True)
    directions = DirectionSet(model.id, model.directions).extended([mine])
    other = copy.copy(model)
    other.directions = directions
    return other


def test_directions_of_a_visitor_change_the_key_and_leave_the_id(model):
    one, other = with_own(model, 1.0), with_own(model, -1.0)
    assert one.id == other.id == model.id
    assert len({model.key, one.key, other.key}) == 3
    assert one.key == with_own(model, 1.0).key
    assert one.faces_key == model.faces_key


def test_a_figure_alone_changes_the_key(model):
    weaker = [make_direction("Smiling", np.ones(BLOCKS), auc=auc) for auc in (0.9, 0.8)]
    keys = {DirectionSet("m", [direction]).id for direction in weaker}
    assert len(keys) == 2


def test_few_directions_change_the_key(model):
    other = copy.copy(model)
    other.few_directions = DirectionSet(model.id, [make_direction("Bald", np.ones(BLOCKS))])
    assert other.key != model.key and other.faces_key == model.faces_key


def test_statistics_of_the_codes_change_what_is_drawn_and_both_keys(model):
    other = copy.copy(model)
    assert other.faces_key == model.faces_key
    other.measure(np.random.default_rng(0).normal(size=(400, BLOCKS)).astype(np.float32) + 1)
    assert (other.sample(1, 0) != model.sample(1, 0)).any()
    assert other.faces_key != model.faces_key and other.key != model.key


@pytest.mark.slow
def test_copies_share_what_is_compiled():
    model = small_model()
    traced, call = [], model.generator.call
    model.generator.call = lambda *inputs, **rest: traced.append(inputs) or call(*inputs, **rest)
    copies = [model.with_directions(DirectionSet(model.id)) for _ in range(3)]
    codes = model.sample(2, 0)
    first, *others = [one.decode(codes) for one in (copies[0], model, *copies[1:])]
    assert all((faces == first).all() for faces in others)
    decoders = [one.compiled.get("generator", None) for one in (model, *copies)]
    encoders = [one.encode(first) is None or one.compiled.get("encoder", None) for one in copies]
    assert len(set(map(id, decoders))) == len(set(map(id, encoders))) == 1
    assert len(traced) == 1
    assert len({id(face_decoder(one, "float32")) for one in (model, *copies)}) == 1
