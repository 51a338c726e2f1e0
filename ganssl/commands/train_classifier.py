"""`train-classifier`: a classifier from a labelled set of generated faces."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ganssl.commands._markdown import add_markdown_argument, check_markdown, write_markdown
from ganssl.commands._options import add_features_engine, check_threshold, features_engine, listed
from ganssl.commands._photos import (
    LABELS_HELP,
    add_class_argument,
    add_no_face_argument,
    named_classes,
    open_photos,
    say_left_out,
    usable,
)
from ganssl.commands._workspace import (
    RUN_HELP,
    add_workspace_argument,
    require_place,
    set_folder,
)
from ganssl.errors import UserError

if TYPE_CHECKING:
    from ganssl.classifier import Classifier
    from ganssl.classifier.anchor import Anchor
    from ganssl.features.extractor import FeatureExtractor
    from ganssl.photos import PhotoSet
    from ganssl.photos.elsewhere import Damage
    from ganssl.photos.report import Refusal
    from ganssl.synthesis.reader import SyntheticSet
    from ganssl.workspace import Workspace

HELP = "train a classifier on a labelled set of generated faces"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", required=True, metavar="DIR", help=f"a set that `synthesize` wrote, {RUN_HELP}"
    )
    parser.add_argument(
        "--out", metavar="DIR", help="the classifier's folder (may be left out with a workspace)"
    )
    add_workspace_argument(parser, "keep the classifier")
    parser.add_argument(
        "--features",
        default="face-network",
        metavar="NAME",
        help="face-network (default), encoder, faceres or vgg-face (its fc7; also vgg-face:fc6, "
        "vgg-face:fc8, vgg-face:prob)",
    )
    parser.add_argument(
        "--weights",
        metavar="PATH",
        help="weights of the features: a face network, a face model, faceres or a file of VGG-Face "
        "(default: what ships; faceres from GANSSL_FACERES, VGG-Face from GANSSL_VGG_FACE)",
    )
    parser.add_argument(
        "--head",
        default="linear",
        choices=("linear", "dense", "logistic", "forest"),
        help="linear and dense by Keras, logistic and forest by scikit-learn (default: linear)",
    )
    parser.add_argument(
        "--holdout-share",
        type=float,
        default=0.1,
        metavar="SHARE",
        help="of the faces, to stop training early and measure it (default: 0.1)",
    )
    parser.add_argument(
        "--doubtful-share",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="drop the faces whose label is believed least (default: 0)",
    )
    parser.add_argument(
        "--degraded-copies",
        type=int,
        default=0,
        metavar="N",
        help="learn from N blurred, noisy or compressed versions of each face too (default: 0)",
    )
    parser.add_argument(
        "--damage",
        metavar="A,B",
        help="what befalls these: small, compressed, light, grey, crops, or all (default: mild "
        "blur, noise, JPEG and light)",
    )
    parser.add_argument(
        "--photos",
        metavar="DIR",
        help="the few labelled photos that the set's labels came from: faces that they contradict "
        "are left out, and they place the threshold",
    )
    parser.add_argument("--labels", metavar="FILE", help=LABELS_HELP)
    add_class_argument(parser)
    add_no_face_argument(parser, "of --photos, those")
    parser.add_argument(
        "--labels-per-class",
        type=int,
        metavar="N",
        help="of those photos use N labels of each class alone, the ones that `synthesize` draws",
    )
    parser.add_argument(
        "--no-check",
        action="store_true",
        help="learn from all faces with the threshold at 0.5; by default what the photos behind "
        "the set's labels taught leaves contradicted faces out and places the threshold, as far as "
        "the set carries it",
    )
    parser.add_argument(
        "--unlabelled", metavar="DIR", help="photos that place the threshold; labels are not read"
    )
    parser.add_argument(
        "--threshold",
        default="mixture",
        choices=("mixture", "em", "prior"),
        help="how they place it (default: mixture)",
    )
    parser.add_argument(
        "--positive-share", type=float, metavar="SHARE", help="of those photos, for `prior`"
    )
    parser.add_argument("--cache", metavar="DIR", help="keep features there for next time")
    parser.add_argument("--seed", type=int, default=0)
    add_features_engine(parser)
    add_markdown_argument(parser)


def run(args: argparse.Namespace) -> int:
    from ganssl.base.progress import bar
    from ganssl.classifier import PhotoEvidence, Watch, save_heads, train_heads
    from ganssl.classifier.several import require_free_for_heads
    from ganssl.features.extractor import get_extractor
    from ganssl.synthesis.reader import read_set

    check_markdown(args)
    check_threshold(args)
    if args.threshold != "mixture" and args.photos is None and args.unlabelled is None:
        raise UserError("--threshold needs photos to place it by: give --unlabelled or --photos.")
    if args.degraded_copies < 0:
        raise UserError("The number of degraded copies must be 0 or greater.")
    place = require_place(args, "classifier")
    made = read_set(Path(set_folder(args, args.data)).resolve())  # on every node
    damage(args)
    if args.out:
        require_free_for_heads(Path(args.out), len(made.attributes))
    unlabelled = usable(open_photos(args.unlabelled)) if args.unlabelled else None
    extractor = get_extractor(args.features, args.weights)
    if extractor.note:
        print(extractor.note)
    with features_engine(args) as bring:
        placed = bring(extractor, args.weights)
        classifiers = train_heads(
            made,
            placed,
            args.head,
            copies=args.degraded_copies,
            damage=damage(args),
            anchors=anchors(args, made, placed, unlabelled),
            checked=not args.no_check,
            evidence=PhotoEvidence(
                unlabelled=unlabelled,
                threshold=args.threshold,
                positive_share=args.positive_share,
            ),
            watch=Watch(progress=bar, curve=print_point, cache=args.cache),
            seed=args.seed,
            holdout_share=args.holdout_share,
            doubtful_share=args.doubtful_share,
        )
    if args.out:
        save_heads(classifiers, args.out)
    text = "\n\n".join(
        f"{classifier.attribute.title}\n{trained(classifier)}" for classifier in classifiers
    )
    print(text if len(classifiers) > 1 else trained(classifiers[0]))
    write_markdown(args, "A classifier from generated faces", text)
    if args.out:
        print(f"wrote {args.out}")
    if place is not None:
        keep(place, classifiers, f"{args.head} on {extractor.name}, {len(made):,} faces")
    return 0


def keep(place: Workspace, classifiers: list[Classifier], words: str) -> None:
    """A run for each, with the name that the page gives it; the first is the newest."""
    from ganssl.workspace.contents import keep_classifier

    for classifier in reversed(classifiers):
        run = keep_classifier(place, f"{classifier.attribute.title}: {words}", classifier)
        print(f"kept as run {run.id}: {run.name}")


def damage(args: argparse.Namespace) -> Damage | None:
    """What `--damage` names; None without it."""
    from ganssl.photos.elsewhere import Damage

    if args.damage is None:
        return None
    if not args.degraded_copies:
        raise UserError("--damage befalls the copies: give --degraded-copies 1 or more.")
    return Damage() if args.damage == "all" else Damage(tuple(listed(args.damage)))


def trained(classifier: Classifier) -> str:
    """What training did and measured, a line for each."""
    from ganssl.classifier.card import expected_sentence

    metrics = classifier.metrics
    lines = [f"trained on {metrics['trained_on']:,} faces, {metrics['held_out']:,} held out"]
    if metrics.get("dropped_as_contradicted"):
        lines.append(
            f"left out {metrics['dropped_as_contradicted']:,} faces that the labelled photos "
            "contradict"
        )
    if metrics["held_out_accuracy"] is not None:
        lines.append(
            f"on held-out faces of the set: accuracy {metrics['held_out_accuracy']:.3f}, AUC "
            f"{metrics['held_out_auc']:.3f} (photos are another matter: see `evaluate`)"
        )
    lines.append(f"threshold {classifier.threshold:.3f}: {classifier.threshold_from}")
    if said := expected_sentence(classifier):
        lines.append(said)
    return "\n".join(lines)


def anchors(
    args: argparse.Namespace,
    made: SyntheticSet,
    extractor: FeatureExtractor,
    unlabelled: PhotoSet | None,
) -> dict[str, Anchor]:
    """The few labelled photos of `--photos` for each attribute; none without it."""
    from ganssl.base.progress import bar
    from ganssl.classifier.anchor import photo_anchor
    from ganssl.classifier.watch import Watch
    from ganssl.fitting.spread_directions import keep_few
    from ganssl.photos.preprocess import Preprocess

    if args.photos is None:
        if args.labels or args.labels_per_class or args.classes:
            raise UserError("--labels, --classes and --labels-per-class belong to --photos.")
        return {}
    only = made.attribute if len(made.attributes) == 1 else None
    photos = open_photos(args.photos, args.labels, named_classes(args, only))
    if photos.partition is not None:
        photos = photos.part("train")
    photos = usable(photos)
    found, crop = {}, Preprocess(made.recipe.size)
    said: dict[Refusal, None] = {}
    for name in (attribute.name for attribute in made.attributes):
        few = keep_few(photos, name, args.labels_per_class) if args.labels_per_class else photos
        found[name] = photo_anchor(
            few, name, extractor, crop, unlabelled, args.no_face, Watch(bar, cache=args.cache)
        )
        said |= dict.fromkeys(found[name].refused)
    say_left_out(list(said))
    return found


def print_point(point) -> None:
    """One line of the learning curve."""
    held = ""
    if point.held_loss is not None:
        held = f"  held out: loss {point.held_loss:.4f}, accuracy {point.held_accuracy:.3f}"
    print(f"{point.step:>4} of {point.steps}  loss {point.loss:.4f}{held}", flush=True)
