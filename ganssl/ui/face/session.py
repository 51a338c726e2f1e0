"""One editable face in a visitor's session: state, undo, widgets and address bar in step.

The `FaceState` is the truth. Widgets report to it through callbacks and are
set from it before they are drawn, so undo, links, files and a change of page
cannot leave a slider that disagrees with the face.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from urllib.parse import urlencode

import numpy as np
import streamlit as st

from ganssl.attributes import FIRST_SLIDERS
from ganssl.directions import Direction, DirectionSet
from ganssl.errors import UserError
from ganssl.face.carried import LONGEST_LINK, carrying, check_fit, taken_in
from ganssl.face.detail import PhotoDetail
from ganssl.face.from_photo import photo_png
from ganssl.face.render import face_code, face_png, render
from ganssl.face.state import FaceState, History
from ganssl.features.readout import Readout
from ganssl.models.face_model import FaceModel
from ganssl.photos.skin_tone import skin_tone
from ganssl.ui.shared.model import readout
from ganssl.ui.shared.pictures import Picture, picture_url
from ganssl.ui.shared.presentation import kept_parameters
from ganssl.ui.shared.shelf import shelf

NEW_SEEDS = 100_000
"""New faces get short seeds, which people can read to each other."""

OWN_PICTURES = 60
"""How many pictures of a visitor's photo are kept at most."""


