"""`python -m ganssl synthesize`: a labelled set of generated faces."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ganssl.attributes import meant_name
from ganssl.commands._markdown import add_markdown_argument, check_markdown, write_markdown
from ganssl.commands._options import listed
from ganssl.commands._photos import LABELS_HELP, open_photos, usable
from ganssl.commands._set_photos import few_label_directions, photo_codes
from ganssl.commands._workspace import add_workspace_argument, require_place
from ganssl.directions import METHODS
from ganssl.errors import UserError
from ganssl.synthesis.recipe import PRECISIONS, SOURCES, STRATEGIES, Recipe, all_sliders

if TYPE_CHECKING:
    from ganssl.models.face_model import FaceModel
    from ganssl.synthesis import Summary
    from ganssl.workspace import Run, Workspace

HELP = "write a set of generated faces with labels; run it again to go on after a stop"
DEFAULTS = Recipe("Male")
ALL = "all"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--attribute",
        required=True,
        metavar="A[,B]",
        help="whose presence is the label; of several, one set carries the labels of each; "
        "'all' is all sliders of the model",
    )
    parser.add_argument(
        "--out", metavar="DIR", help="folder of the set (in place of a run in the workspace)"
    )
    add_workspace_argument(parser, "make the set")
    parser.add_argument("--count", type=int, default=DEFAULTS.count, help="faces in all")
    parser.add_argument("--seed", type=int, default=DEFAULTS.seed)
    parser.add_argument(
        "--strategy",
        choices=STRATEGIES,
        default=DEFAULTS.strategy,
        help="label natural codes by the side on which they lie, or push them to both sides",
    )
    parser.add_argument(
        "--margin",
        type=float,
        default=DEFAULTS.margin,
        help="position: leave out codes nearer to the boundary than this, in σ",
    )
    parser.add_argument(
        "--strength",
        type=float,
        nargs=2,
        metavar=("LOW", "HIGH"),
        default=DEFAULTS.strength,
        help="push: targets lie between these distances from the boundary, in σ",
    )
    parser.add_argument(
        "--source", choices=SOURCES, default=DEFAULTS.source, help="where codes come from"
    )
    parser.add_argument(
        "--photos", metavar="DIR", help="photos for --source photos or --labels-per-class"
    )
    parser.add_argument("--labels", metavar="FILE", help=LABELS_HELP)
    parser.add_argument("--cache", metavar="DIR", help="keep the photos' codes there for next time")
    parser.add_argument(
        "--truncation", type=float, default=DEFAULTS.truncation, help="1 keeps the whole spread"
    )
    parser.add_argument(
        "--balance",
        default="",
        metavar="A,B",
        help="other attributes over whose sides the classes are balanced",
    )
    parser.add_argument(
        "--pairs", action="store_true", help="the same person without and with the attribute"
    )
    parser.add_argument(
        "--size", type=int, default=DEFAULTS.size, help="side of the images in pixels"
    )
    parser.add_argument("--method", choices=METHODS, help="of the direction (default: the best)")
    parser.add_argument(
        "--directions", metavar="FILE", help="of fit-directions, in place of the model's own"
    )
    parser.add_argument(
        "--labels-per-class",
        type=int,
        metavar="N",
        help="label by directions of N labels per class alone: fitted to --photos, else those that "
        "came with the model, else fitted to the photos in GANSSL_DATA (with --directions: for "
        "the record)",
    )
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        help="of the generator (default: what this machine is fast at)",
    )
    parser.add_argument("--shards", type=int, default=1, metavar="K", help="divide the work by K")
    parser.add_argument("--shard", type=int, default=0, metavar="I", help="do part I, from 0")
    parser.add_argument(
        "--format",
        choices=("folder", "webdataset"),
        default="folder",
        help="class folders of PNGs, or tar files",
    )
    parser.add_argument(
        "--engine",
        choices=("local", "ray"),
        default="local",
        help="ray: the shards as tasks on a Ray cluster (needs requirements-ray.txt)",
    )
    parser.add_argument(
        "--ray-address", metavar="ADDRESS", help="of a running cluster (default: on this machine)"
    )
    parser.add_argument("--zip", metavar="FILE", help="also put the complete set into one ZIP")
    parser.add_argument("--model", metavar="PATH", help="the face model (default: the shipped one)")
    add_markdown_argument(parser)


def run(args: argparse.Namespace) -> int:
    check_markdown(args)
    from ganssl.base.progress import bar
    from ganssl.directions import DirectionSet
    from ganssl.models.catalogue import load_model
    from ganssl.synthesis import Writing, fast_arithmetic, synthesize, zip_set
    from ganssl.synthesis.codes import CodeMaker
    from ganssl.synthesis.ray_engine import synthesize_on_ray
    from ganssl.workspace.contents import begin_set, set_name, stopped_set

    place = workspace_of(args)
    model = load_model(args.model)
    precision, engine = fast_arithmetic(model.engines, args.precision)
    recipe = asked_for(args, precision, engine)
    given = DirectionSet.load(Path(args.directions)) if args.directions else None
    if recipe.attributes == (ALL,):
        recipe = all_sliders(recipe, model.directions if given is None else given)
    photos = usable(open_photos(args.photos, args.labels)) if args.photos else None
    if args.engine == "ray" and args.shards > 1:
        raise UserError("--engine ray divides the work itself: leave --shards and --shard out.")
    if photos and recipe.source != "photos" and recipe.labels_per_class is None:
        raise UserError("--photos are for --source photos or --labels-per-class.")
    if given is not None:
        recipe = as_spelt(recipe, given.attributes)
    else:
        own = photos.attributes if photos else ()
        recipe = as_spelt(recipe, (*model.directions.attributes, *own))
        given = few_label_directions(model, recipe, photos, args.cache)
    codes = photo_codes(model, photos, args.cache) if recipe.source == "photos" else None
    if given is not None:
        model = model.with_directions(given)
    writing, told = Writing(args.format, args.shards, args.shard), bar("faces")

    def make(out: str | Path) -> Summary:
        if args.engine == "ray":
            return synthesize_on_ray(
                model,
                recipe,
                out,
                address=args.ray_address,
                progress=told,
                layout=args.format,
                photo_codes=codes,
            )
        return synthesize(model, recipe, out, writing, told, photo_codes=codes)

    if place is None:
        summary = make(args.out)
    else:
        used = CodeMaker(model, recipe, codes).axes.id
        before = stopped_set(place, recipe, model, args.format, used)
        run = before or begin_set(place, set_name(recipe), recipe, model, args.format)
        summary = in_run(place, run, make)
    out = summary.folder
    print(written(summary, recipe, model, out))
    text = written(summary, recipe, model, out.resolve().name)
    write_markdown(args, "A set of generated faces", text)
    if summary.complete and args.zip:
        zip_set(out, args.zip, bar("files"))
        print(f"wrote {args.zip}")
    return 0


def asked_for(args: argparse.Namespace, precision: str, engine: str) -> Recipe:
    """The recipe of the options, names as they were typed."""
    first, *also = listed(args.attribute) or [args.attribute]
    return Recipe(
        attribute=first,
        also=tuple(also),
        count=args.count,
        seed=args.seed,
        strategy=args.strategy,
        margin=args.margin,
        strength=tuple(args.strength),
        source=args.source,
        truncation=args.truncation,
        balance_over=tuple(listed(args.balance)),
        pairs=args.pairs,
        size=args.size,
        method=args.method,
        labels_per_class=args.labels_per_class,
        precision=precision,
        engine=engine,
    )


def workspace_of(args: argparse.Namespace) -> Workspace | None:
    """Where the set becomes a run; None where it goes to a folder of its own."""
    if args.out and args.workspace:
        raise UserError("--out names a folder of its own: leave it or --workspace out.")
    place = None if args.out else require_place(args, "set")
    if place is not None and args.shards > 1:
        raise UserError("Shards are put together in a folder of their own: name it by --out.")
    return place


def in_run(place: Workspace, run: Run, make: Callable[[Path], Summary]) -> Summary:
    """Make a set in its run, with the ZIP that the pages offer; a stop leaves it to go on with."""
    from ganssl.base.progress import bar
    from ganssl.synthesis import read_set, zip_set
    from ganssl.synthesis.archive import zip_path
    from ganssl.workspace.contents import SET_FOLDER, finish_set

    folder = run.folder / SET_FOLDER
    try:
        summary = make(folder)
        zip_set(folder, zip_path(folder), bar("files"))
        finish_set(place, run, read_set(folder))
    except BaseException:
        if not folder.is_dir():
            place.delete(run)
        raise
    print(f"kept as run {run.id}: {run.name}")
    return summary


def written(summary: Summary, recipe: Recipe, model: FaceModel, folder: str | Path) -> str:
    """How many faces were written and how fast, and whether the set in `folder` is whole."""
    kept = f", {summary.found:,} were there" if summary.found else ""
    whole = (
        f"{folder} is complete: {recipe.count:,} faces, set {summary.id}"
        if summary.complete
        else f"{summary.missing:,} faces of other shards are missing from {folder}"
    )
    return (
        f"wrote {summary.written:,} faces in {summary.seconds:.1f} s "
        f"({summary.rate:,.0f}/s, {recipe.precision}, {recipe.engine}) on {model.device}{kept}\n"
        f"{whole}"
    )


def as_spelt(recipe: Recipe, known: tuple[str, ...]) -> Recipe:
    """The recipe with its attributes spelt as they are known; what is not known stays."""

    def spelt(name: str) -> str:
        return meant_name(name, known) or name

    return replace(
        recipe,
        attribute=spelt(recipe.attribute),
        also=tuple(map(spelt, recipe.also)),
        balance_over=tuple(map(spelt, recipe.balance_over)),
    )
