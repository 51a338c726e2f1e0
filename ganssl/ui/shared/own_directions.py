"""A visitor's own directions on the shelf: kept under a name that is free, and looked after."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from ganssl.attributes import Attribute, joined, withheld
from ganssl.directions import Direction
from ganssl.directions.direction import base_attribute
from ganssl.directions.own import (
    figures_words,
    names_by_owner,
    own_name,
    own_title,
    require_fair,
    same_direction,
)
from ganssl.errors import UserError
from ganssl.face.state import History
from ganssl.models.face_model import FaceModel
from ganssl.ui.shared.keeping import forget_run, how_long, keep_or_tell, take_off, workspace
from ganssl.ui.shared.shelf import shelf
from ganssl.workspace.contents import keep_slider
from ganssl.workspace.run import SLIDER

RESEARCH = "Keep poor ones, too (for research)"
RESEARCH_HELP = (
    "A direction that tells next to nothing apart, or of which halves of its labels point apart, "
    "moves faces in a way that has little to do with its name. With this switch on you get it all "
    "the same; its slider says *poor*."
)


def keep_own(
    direction: Direction, model: FaceModel, instead: str | None = None, poor: bool = False
) -> Direction:
    """Put a direction on the shelf, beside the model's and the others, and return it as kept.

    Kept once more under the same name it stays where it is.

    Args:
        instead: the name of one on the shelf whose place it takes.
        poor: keep it whatever its figures are.

    Raises `UserError` for a judgement of looks, and for one that is too poor.
    """
    meant = base_attribute(direction.attribute)
    if withheld(meant):
        raise UserError(
            f"{Attribute(meant).title} judges looks or build; this app gives no "
            "slider to such judgements. Choose another name."
        )
    if not poor:
        require_fair(direction)
    on_shelf, place = shelf(), workspace()
    mine = on_shelf.directions
    of_model, _ = names_by_owner(model.directions)
    direction = replace(direction, own=True)
    before = same_on_shelf(direction)
    again = before and joined(base_attribute(before.attribute)) == joined(meant)
    if instead is None and before is not None and again:
        instead = before.attribute
    others = [name for name in mine if name != instead]
    kept = replace(direction, attribute=own_name(direction.attribute, of_model, others))
    shelf().directions = {
        **{name: other for name, other in mine.items() if name != instead},
        kept.attribute: kept,
    }
    if place is not None:
        run = keep_or_tell(on_shelf, lambda: keep_slider(place, kept, model.id))
        if instead is not None:
            forget_run(SLIDER, instead)
        if run is not None:
            on_shelf.runs[SLIDER, kept.attribute] = run
    return kept


def same_on_shelf(direction: Direction) -> Direction | None:
    """A direction as it lies on the shelf, whatever it is called there; None once it is gone."""
    mine = shelf().directions.values()
    return next((other for other in mine if same_direction(other, direction)), None)


def give_up(name: str) -> None:
    """Take a direction off the shelf, and out of the workspace; it can be undone."""
    direction = shelf().directions.get(name)
    if direction is None:
        return
    try:
        take_off(SLIDER, name, own_title(direction))
    except UserError as error:
        shelf().troubles.append(str(error))


def research_switch(key: str) -> bool:
    """Whether poor directions are wanted as well."""
    return st.toggle(RESEARCH, help=RESEARCH_HELP, key=key, persist_state="session")


def show_own_directions(model: FaceModel, key: str) -> None:
    """The list of a visitor's directions, and what puts it in order: up, down, rename, remove."""
    own = shelf().directions
    st.dataframe(
        [
            {
                "name": own_title(d),
                "method": d.method,
                "held": ", ".join(Attribute(name).title for name in d.conditioned_on),
                "on held-out labels": figures_words(d),
            }
            for d in own.values()
        ],
        hide_index=True,
        alt="Your directions",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Direction", list(own), format_func=lambda name: own_title(own[name]), key=f"{key}/one"
        )
        st.text_input(
            "New name",
            chosen,
            key=f"{key}/name {chosen}",
            on_change=partial(_rename, model, chosen, key),
        )
        for label, icon, act in (
            ("Up", "arrow_upward", partial(_move, chosen, -1)),
            ("Down", "arrow_downward", partial(_move, chosen, 1)),
            ("Give it up", "delete", partial(give_up, chosen)),
        ):
            st.button(label, icon=f":material/{icon}:", on_click=act, key=f"{key}/{label.lower()}")
    if message := st.session_state.pop(f"{key}/refused", None):
        st.error(message, icon=":material/error:")
    st.caption(
        f"{how_long()} A link of a face carries those that the face uses, so that another browser "
        "has them; save the laboratory to take them all with you."
    )


def _move(name: str, by: int) -> None:
    names = list(shelf().directions)
    at = names.index(name)
    to = min(max(at + by, 0), len(names) - 1)
    names.insert(to, names.pop(at))
    shelf().directions = {name: shelf().directions[name] for name in names}


def _rename(model: FaceModel, name: str, key: str) -> None:
    from ganssl.laboratory.store import named_direction

    wanted = st.session_state[f"{key}/name {name}"]
    own = dict(shelf().directions)
    try:
        kept = keep_own(named_direction(own[name], wanted), model, instead=name, poor=True)
    except UserError as error:
        st.session_state[f"{key}/refused"] = str(error)
    else:
        shelf().directions = {
            (kept.attribute if n == name else n): (kept if n == name else d) for n, d in own.items()
        }
        for entry, history in list(st.session_state.items()):
            if isinstance(history, History):
                st.session_state[entry] = history.with_renamed(name, kept.attribute)
