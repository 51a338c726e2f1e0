"""A user's own directions inside a link or a saved face, so that it opens the same face elsewhere.

A direction is some 128 numbers. A link holds them compressed, in the alphabet
of addresses; a file holds them one by one (`ganssl.face.packed`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ganssl.attributes import Attribute, withheld
from ganssl.directions.direction import Direction, base_attribute
from ganssl.directions.direction_set import DirectionSet
from ganssl.directions.own import names_by_owner, own_name, same_direction
from ganssl.errors import UserError
from ganssl.face.packed import pack, unpack
from ganssl.face.state import FaceState

if TYPE_CHECKING:
    from ganssl.models.face_model import FaceModel

LONGEST_LINK = 8000
"""Characters; some servers and programs cut longer addresses."""


def carrying(state: FaceState, directions: DirectionSet) -> FaceState:
    """The state with the user's own directions that its edits and locks need."""
    names = dict.fromkeys((*state.edits, *state.locked))
    own = [directions.get(name) for name in names if name in directions.attributes]
    return replace(state, own=tuple(pack(direction) for direction in own if direction.own))


def carried(state: FaceState, name: str = "The link") -> list[Direction]:
    """The directions that a state brings along."""
    return [unpack(text, name) for text in state.own]


def taken_in(
    state: FaceState, directions: DirectionSet, name: str = "The link"
) -> tuple[list[Direction], FaceState]:
    """The directions of a state that `directions` lacks, and the state without them.

    One that is there already, be it under a name that its maker gave it since, is
    not taken again. Where a name stands for another direction here, as that of the
    model does, the one that came along gets a name of its own, and the edit goes
    with it.
    """
    new: list[Direction] = []
    names: dict[str, str] = {}
    of_model, mine = names_by_owner(directions)
    busy = {*state.edits, *state.locked}
    for direction in carried(state, name):
        wanted = direction.attribute
        here = [n for n in mine if n in directions.attributes]
        alike = [n for n in here if same_direction(directions.get(n), direction)]
        known = [n for n in alike if n == wanted or n not in busy]
        if known:
            names[wanted] = wanted if wanted in known else known[0]
        else:
            names[wanted] = own_name(wanted, of_model, mine)
            mine.append(names[wanted])
            new.append(replace(direction, attribute=names[wanted], own=True))
        busy.add(names[wanted])
    edits = {names.get(key, key): amount for key, amount in state.edits.items()}
    locked = tuple(names.get(key, key) for key in state.locked)
    return new, replace(state, edits=edits, locked=locked, own=())


def with_carried(
    model: FaceModel, state: FaceState, name: str = "The face"
) -> tuple[FaceModel, FaceState]:
    """A model that has the directions of a state, and the state in its terms.

    Raises `UserError` for directions that cannot be read or belong to another model.
    """
    if not state.own:
        return model, state
    check_fit(model, state, name)
    new, state = taken_in(state, model.directions, name)
    return (model.with_directions(model.directions.extended(new)) if new else model), state


def check_fit(model: FaceModel, state: FaceState, name: str = "The link") -> None:
    """`UserError` for a state of another model, or directions that can be no sliders here."""
    if state.model not in ("", model.id):
        raise UserError(
            f"{name} was made with model {state.model}; the model here is {model.id} and would "
            "show another face."
        )
    for direction in carried(state, name):
        meant = base_attribute(direction.attribute)
        if withheld(meant):
            raise UserError(
                f"{name} carries a direction of {Attribute(meant).title}, which judges looks or "
                "build; there is no slider for such judgements."
            )
        if len(direction.vector) != model.latent_size:
            raise UserError(
                f"{name} carries a direction of {base_attribute(direction.attribute)} that belongs "
                "to another model."
            )
