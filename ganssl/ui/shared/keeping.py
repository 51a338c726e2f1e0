"""What outlives the page: for a visit through a reload, in a workspace for good.

A server without a workspace holds what a visit made in its memory and finds it
again after a reload. With one, whatever took time is written there when it is
done, and lies on the shelf again when the next visit begins (`ganssl.ui.shared.opening`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar, cast

import streamlit as st

from ganssl.errors import UserError
from ganssl.ui.shared.jobs import this_visit
from ganssl.ui.shared.shelf import Shelf, shelf
from ganssl.ui.shared.undo import Offer, offer_undo
from ganssl.ui.shared.words import literal
from ganssl.workspace import Run, Workspace, open_workspace
from ganssl.workspace.run import PHOTOS, SEQUENCE

Draw = TypeVar("Draw", bound=Callable[..., None])

HELD = (
    "shelf",
    "face model",
    "train/desk",
    "train/jobs",
    "train/training",
    "lab/population",
    "lab/loading",
    "photo/given",
    "photo/second photo/given",
)
"""Session entries that a reload of the page finds again."""

PROMISE = "It outlives a reload of the page, and is deleted a few minutes after you close it."
KEPT = "It is kept in the workspace of this installation until you delete it."


def workspace() -> Workspace | None:
    """The workspace of this server; None where there is none, or none that can be used."""
    try:
        return open_workspace()
    except UserError:
        return None


def how_long() -> str:
    """What becomes of what a visitor makes, a sentence."""
    return KEPT if workspace() else PROMISE


def hold() -> None:
    """Remember what a reload of the page shall find again."""
    held = this_visit().held
    for key in HELD:
        if key in st.session_state:
            held[key] = st.session_state[key]
        else:
            held.pop(key, None)


def holding_fragment(draw: Draw) -> Draw:
    """`st.fragment`, whose reruns without the page hold what they have changed, too."""

    @st.fragment
    @wraps(draw)
    def drawn(*args, **kwargs):
        try:
            return draw(*args, **kwargs)
        finally:
            hold()

    return cast(Draw, drawn)


def keep_or_tell(mine: Shelf, keep: Callable[[], Run]) -> Run | None:
    """The run that `keep` makes; where the disk refuses, None, and the next page says why.

    May be called by a job: a result that could not be kept is still a result.
    """
    try:
        return keep()
    except UserError as error:
        mine.troubles.append(f"Not kept in the workspace: {error}")
        return None


def show_troubles() -> None:
    """Say what could not be kept or read."""
    mine = shelf()
    while mine.troubles:
        st.warning(mine.troubles.pop(0), icon=":material/save:")


def show_where_things_are_kept() -> None:
    """For the sidebar: the workspace, or how long a visit holds what it made."""
    try:
        place = open_workspace()
    except UserError as error:
        st.error(f"{error} Nothing is kept in it.", icon=":material/folder_off:")
        return
    if place is None:
        st.caption(f":material/timer: What you make lasts as long as your visit. {PROMISE}")
    else:
        st.caption(f":material/folder: Workspace `{place.folder}`: what you make is kept there.")


def forget_run(kind: str, name: str) -> None:
    """Delete the run of a thing on the shelf; nothing where it has none."""
    run, place = shelf().runs.pop((kind, name), None), workspace()
    if run is not None and place is not None:
        try:
            place.delete(run)
        except UserError as error:
            shelf().troubles.append(str(error))


def take_off(kind: str, name: str, words: str) -> None:
    """Take a thing off the shelf, and its run out of the workspace, and offer to undo it.

    Args:
        words: how people know it.
    """
    if name in shelf().things(kind):  # a second click comes too late
        _take_off((kind, name), shelf().runs.get((kind, name)), words)


def delete_run(run: Run) -> None:
    """Take a run out of the workspace and its thing off the shelf, and offer to undo it.

    Photos are deleted for good. Raises `UserError` where the disk refuses.
    """
    mine, place = shelf(), workspace()
    entry = next((entry for entry, other in mine.runs.items() if other.id == run.id), None)
    if run.kind != PHOTOS:
        _take_off(entry, run, run.name)
        return
    if place is not None:
        place.delete(run)
    if entry is not None:
        del mine.runs[entry]


def _take_off(entry: tuple[str, str] | None, run: Run | None, words: str) -> None:
    """Args: entry: kind and name on the shelf; None for what is not there."""
    mine, place = shelf(), workspace()
    aside = place.set_aside(run) if place is not None and run is not None else None
    if entry is None and aside is None:  # a second click; what the first one offered stays
        return
    things = {} if entry is None else mine.things(entry[0])
    before = list(things)
    thing = things.pop(entry[1], None) if entry is not None else None
    if entry is not None:
        mine.runs.pop(entry, None)

    def undo() -> None:
        taken = entry is not None and entry[1] in mine.things(entry[0])
        if taken and entry is not None and entry[0] != SEQUENCE:
            raise UserError(f"There is another {entry[1]!r} by now; give that another name first.")
        if place is not None and run is not None and aside is not None:
            place.bring_back(run, aside)
        if entry is None or taken:  # a sequence waits in the list while another one is shown
            return
        if run is not None:
            mine.runs[entry] = run
        if thing is not None:
            now = mine.things(entry[0])
            now[entry[1]] = thing
            ordered = sorted(now, key=lambda n: before.index(n) if n in before else len(before))
            values = {name: now[name] for name in ordered}
            now.clear()
            now.update(values)

    def forget() -> None:
        if place is not None:
            place.forget(aside)

    offer_undo(Offer(f"**{literal(words)}** was deleted.", undo, forget))
