"""The settings of a labelled set: from widgets to a recipe."""

from __future__ import annotations

import streamlit as st

from ganssl.attributes import Attribute
from ganssl.directions import DirectionSet
from ganssl.face.state import MAX_SEED
from ganssl.models.draws import NATURAL
from ganssl.models.face_model import FaceModel
from ganssl.synthesis import SOURCES, STRATEGIES, Recipe, fast_arithmetic
from ganssl.synthesis.recipe import MOST_BALANCED

MOST_FACES = 200_000
"""Of one set; `python -m ganssl synthesize` has no such limit."""

SIZES = (32, 64, 96, 128, 256)
DEFAULTS = Recipe("Smiling")
BEST, FEW = "best", "few labels"
STRATEGY_TITLES = {
    "position": (
        "Natural faces",
        "Faces are drawn as they come. The label says on which side of the attribute's boundary "
        "a face lies.",
    ),
    "push": (
        "Pushed faces",
        "Every face is drawn and then moved to one side of the boundary, by a distance of its own.",
    ),
}
SOURCE_TITLES = {
    "density": "like the training photos",
    "natural": "natural faces",
    "prior": "from the model's prior",
    "mixture": "half and half",
}
LAYOUT_TITLES = {"folder": "Class folders of PNGs", "webdataset": "WebDataset (tar shards)"}


def recipe_form(model: FaceModel) -> tuple[Recipe, DirectionSet]:
    """Draw the settings: a recipe and its directions; `UserError` where they make none."""
    directions = model.directions
    attribute, count = _what_and_how_many(directions)
    also = _further_labels(directions, attribute)
    which, direction = _which_direction(model, attribute, also)
    strategy = DEFAULTS.strategy if also else _strategy()
    distances = _margin() if strategy == "position" else _strength()
    with st.expander("More settings", icon=":material/tune:"):
        faces = _which_faces(model) | ({} if also else _balance_and_pairs(directions, attribute))
        size, seed = _size_and_seed(model)
    precision, engine = fast_arithmetic(model.engines)
    recipe = Recipe(
        attribute=attribute,
        also=also,
        count=count,
        seed=seed,
        size=size,
        strategy=strategy,
        precision=precision,
        engine=engine,
        **direction,
        **distances,
        **faces,
    )
    return recipe, which


def layout_choice() -> str:
    """`folder` or `webdataset`."""
    return st.segmented_control(
        "Format",
        tuple(LAYOUT_TITLES),
        default="folder",
        required=True,
        format_func=LAYOUT_TITLES.get,
        help="Class folders open in every viewer and training tool; tar shards are quicker to read "
        "over a network.",
        **_kept("layout"),
    )


def _what_and_how_many(directions: DirectionSet) -> tuple[str, int]:
    what, how_many = st.columns([3, 2], gap="medium")
    sliders = directions.sliders
    attribute = what.selectbox(
        "Attribute",
        sliders,
        index=sliders.index("Smiling") if "Smiling" in sliders else 0,
        format_func=lambda name: _title(directions, name),
        help="Half of the faces get the label *with*, half the label *without*.",
        **_kept("attribute"),
    )
    count = how_many.number_input(
        "Faces",
        min_value=2,
        max_value=MOST_FACES,
        value=DEFAULTS.count,
        step=1000,
        required=True,
        **_kept("count"),
    )
    return attribute, count


def _further_labels(directions: DirectionSet, attribute: str) -> tuple[str, ...]:
    """Other attributes whose labels the same set carries."""
    others = [name for name in directions.sliders if name != attribute]
    everything = st.toggle(
        "All sliders at once",
        help="One set that carries the label of every slider, for those who train a network of "
        "their own on it.",
        **_kept("everything"),
    )
    if everything:
        st.caption(f"{len(others) + 1} labels a face: each attribute in turn gets faces.")
        return tuple(others)
    chosen = st.multiselect(
        "Further labels in the same set",
        others,
        format_func=lambda name: _title(directions, name),
        placeholder="None",
        help="Each face gets a label of each. Of up to three attributes together every combination "
        "gets the same share of the faces, as far as the model has such faces.",
        **_kept(f"also {attribute}"),
    )
    return tuple(chosen)


def _strategy() -> str:
    """`position` or `push`."""
    return st.radio(
        "How a face gets its label",
        STRATEGIES,
        format_func=lambda name: STRATEGY_TITLES[name][0],
        captions=[STRATEGY_TITLES[name][1] for name in STRATEGIES],
        **_kept("strategy"),
    )


