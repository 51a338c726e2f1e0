"""`evaluate`: judge a classifier on labelled photos."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from ganssl.errors import UserError

HELP = "judge a classifier on labelled photos, beside the majority class"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--classifier", required=True, metavar="DIR")
    parser.add_argument(
        "--photos", required=True, metavar="DIR", help="folder of photos, or CelebA's layout"
    )
    parser.add_argument(
        "--labels",
        metavar="FILE",
        help="CSV with the header file,label or file,<Attribute>, or a list_attr_celeba.txt "
        "(not needed for CelebA's layout)",
    )
    parser.add_argument("--column", help="the column of labels, where it is not the attribute's")
    parser.add_argument(
        "--slices", nargs="+", default=[], metavar="COLUMN", help="judge these groups apart as well"
    )
    parser.add_argument(
        "--part", choices=("train", "validation", "test"), help="of photos in CelebA's layout"
    )
    parser.add_argument(
        "--weights",
        metavar="DIR",
        help="weights of the features: a face network, a face model or faceres (default: what "
        "ships; faceres from GANSSL_FACERES)",
    )
    parser.add_argument("--predictions", metavar="FILE", help="write a CSV of all answers")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    if args.predictions:
        path = Path(args.predictions).resolve()
        if path.is_dir() or not path.parent.is_dir():
            raise UserError(f"{args.predictions} cannot be written: give a file in a folder.")
    from ganssl.classifier import load_classifier
    from ganssl.data.labelled_folder import read_labelled_folder
    from ganssl.evaluate_photos import extractor_of, judge_photos
    from ganssl.progress import bar

    classifier = load_classifier(args.classifier)
    attribute = classifier.attribute
    found = read_labelled_folder(
        args.photos, args.labels, attribute, args.column, args.slices, args.part
    )
    result = judge_photos(
        classifier,
        extractor_of(classifier, args.weights),
        found.photos,
        slices=args.slices,
        progress=bar("reading photos"),
    )
    if args.predictions:
        Path(args.predictions).write_text(result.csv(), encoding="utf-8")
    values = {
        **result.to_dict(),
        "features": classifier.source.features,
        "head": classifier.head.kind,
        "threshold_from": classifier.threshold_from,
        "photos_without_label": found.unlabelled,
        "labels_without_photo": found.rows_without_photo,
    }
    if args.json:
        print(json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False))
    else:
        print(report(values))
    return 0


def report(values: dict) -> str:
    """The figures of `evaluate --json` for people."""
    low, high = values["ci95"]
    negative, positive = values["classes"]
    (true_absent, false_alarm), (missed, true_present) = values["confusion_matrix"]
    width = max(len(negative), len(positive), 8)
    lines = [
        f"{values['attribute']} by {values['head']} on {values['features']}: {values['n']} photos",
        values["verdict"],
        "",
        f"accuracy           {values['accuracy']:.3f}  (95 % interval {low:.3f} to {high:.3f})",
        f"balanced accuracy  {_figure(values['balanced_accuracy'])}",
        f"AUC                {_figure(values['auc'])}",
        f"majority class     {values['majority_baseline']:.3f}",
        f"threshold          {values['threshold']:.3f}  ({values['threshold_from']})",
        "",
        f"{'labelled':<{width}}  answered {negative!r} / {positive!r}",
        f"{negative:<{width}}  {true_absent:>6} / {false_alarm}",
        f"{positive:<{width}}  {missed:>6} / {true_present}",
    ]
    if values["slices"]:
        lines += ["", "group                        n  accuracy  95 % interval   AUC"]
    for group in values["slices"]:
        low, high = group["ci95"]
        lines.append(
            f"{group['value']:<24}{group['n']:>6}  {group['accuracy']:>8.3f}  "
            f"{low:.3f} to {high:.3f}  {_figure(group['auc'])}"
        )
    aligned = ", ".join(f"{how} {count}" for how, count in values["aligned"].items())
    lines += ["", f"faces found by: {aligned}"]
    for key, words in (
        ("photos_without_label", "photos have no label"),
        ("labels_without_photo", "labels have no photo"),
    ):
        if values[key]:
            lines.append(f"{values[key]} {words}")
    lines += [f"refused {refusal['name']}: {refusal['reason']}" for refusal in values["refused"]]
    return "\n".join(lines)


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
