"""The model card of a classifier (Mitchell et al. 2019), from what is known of it."""

from __future__ import annotations

import json

from ganssl.attributes import Attribute
from ganssl.classifier.classifier import Classifier
from ganssl.metrics.expected import Expected

DATA_TERMS = (
    "The training faces were made by a face model; they and this classifier inherit the terms of "
    "the photos that model was trained on. For the model that ships these are CelebA's: "
    "non-commercial research only."
)


def classifier_card(classifier: Classifier) -> str:
    """Markdown; figures only as far as they were measured."""
    attribute, source, metrics = classifier.attribute, classifier.source, classifier.metrics
    lines = [
        f"# Classifier: {attribute.title}",
        "",
        f"Answers whether a face would be perceived as *{attribute.positive}* "
        f"rather than *{attribute.negative}*: a {classifier.head.kind} head on {classifier.size} "
        f"features of {source.features or 'an extractor that was not named'} "
        f"(weights {source.features_id or 'not named'}).",
        "",
        "## Meant for",
        "",
        "Research and teaching: to see how far a classifier comes that learnt from labelled faces "
        "of a generator. It is not for identifying, profiling, selecting or judging people, and "
        "not for any decision about a person.",
        "",
        "## How it was trained",
        "",
        *(f"* {line}" for line in training_lines(classifier)),
        "",
        "## What was measured",
        "",
    ]
    if metrics.get("held_out_accuracy") is None:
        lines.append("Nothing: no faces were held out.")
    else:
        lines.append(
            f"On {metrics['held_out']:,} held-out faces of the training set: accuracy "
            f"{metrics['held_out_accuracy']:.3f}, AUC {metrics['held_out_auc']:.3f}. If the "
            "training faces are synthetic, this says nothing about photos: judge it on labelled "
            "photos with `python -m ganssl evaluate`, which also gives figures for each group."
        )
    lines += [
        "",
        "## Limits",
        "",
        *(f"* {line}" for line in limits(attribute)),
        "",
        "## Data and terms",
        "",
        source.data_terms or DATA_TERMS,
    ]
    if source.recipe:
        recipe = json.dumps(source.recipe, indent=2, sort_keys=True)
        lines += ["", "## Recipe of the training set", "", "```json", recipe, "```"]
    return "\n".join(lines) + "\n"


def limits(attribute: Attribute) -> list[str]:
    """What a classifier of an attribute cannot tell, a sentence or two each; Markdown."""
    return [
        f"The label *{attribute.name}* is what annotators perceived in a photo, yes or no. It is "
        "no fact about a person.",
        "What goes together in the labelled photos goes together in the generated faces: the "
        "answer may rest on a companion of the attribute.",
        "Ages, skin tones and styles that are rare in the generator's photos are answered less "
        "reliably.",
        "Photos must be cropped and aligned as the training faces were; `evaluate` does so.",
    ]


def training_lines(classifier: Classifier) -> list[str]:
    metrics, size = classifier.metrics, classifier.source.preprocess.size
    lines = [f"Faces of {size}×{size} pixels; features standardised by the training faces."]
    if "trained_on" in metrics:
        lines.append(
            f"{metrics['trained_on']:,} faces, {metrics['trained_on_present']:,} of them "
            f"{classifier.attribute.positive}; {metrics['dropped_as_doubtful']:,} were dropped as "
            f"doubtful; seed {metrics['seed']}."
        )
    if metrics.get("dropped_as_contradicted"):
        lines.append(
            f"{metrics['dropped_as_contradicted']:,} generated faces were left out, because by "
            "the few labelled photos their features contradict their label."
        )
    lines.append(f"Threshold {classifier.threshold:.3f}: {classifier.threshold_from}.")
    if metrics.get("taught_by"):
        lines.append(
            f"No photo was at hand: of the {metrics['taught_by']:,} labelled ones it knows means, "
            "weights and spreads over all of them together, which came with the direction that "
            "labelled the faces."
        )
    if said := expected_sentence(classifier):
        lines.append(said)
    return lines


def expected_sentence(classifier: Classifier) -> str:
    """What accuracy to expect before labelled photos judge it; empty where nothing says so.

    Raises `UserError` for metrics that are damaged.
    """
    values = classifier.metrics.get("expected")
    return Expected.from_dict(values).sentence if values else ""
