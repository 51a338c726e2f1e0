"""`evaluate`: judge a classifier on labelled photos, with other methods beside it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganssl.base.atomic import write_file
from ganssl.commands._markdown import add_markdown_argument, check_markdown, write_markdown
from ganssl.commands._options import (
    add_features_engine,
    check_ending,
    check_threshold,
    features_engine,
    listed,
)
from ganssl.commands._photos import (
    LABELS_HELP,
    add_class_argument,
    add_no_face_argument,
    named_classes,
    say,
)
from ganssl.commands._workspace import (
    RUN_HELP,
    add_workspace_argument,
    classifier_folder,
    named_place,
    set_folder,
)
from ganssl.errors import UserError

if TYPE_CHECKING:
    from ganssl.classifier import Classifier
    from ganssl.features.extractor import FeatureExtractor
    from ganssl.judgement.comparison import Comparison
    from ganssl.photos.photo_set import PhotoSet

HELP = "judge a classifier on labelled photos, with other methods beside it"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--classifier",
        required=True,
        metavar="DIR",
        help=f"a folder that `train-classifier` wrote, {RUN_HELP}",
    )
    add_workspace_argument(parser, "keep figures, answers and report")
    parser.add_argument(
        "--photos", required=True, metavar="DIR", help="folder of photos, or CelebA's layout"
    )
    parser.add_argument("--labels", metavar="FILE", help=LABELS_HELP)
    add_class_argument(parser)
    parser.add_argument(
        "--exchange-labels",
        action="store_true",
        help="take present for absent and absent for present, where labels turned out to be "
        "the other way round",
    )
    parser.add_argument("--column", help="the column of labels, where it is not the attribute's")
    parser.add_argument(
        "--slices", nargs="+", default=[], metavar="COLUMN", help="judge these groups apart as well"
    )
    add_no_face_argument(parser)
    parser.add_argument(
        "--part", choices=("train", "validation", "test"), help="of photos in CelebA's layout"
    )
    parser.add_argument(
        "--weights",
        metavar="PATH",
        help="weights of the features: a face network, a face model, faceres or a file of VGG-Face "
        "(default: what ships; faceres from GANSSL_FACERES, VGG-Face from GANSSL_VGG_FACE)",
    )
    parser.add_argument(
        "--model",
        metavar="DIR",
        help="the face model whose direction is compared (default: what ships)",
    )
    parser.add_argument(
        "--few-per-class",
        type=int,
        default=0,
        metavar="K",
        help="draw K labelled photos of each class, leave them out of the judging, and set "
        "learning from them beside the classifier",
    )
    parser.add_argument("--seed", type=int, default=0, help="of that draw and of the learning")
    parser.add_argument(
        "--set",
        metavar="DIR",
        help=f"the faces that trained it, to add the few photos to, {RUN_HELP}",
    )
    parser.add_argument("--cache", metavar="DIR", help="keep the features of that set there")
    parser.add_argument(
        "--threshold",
        choices=("auto", "own", "mixture", "em", "prior"),
        default="auto",
        help="own: the classifier's; auto: moved by the share of present ones that the photos' "
        "scores tell, where the classifier knows what its scores mean among photos; else placed "
        "by the photos without their labels (default: auto)",
    )
    parser.add_argument(
        "--positive-share", type=float, metavar="SHARE", help="of the photos, for `prior`"
    )
    parser.add_argument(
        "--average",
        default="mirror,crops",
        metavar="A,B",
        help="average the features of a photo over its mirror image and slightly tighter and "
        "looser crops as well (default: %(default)s; none for one view)",
    )
    parser.add_argument(
        "--elsewhere",
        action="store_true",
        help="judge on the same photos as if they came from elsewhere, too: small, compressed, in "
        "other light, grey, cropped otherwise; with and without averages",
    )
    parser.add_argument("--predictions", metavar="FILE", help="write a CSV of all answers")
    parser.add_argument("--report", metavar="FILE", help="write a one-page report, HTML")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    add_features_engine(parser)
    add_markdown_argument(parser)


def run(args: argparse.Namespace) -> int:
    for file in filter(None, (args.predictions, args.report)):
        path = Path(file).resolve()
        if path.is_dir() or not path.parent.is_dir():
            raise UserError(f"{file} cannot be written: give a file in a folder.")
    check_ending(args.predictions, "--predictions", ".csv")
    check_ending(args.report, "--report", ".html", ".htm")
    check_markdown(args)
    check_threshold(args)
    if args.set and not args.few_per_class:
        raise UserError("--set is for --few-per-class; it has no effect without it.")
    from ganssl.classifier.several import head_folders

    named_place(args)  # one that cannot be written to is told before the work
    given, _ = classifier_folder(args, args.classifier)
    folders = head_folders(given)
    several = len(folders) > 1
    if several and (args.column or args.classes or args.exchange_labels):
        raise UserError(
            "--column, --classes and --exchange-labels are for a classifier of one attribute."
        )
    found = []
    with features_engine(args) as bring:
        for folder in folders:
            try:
                found.append(judge_head(args, folder, several, bring))
            except UserError as error:
                if not several:
                    raise
                print(f"{folder.name} was not judged: {error}", file=sys.stderr, flush=True)
    if not found:
        raise UserError("None of the classifier's attributes could be judged on these photos.")
    if args.json:
        values = found if several else found[0]
        print(json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False))
    else:
        from ganssl.judgement.plain_text import judgement_text

        text = "\n\n".join(map(judgement_text, found))
        print(text)
        learnt = " ".join(dict.fromkeys(filter(None, map(learnt_from, found))))
        write_markdown(args, "A classifier on labelled photos", text, measured=learnt)
    return 0


def learnt_from(values: dict) -> str:
    """A sentence about the set that trained a classifier; nothing where it is not known."""
    made = values["trained_on"]
    if "model" not in made:
        return ""
    from ganssl.models.catalogue import model_with_id

    name, labels = model_with_id(made["model"]), made.get("labels_per_class")
    few = f", with {labels} + {labels} labels behind them" if labels else ""
    return (
        f"Learnt from a set of {made['count']:,} generated faces of the face model "
        f"{f'`{name}` ' if name else ''}{made['model']}{few}."
    )


def judge_head(
    args: argparse.Namespace, folder: Path, several: bool, bring: Callable[..., Any]
) -> dict:
    """Judge one head, write its files, and return its figures.

    Args:
        several: the files get the name of the head beside the one that was given.
    """
    from ganssl.base.progress import bar
    from ganssl.classifier import load_classifier
    from ganssl.judgement.elsewhere import judge_elsewhere
    from ganssl.judgement.on_photos import extractor_of
    from ganssl.judgement.report import report_html
    from ganssl.photos.labelled_folder import read_labelled_folder

    classifier = load_classifier(folder)
    found = read_labelled_folder(
        args.photos,
        args.labels,
        named_classes(args, classifier.attribute),
        args.column,
        args.slices,
        args.part,
    )
    photos = found.photos
    if args.exchange_labels:
        photos = photos.exchanged(classifier.attribute.name)
    say(photos.report)
    extractor = bring(extractor_of(classifier, args.weights), args.weights)
    compared = judged(args, classifier, extractor, photos)
    if args.predictions:
        write_file(of_head(args.predictions, folder, several), compared.csv())
    if args.report:
        write_file(of_head(args.report, folder, several), report_html(compared))
    values = {
        **compared.to_dict(),
        "features": classifier.source.features,
        "head": classifier.head.kind,
        "trained_on": classifier.source.recipe,
        "threshold_from": compared.classifier.threshold_from,
        "photos_without_label": found.unlabelled,
        "labels_without_photo": found.rows_without_photo,
        "reading": photos.report.to_dict(),
    }
    if args.elsewhere:
        result = compared.result
        values["elsewhere"] = judge_elsewhere(
            compared.classifier, extractor, result.prepared, result.labels, args.seed, bar
        )
    if (kept := keep(args, compared)) is not None:
        values["run"] = kept
    return values


def judged(
    args: argparse.Namespace, classifier: Classifier, extractor: FeatureExtractor, photos: PhotoSet
) -> Comparison:
    """The classifier on photos, and other methods beside it, as the options ask for it."""
    from ganssl.base.progress import bar
    from ganssl.classifier.from_faces import set_features
    from ganssl.features.averaged import Averages, averaged
    from ganssl.judgement.compare import compare_methods
    from ganssl.judgement.methods import Judging
    from ganssl.models.catalogue import load_model
    from ganssl.photos.prepared import prepare_photos
    from ganssl.synthesis.reader import read_set

    model = load_model(args.model)
    asked = [] if args.average == "none" else listed(args.average)
    views = averaged(extractor, Averages.of(asked))
    synthetic = None
    if args.set and args.few_per_class:
        made, name = read_set(set_folder(args, args.set)), classifier.attribute.name
        synthetic = set_features(made, extractor, args.cache, bar("features of set"), name)
    crops, told = (classifier.source.preprocess, model.preprocess), bar("reading photos")
    judging = Judging(
        slices=tuple(args.slices),
        few_per_class=args.few_per_class,
        seed=args.seed,
        threshold=args.threshold,
        positive_share=args.positive_share,
    )
    return compare_methods(
        classifier,
        views,
        prepare_photos(photos, crops[0], told, crops[1], no_face=args.no_face),
        judging,
        model,
        synthetic,
        bar,
    )


def keep(args: argparse.Namespace, compared: Comparison) -> str | None:
    """The id of the run that keeps a judgement; None without a workspace."""
    place = named_place(args)
    if place is None:
        return None
    from ganssl.workspace.contents import keep_judgement

    _, name = classifier_folder(args, args.classifier)
    classifier = compared.classifier
    name = name or f"{classifier.attribute.title}: {classifier.head.kind}"
    run = keep_judgement(place, f"{name}, on {compared.result.judgement.n:,} photos", compared)
    return run.id


def of_head(file: str, folder: Path, several: bool) -> Path:
    """`report.html`, or for one of several heads `report-0_Smiling.html`."""
    path = Path(file)
    return path.with_stem(f"{path.stem}-{folder.name}") if several else path