def _margin() -> dict:
    margin = st.slider(
        "Margin",
        min_value=0.0,
        max_value=1.5,
        value=DEFAULTS.margin,
        step=0.1,
        format="%.1f σ",
        help="Faces nearer to the boundary than this are left out: their label would be a guess. "
        "With a wide margin only the clear cases remain.",
        **_kept("margin"),
    )
    return {"margin": margin}


def _strength() -> dict:
    strength = st.slider(
        "Strength",
        min_value=0.1,
        max_value=4.0,
        value=DEFAULTS.strength,
        step=0.1,
        format="%.1f σ",
        help="How far from the boundary the faces end up; each gets its own distance between the "
        "two.",
        **_kept("strength"),
    )
    return {"strength": strength}


def _which_faces(model: FaceModel) -> dict:
    offered = [name for name in SOURCES if name in SOURCE_TITLES]
    if model.naturalness is None:
        offered.remove(NATURAL)
    source = st.segmented_control(
        "Draw faces",
        offered,
        default=DEFAULTS.source,
        required=True,
        format_func=SOURCE_TITLES.get,
        help="Like the training photos: from a density fitted to their codes, which gives the "
        "better faces. Natural faces are the best-looking of several, with less variety. The "
        "prior is what the model was trained towards; it is more varied, and "
        "more of it looks odd.",
        **_kept("source"),
    )
    truncation = st.slider(
        "Typical ↔ varied",
        min_value=0.3,
        max_value=1.0,
        value=DEFAULTS.truncation,
        step=0.05,
        format="percent",
        help="100 % keeps the whole variety. Less makes the faces cleaner and more alike, and a "
        "classifier learns less from them.",
        **_kept("truncation"),
    )
    return {"source": source, "truncation": truncation}


def _balance_and_pairs(directions: DirectionSet, attribute: str) -> dict:
    balance = st.multiselect(
        "Balance over",
        [name for name in directions.sliders if name != attribute],
        format_func=lambda name: Attribute(name).title,
        max_selections=MOST_BALANCED,
        placeholder="Nothing but the classes",
        help="Both classes get the same share of each of these, so that a classifier cannot use "
        "one in place of the attribute.",
        **_kept(f"balance {attribute}"),
    )
    pairs = st.toggle(
        "Pairs: the same person without and with the attribute",
        help="Every face is made twice, once on each side of the boundary.",
        **_kept("pairs"),
    )
    return {"balance_over": tuple(balance), "pairs": pairs}


def _which_direction(
    model: FaceModel, attribute: str, also: tuple[str, ...]
) -> tuple[DirectionSet, dict]:
    """The directions of a set, and what the recipe says of them."""
    directions, few = model.directions, model.few_directions
    options = [BEST] if also else [BEST, *directions.methods(attribute)]
    if not also and directions.get(attribute, options[1]).own:
        options.append(options.pop(0))
    if {attribute, *also} <= set(few.attributes):
        options.append(FEW)
    chosen = st.selectbox(
        "Labels behind the direction",
        options,
        format_func=lambda option: _direction_title(model, attribute, option),
        help="The direction that gives the labels (and moves the faces) was itself measured on "
        "labelled photos. *Which labels are behind it?* says more.",
        **_kept(f"direction {attribute} {bool(also)} {directions.id}"),
    )
    if chosen == FEW:
        return few, {"labels_per_class": few.get(attribute).labels_used // 2}
    return directions, {"method": None if chosen == BEST else chosen}


def _size_and_seed(model: FaceModel) -> tuple[int, int]:
    left, right = st.columns(2, gap="medium")
    sizes = sorted({size for size in SIZES if size < model.size} | {model.size})
    size = left.selectbox(
        "Pixels a side",
        sizes,
        index=sizes.index(min(DEFAULTS.size, model.size)),
        **_kept("size"),
    )
    seed = right.number_input(
        "Seed",
        min_value=0,
        max_value=MAX_SEED,
        value=DEFAULTS.seed,
        step=1,
        required=True,
        help="The same seed and settings give the same set; another seed gives other faces.",
        **_kept("seed"),
    )
    return size, seed


def _kept(part: str) -> dict:
    return {"key": f"synthesize/{part}", "persist_state": "session"}


def _title(directions: DirectionSet, attribute: str) -> str:
    yours = " (your direction)" if directions.get(attribute).own else ""
    return Attribute(attribute).title + yours


def _direction_title(model: FaceModel, attribute: str, option: str) -> str:
    if option == BEST:
        return "the best of the model's"
    if option == FEW:
        few = model.few_directions.get(attribute)
        return f"{few.labels_used // 2} photos of each class: AUC {few.auc:.3f}"
    direction = model.directions.get(attribute, option)
    yours = "yours, " if direction.own else ""
    return f"{yours}{direction.labels_used:,} photos, {option}: AUC {direction.auc:.3f}"
