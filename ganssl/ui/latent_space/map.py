"""The map of codes: look at thousands of faces, pick some, go on with them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import streamlit as st

from ganssl.attributes import Attribute
from ganssl.base.job import JobContext
from ganssl.errors import UserError
from ganssl.laboratory.discovery import name_of, picked_direction, suggested_names
from ganssl.laboratory.figures import map_figure
from ganssl.laboratory.laboratory import Laboratory
from ganssl.laboratory.map import ALIKE, CodeMap, map_codes, path_between, sprite
from ganssl.laboratory.population import Population
from ganssl.models.draws import NATURAL
from ganssl.models.face_model import FaceModel
from ganssl.ui.face.session import FaceSession
from ganssl.ui.latent_space.faces import say_that_faces_are_missing
from ganssl.ui.latent_space.keep import keep_form
from ganssl.ui.shared.jobs import show_job, visitor_jobs
from ganssl.ui.shared.pictures import picture_url
from ganssl.ui.shared.shelf import shelf

MANY = 16
LAYOUTS = {ALIKE: "faces that look alike", "pca": "codes (PCA)", "umap": "codes (UMAP)"}
NOTHING = "nothing"
LAYING = "lab/laying"
PICTURES = Path(__file__).with_name("map.js").read_text(encoding="utf-8")
"""Shows faces beside the pointer and in place of points; the pictures travel once."""


def show_map(laboratory: Laboratory, model: FaceModel, population: Population | None) -> None:
    """The map with its colours; what is picked stands below it."""
    if population is None:
        say_that_faces_are_missing("to see them on a map")
        return
    columns = st.columns([3, 1, 2])
    layouts = [name for name in LAYOUTS if name != ALIKE or population.alike is not None]
    method = columns[0].segmented_control(
        "Near each other are",
        layouts,
        default=layouts[0],
        required=True,
        format_func=LAYOUTS.get,
        key="lab/layout",
        help="Faces that look alike to the face network (t-SNE of what it sees); or codes with "
        "like numbers, by their principal components or by UMAP. Codes are spread alike in all "
        "directions, so that a map of them is a ball with few regions.",
    )
    dimensions = columns[1].segmented_control(
        "Dimensions",
        [2, 3],
        default=2,
        required=True,
        format_func=lambda n: f"{n}-D",
        key="lab/dimensions",
        disabled=method == ALIKE,
    )
    dimensions = 2 if method == ALIKE else dimensions
    colours = [NOTHING, *population.attributes, *(f"score {n}" for n in model.directions.sliders)]
    told = [name for name in model.directions.sliders if name in population.attributes]
    colour = columns[2].selectbox(
        "Colour by",
        colours,
        index=colours.index(told[0]) if told else 0,
        format_func=_colour_title,
        key="lab/colour",
    )
    laid = _laid_out(population, method, dimensions)
    if laid is None:
        return
    found = _search(population)
    with st.container(key="lab-map"):
        event = st.plotly_chart(
            _figure(laid, population, model, colour, found),
            key=f"lab/map {method} {dimensions}",
            config={"scrollZoom": True},
            on_select="rerun",
            selection_mode=("points", "box", "lasso"),
            alt="A map of faces; near points are alike",
        )
    st.html(
        population.once("pictures", lambda: _pictures(population)), unsafe_allow_javascript=True
    )
    if dimensions == 3:
        st.caption("In 3-D points can be looked at; pick them in 2-D.")
    picked = sorted({_row(point) for point in event.selection.points})
    rows = [row for row in picked if row >= 0]
    if not rows and found is not None:
        rows = found.tolist()
    _show_picked(laboratory, model, population, rows)


def _search(population: Population) -> np.ndarray | None:
    """What is looked for on the map, and how much of it there is; None where nothing is."""
    present, absent = (
        column.multiselect(
            words,
            population.attributes,
            format_func=lambda name: Attribute(name).title,
            key=key,
            placeholder=placeholder,
            help="Faces for which all of it is true are highlighted on the map and shown below it.",
        )
        for column, words, key, placeholder in zip(
            st.columns(2),
            ("Find faces with", "and without"),
            ("lab/find", "lab/find without"),
            ("Smiling and Eyeglasses, for example", "Male, for example"),
            strict=True,
        )
    )
    if not present and not absent:
        return None
    found = population.having(present, absent)
    words = [Attribute(name).title for name in present]
    words += [f"not {Attribute(name).title}" for name in absent]
    st.caption(f"**{len(found):,} of {len(population.mapped):,} faces**: {' and '.join(words)}.")
    return found


def _colour_title(choice: str) -> str:
    name = choice.removeprefix("score ")
    return (
        choice
        if choice == NOTHING
        else Attribute(name).title + (" (score of the direction)" if choice != name else "")
    )


def _row(point: dict) -> int:
    found = point.get("customdata", -1)
    return int(found[0] if isinstance(found, list) else found)


def _figure(
    laid: CodeMap, population: Population, model: FaceModel, colour: str, found: np.ndarray | None
):
    count = len(population.thumbnails)
    if colour == NOTHING:
        return map_figure(laid, found=found)
    if colour.startswith("score "):
        direction = model.directions.get(colour.removeprefix("score "))
        scores = direction.score(population.mapped)
        return map_figure(laid, scores, _colour_title(colour), found=found)
    attribute = Attribute(colour)
    labels = population.column(colour)[:count]
    return map_figure(laid, labels, attribute.title, kinds=attribute.classes, found=found)


def _laid_out(population: Population, method: str, dimensions: int) -> CodeMap | None:
    """The map; that of UMAP is made by a job, and None until it is there."""
    if method == ALIKE and population.alike is not None:
        return CodeMap(population.mapped, population.alike, ALIKE)

    def lay_out(context: JobContext | None = None) -> CodeMap:
        return population.once(key, lambda: map_codes(population.mapped, method, dimensions))

    key = "map", method, dimensions
    if method == "pca" or key in population.made:
        return lay_out()
    st.caption("UMAP keeps neighbours together. It takes a minute or so, once.")
    job = st.session_state.get(LAYING)
    if job is not None:
        show_job(job)
    if job is None or not job.active:
        st.button("Lay it out", key="lab/lay", on_click=_submit, args=(lay_out, dimensions))
    return None


def _submit(lay_out: Callable[[JobContext], CodeMap], dimensions: int) -> None:
    try:
        st.session_state[LAYING] = visitor_jobs().submit(lay_out, f"UMAP in {dimensions}-D")
    except UserError as error:
        st.session_state["lab/message"] = str(error)


def _pictures(population: Population) -> str:
    sheet = sprite(population.thumbnails)
    values = json.dumps({"url": sheet.url, "side": sheet.side, "columns": sheet.columns})
    return f"<script>({PICTURES.strip().removesuffix(';')})({values});</script>"


def _show_picked(
    laboratory: Laboratory, model: FaceModel, population: Population, rows: list[int]
) -> None:
    if not rows:
        st.caption(
            "Point at a face to see it, and turn the wheel to come nearer: then faces stand in "
            "place of points. Click one to go on with it, two (with Shift) for the path between "
            "them, or draw a lasso around many to make a direction towards them."
        )
        return
    faces = laboratory.decode(population.mapped[rows[:MANY]])
    with st.container(horizontal=True):
        for row, face in zip(rows, faces, strict=False):
            st.image(picture_url(face, 128), f"no. {row}", width=128, alt=f"Face number {row}")
    if len(rows) == 1:
        if st.button("Open in Explore", icon=":material/tune:", key="lab/open"):
            _take_face(model, population, rows[0])
            st.switch_page("pages/explore.py")
        return
    if len(rows) == 2:
        a, b = population.mapped[rows]
        st.markdown("##### The path between the two")
        with st.container(horizontal=True):
            for face in laboratory.decode(path_between(a, b)):
                st.image(picture_url(face, 110), width=110, alt="A face on the path")
        return
    _direction_to(laboratory, population, rows)


def _direction_to(laboratory: Laboratory, population: Population, rows: list[int]) -> None:
    picked = np.zeros(len(population.mapped), bool)
    picked[rows] = True
    try:
        found = picked_direction(population.mapped, picked)
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return
    names = name_of(suggested_names(laboratory, found.direction))
    st.markdown(
        f"**{len(rows):,} faces picked.** From the mean of the rest to theirs: "
        f"{names or 'no attribute moves by much'}."
    )
    keep_form(found.direction, "My faces", "picked")


def _take_face(model: FaceModel, population: Population, row: int) -> None:
    """Hand a face to Explore: one of a seed by its seed, any other by its code."""
    if population.seeded:
        shelf().face = None
        session = FaceSession("explore", model)
        session.show(replace(session.state.unedited(), seed=row, truncation=1.0, draw=NATURAL))
    else:
        shelf().face = f"no. {row} of {population.name}", population.mapped[row]