class FaceSession:
    """A face under edit.

    Args:
        name: of the page; prefixes the keys of widgets and session entries.
        base: the code to edit, float32 `[d]`, in place of the seed's: that of a
            visitor's photo. Pictures of it are the visitor's own, and end with it.
        base_id: changes with `base`; pictures are kept by it.
        linked: keep the address bar in step with the face.
        first: the face to begin with; None takes seed 0.
    """

    def __init__(
        self,
        name: str,
        model: FaceModel,
        base: np.ndarray | None = None,
        base_id: str = "",
        linked: bool = False,
        first: FaceState | None = None,
    ) -> None:
        self.name, self.model, self.linked = name, model, linked
        self.base, self.base_id = base, base_id
        self.detail: PhotoDetail | None = None  # of the photo, put back into every picture
        self.others: tuple[FaceState, ...] = ()  # faces that a walk visits
        self.drawn: FaceState | None = None  # what the page shows
        self._at_hand: dict[tuple, Picture] = {}  # asked for several times while a page is drawn
        self.first = first or FaceState(model=model.id)
        st.session_state.setdefault(self.key("history"), History(self.first))
        if self.state.model != model.id:
            self._turn_to_model()
        self._drop_lost_edits()

    def key(self, part: str) -> str:
        return f"{self.name}/{part}"

    @property
    def history(self) -> History:
        return st.session_state[self.key("history")]

    @property
    def state(self) -> FaceState:
        return self.history.present

    # What changes the face: each of these is called before a page or fragment is drawn.

    def show(self, state: FaceState) -> None:
        """Make this the face; one that cannot be made leaves a message and the old face."""
        model, new = self.model, list[Direction]()
        try:
            if state.own:
                check_fit(model, state)
                new, state = taken_in(state, model.directions)
            if new:
                model = model.with_directions(model.directions.extended(new))
            state = state.check(model.id, model.directions.sliders)
            face_code(model, state, self.base)
        except UserError as error:
            self.complain(error)
            return
        self.model = model  # with the directions that the face brings along, as on the shelf
        shelf().directions |= {direction.attribute: direction for direction in new}
        self._turn_to(self.history.push(state))

    def carried(self, state: FaceState) -> FaceState:
        """The state with the visitor's own directions that it needs, for a link or a file."""
        return carrying(state, self.model.directions)

    def undo(self) -> None:
        self._turn_to(self.history.undo())

    def redo(self) -> None:
        self._turn_to(self.history.redo())

    def new_face(self) -> None:
        self.show(replace(self.state, seed=random.randrange(NEW_SEEDS)))

    def reset(self, attribute: str) -> None:
        self.show(self.state.with_edit(attribute, 0))

    def reset_all(self) -> None:
        self.show(self.state.unedited())

    def toggle_lock(self, attribute: str) -> None:
        self.show(self.state.with_lock(attribute, attribute not in self.state.locked))

    def complain(self, error: UserError) -> None:
        """Keep a message for the next drawing."""
        st.session_state[self.key("message")] = str(error)

    def pop_message(self) -> str | None:
        return st.session_state.pop(self.key("message"), None)

    @property
    def outdated(self) -> bool:
        """Whether the page shows another face than this one, or has a message to show.

        A fragment beside the face asks, whose callbacks rerun that fragment alone.
        """
        return self.drawn != self.state or self.key("message") in st.session_state

    def _turn_to_model(self) -> None:
        """Put the faces of the model that was left aside, and take up those of this one."""
        aside = st.session_state.setdefault(self.key("other models"), {})
        aside[self.state.model] = self.history
        st.session_state.pop(self.key("added"), None)
        self._turn_to(aside.pop(self.model.id, History(self.first)))

    def _drop_lost_edits(self) -> None:
        """Without a slider that was given up, the face goes on without its edit, and undo anew."""
        offered, history = set(self.model.directions.sliders), self.history
        states = (*history.past, history.present, *history.future)
        if all(offered.issuperset((*state.edits, *state.locked)) for state in states):
            return
        state = history.present
        edits = {name: amount for name, amount in state.edits.items() if name in offered}
        locked = tuple(name for name in state.locked if name in offered)
        self._turn_to(History(replace(state, edits=edits, locked=locked)))

    def _turn_to(self, history: History) -> None:
        st.session_state[self.key("history")] = history
        if self.linked:
            self._write_link()

    # Widgets: `widget("seed", value, change)` gives the key and callback that tie one to the state.

    def widget(self, part: str, value, change: Callable) -> dict:
        """Arguments that tie a widget to the state.

        Args:
            value: what the widget has to show now.
            change: takes the widget's new value and returns the new state.
        """
        key = self.key(part)
        if st.session_state.get(key) != value:
            st.session_state[key] = value
        return {"key": key, "on_change": partial(self._widget_changed, key, change)}

    def _widget_changed(self, key: str, change: Callable) -> None:
        self.show(change(st.session_state[key]))

    # Which sliders are there.

    @property
    def first_sliders(self) -> tuple[str, ...]:
        """The sliders that a visitor finds at the start; the visitor's own stand last."""
        return first_sliders(self.model.directions)

    @property
    def added_sliders(self) -> list[str]:
        """Those that were added, by hand or by a face that needs them."""
        chosen = st.session_state.get(self.key("added"), [])
        needed = [*chosen, *self.state.edits, *self.state.locked]
        first = self.first_sliders
        others = [n for n in self.model.directions.sliders if n not in first]
        return [name for name in dict.fromkeys(needed) if name in others]

    def set_added_sliders(self, names: list[str]) -> FaceState:
        """Add or remove sliders; the edit and lock of a removed one go with it."""
        state = self.state
        for gone in set(self.added_sliders) - set(names):
            state = state.with_edit(gone, 0).with_lock(gone, False)
        st.session_state[self.key("added")] = names
        return state

    # The address bar.

    def follow_link(self) -> None:
        """Show the face of the page's address when a visitor came by it or went back to it.

        The address that this session wrote itself is passed over, and a bare
        one (first visit, return from another page) gets the face's link.
        """
        query = {key: st.query_params.get_all(key) for key in st.query_params}
        first_visit = self.key("link") not in st.session_state
        if query and query == st.session_state.get(self.key("link")):
            return
        try:
            state = FaceState.from_query(query)
        except UserError as error:
            self.complain(error)
        else:
            if state != FaceState():
                self.show(state)
        if first_visit:
            st.session_state[self.key("history")] = History(self.state)  # nothing to undo yet
        self._write_link()

    def _write_link(self) -> None:
        query = self.carried(self.state).to_query()
        if len(urlencode(query, doseq=True)) > LONGEST_LINK:
            query = self.state.to_query()
        query |= kept_parameters()
        st.query_params.from_dict(query)
        st.session_state[self.key("link")] = {
            key: value if isinstance(value, list) else [value] for key, value in query.items()
        }

    # Pictures.

    @property
    def readout(self) -> Readout | None:
        return readout(self.model.size)

    @property
    def of_photo(self) -> bool:
        return self.base is not None

    def subject(self, state: FaceState) -> str:
        """What a picture shows, for those who cannot see it."""
        if self.of_photo:
            return "AI-edited face from your photo"
        return f"AI-generated face of seed {state.seed}"

    def picture(self, state: FaceState) -> Picture:
        """The face of a state as picture and readout; kept, since undo and resets come back."""
        key = (self.base_id, self.strength, self.model.key, state.to_json())
        if key not in self._at_hand:
            kept = self._own_picture(key, state) if self.of_photo else _picture(key[2:], self)
            self._at_hand = {**dict([*self._at_hand.items()][-1:]), key: kept}
        return self._at_hand[key]

    @property
    def strength(self) -> float:
        """Of the photo's detail; 0 for a face that has none."""
        return self.detail.strength if self.detail else 0.0

    def _own_picture(self, key: tuple, state: FaceState) -> Picture:
        """The same from a photo: kept in the visitor's session alone, never in a shared cache."""
        kept = st.session_state.setdefault(self.key("pictures"), {})
        if key not in kept:
            kept[key] = self.draw(state)
        while len(kept) > OWN_PICTURES:
            del kept[next(iter(kept))]
        return kept[key]

    def draw(self, state: FaceState) -> Picture:
        rendered = render(self.model, state, self.base, self.detail)
        probes = self.readout
        probabilities = probes.probabilities(rendered.pixels[None])[0] if probes else None
        tone = float(skin_tone(rendered.pixels[None], self.model.preprocess)[0])
        return Picture(rendered, picture_url(rendered.pixels), probabilities, tone)

    def png(self, state: FaceState, side: int) -> bytes:
        """The face of a state as a file that says how it was made."""
        if self.base is not None:
            return photo_png(self.model, state, self.base, self.detail, side)
        return face_png(self.model, state, side)


def first_sliders(directions: DirectionSet) -> tuple[str, ...]:
    """The sliders that a visitor finds at the start, and those of the visitor's own."""
    sliders = directions.sliders
    first = [name for name in FIRST_SLIDERS if name in sliders] or sliders[:5]
    own = [name for name in sliders if directions.get(name).own]
    return tuple(dict.fromkeys([*first, *own]))


@st.cache_data(max_entries=300, show_spinner=False)
def _picture(key: tuple[str, str], _session: FaceSession) -> Picture:
    return _session.draw(FaceState.from_json(key[-1]))
