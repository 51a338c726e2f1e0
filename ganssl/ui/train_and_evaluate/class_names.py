"""Labels in words that nobody has explained: which word is which class is asked for."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ganssl.attributes import Attribute
from ganssl.errors import UserError
from ganssl.photos import PhotoSet
from ganssl.photos.label_values import NO_ANSWER, word
from ganssl.photos.photo_set import MOST_GROUPS
from ganssl.ui.shared.shelf import shelf


def name_classes(photos: PhotoSet, attribute: Attribute) -> None:
    """Where no column answers the attribute but some hold words: ask, preview, and read them so."""
    columns = {title: words for title in photos.groups if (words := words_of(photos, title))}
    if not columns or attribute.name in photos.attributes:
        return
    with st.expander(
        f"Do words say whether a photo is {attribute.positive}?",
        icon=":material/translate:",
        expanded=not photos.attributes,
    ):
        titles = list(columns)
        title = titles[0]
        if len(titles) > 1:
            title = st.selectbox("Column of words", titles, key=f"train/words of {titles}")
        words = columns[title]
        first, second = st.columns(2, gap="small")
        with first:
            present = _choice(attribute.positive, title, list(words), guess(words, attribute))
        others = [one for one in words if one not in present]
        with second:
            absent = _choice(attribute.negative, title, others, others if len(words) == 2 else [])
        st.dataframe(
            preview(words, attribute, present, absent),
            hide_index=True,
            alt="Each word, how many photos have it, and how it is read",
        )
        st.button(
            "Read the words so",
            icon=":material/check:",
            disabled=not present or not absent,
            on_click=_read,
            args=(photos, attribute, title, present, absent),
            key="train/read words",
        )
        if message := st.session_state.pop("train/words unread", None):
            st.error(message, icon=":material/error:")


def words_of(photos: PhotoSet, title: str) -> dict[str, int]:
    """The words of a column, the commonest first, with their counts; none where they are many."""
    found, counts = np.unique(photos.groups[title], return_counts=True)
    words = {
        str(text): int(n)
        for text, n in sorted(zip(found, counts, strict=True), key=lambda pair: -pair[1])
        if word(str(text)) not in NO_ANSWER
    }
    return words if 2 <= len(words) <= MOST_GROUPS else {}


def guess(words: dict[str, int], attribute: Attribute) -> list[str]:
    """The words that are the attribute's own."""
    return [one for one in words if word(one) in (word(attribute.positive), word(attribute.name))]


def preview(
    words: dict[str, int], attribute: Attribute, present: list[str], absent: list[str]
) -> list[dict]:
    """A row for each word: how many photos have it, and what it will count as."""
    read = dict.fromkeys(present, attribute.positive) | dict.fromkeys(absent, attribute.negative)
    return [
        {"Word": one, "Photos": count, "Read as": read.get(one, "no label")}
        for one, count in words.items()
    ]


def _choice(meaning: str, title: str, words: list[str], default: list[str]) -> list[str]:
    return st.multiselect(
        f"Words for *{meaning}*",
        words,
        default=default,
        key=f"train/words {meaning} {title} {words}",
        placeholder="Choose words",
    )


def _read(
    photos: PhotoSet, attribute: Attribute, title: str, present: list[str], absent: list[str]
) -> None:
    """Callback: the photos with the labels that the words give take the place of the others."""
    try:
        shelf().exchange(photos, photos.answered(attribute.name, title, present, absent))
    except UserError as error:
        st.session_state["train/words unread"] = str(error)
