"""`python -m ganssl direction-report`: how good directions are and what they move besides."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from ganssl.commands._markdown import (
    add_markdown_argument,
    check_markdown,
    on_model,
    write_markdown,
)
from ganssl.commands._options import attribute_name, listed
from ganssl.commands._photos import LABELS_HELP
from ganssl.directions import DEFAULT_RULE, METHODS, RAW, RULES
from ganssl.directions.names import check_rule
from ganssl.errors import UserError

if TYPE_CHECKING:
    from ganssl.directions import Direction, DirectionSet
    from ganssl.fitting import EncodedPhotos
    from ganssl.laboratory.holding_trial import Held
    from ganssl.laboratory.laboratory import Laboratory
    from ganssl.laboratory.report import DirectionReport
    from ganssl.models.face_model import FaceModel

HELP = "measure attribute directions: tables, matrices and figures"
FIRST = "Male,Bald,Smiling,Eyeglasses,Young"
SLIDERS = "sliders"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", metavar="DIR", help="the face model (default: the shipped one)")
    parser.add_argument(
        "--data",
        metavar="DIR",
        help="labelled photos: directions are fitted to them; without it, those of the model are "
        "measured, as far as that needs no labels",
    )
    parser.add_argument("--labels", metavar="FILE", help=LABELS_HELP)
    parser.add_argument(
        "--directions", metavar="FILE", help="measure these, in place of the model's own"
    )
    parser.add_argument(
        "--attributes",
        default=FIRST,
        metavar="A,B",
        help=f"which, all, or {SLIDERS}: those that have a slider (default: {FIRST})",
    )
    parser.add_argument(
        "--methods",
        default="all",
        metavar="M,M",
        help=f"{', '.join(METHODS)} or all there are (default: all)",
    )
    parser.add_argument(
        "--hold", default="", metavar="A,B", help="attributes that the directions must not move"
    )
    parser.add_argument(
        "--hold-rule",
        choices=RULES,
        default=RAW,
        help=f"what the sliders hold besides; {DEFAULT_RULE} is how they move by default "
        f"(default: {RAW}, the directions as they were fitted)",
    )
    parser.add_argument(
        "--compare-holding",
        nargs="?",
        const=",".join(RULES),
        metavar="R,R",
        help="also move the faces by every slider under these rules (default: all), say what each "
        "costs, and draw a sheet of faces",
    )
    parser.add_argument(
        "--judge",
        metavar="FILE",
        help="weights of the image network, as export-model takes them: with --compare-holding, "
        "probes on it judge as well, which took no part in any rule; needs --judge-photos",
    )
    parser.add_argument(
        "--judge-photos", metavar="DIR", help="labelled photos that teach these probes"
    )
    parser.add_argument(
        "--bars",
        action="store_true",
        help="also set the bars that a slider must pass beside what arbitrary directions and "
        "different faces reach",
    )
    parser.add_argument("--faces", type=int, default=64, help="generated faces to move")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cache", metavar="DIR", help="keep the photos' codes there for next time")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder to write")
    add_markdown_argument(parser)


def run(args: argparse.Namespace) -> int:
    if args.faces < 2 or args.seed < 0:
        raise UserError("A report needs 2 faces or more and a seed of 0 or more.")
    if args.data and args.directions:
        raise UserError("Give photos to fit directions to, or directions, not both.")
    if bool(args.judge) != bool(args.judge_photos) or (args.judge and not args.compare_holding):
        raise UserError("--judge and --judge-photos go together, with --compare-holding.")
    check_markdown(args)
    methods = listed(args.methods)
    unknown = [name for name in methods if name not in (*METHODS, "all")]
    if unknown:
        raise UserError(f"{unknown[0]!r} is no method; choose from {', '.join(METHODS)} or all.")
    for rule in listed(args.compare_holding or ""):
        check_rule(rule)
    from ganssl.base.progress import bar
    from ganssl.features.readout import Readout
    from ganssl.laboratory.laboratory import Laboratory
    from ganssl.laboratory.report import (
        methods_table,
        report_directions,
        report_table,
        write_report,
    )
    from ganssl.models.catalogue import load_model

    model = load_model(args.model)
    train, holdout, directions = None, None, model.directions
    if args.data:
        train, holdout, directions = fitted(model, args, methods)
    elif args.directions:
        from ganssl.laboratory.store import read_laboratory

        directions = read_laboratory(args.directions, model)
    chosen = chosen_directions(directions, listed(args.attributes), methods)
    held = [directions.get(name) for name in listed(args.hold)]
    laboratory = Laboratory(model, Readout.load(), args.faces, args.seed)
    report = report_directions(
        laboratory, chosen, held, train, holdout, bar("measuring"), args.hold_rule
    )
    paths = write_report(report, args.out)
    text, picture = "\n\n".join(filter(None, [report_table(report), methods_table(report)])), None
    print(text)
    if args.compare_holding:
        names = list(dict.fromkeys(direction.attribute for direction in chosen))
        rules = listed(args.compare_holding)
        found, said, picture = compare_holding(laboratory, directions, names, rules, Path(args.out))
        paths += found
        text += f"\n\n{said}"
        if args.judge:
            path, said = judge_holding(model, directions, names, rules, args)
            paths.append(path)
            text += f"\n\n{said}"
    if args.bars:
        path, said = set_bars(laboratory, report, Path(args.out))
        paths.append(path)
        text += f"\n\n{said}"
    write_markdown(args, "Directions", text, picture, on_model(model))
    print(f"wrote {', '.join(path.name for path in paths)} to {args.out}")
    return 0


def compare_holding(
    laboratory: Laboratory,
    directions: DirectionSet,
    names: list[str],
    rules: list[str],
    out: Path,
) -> tuple[list[Path], str, tuple[str, bytes]]:
    """Measure the rules, print the tables, and write `holding.json` and `holding.webp`.

    Returns the paths, the tables, and the sheet of faces with what it shows.
    """
    from ganssl.base.atomic import write_file
    from ganssl.base.progress import bar
    from ganssl.laboratory import holding_trial as trial
    from ganssl.laboratory.sheet import holding_sheet, sheet_webp

    found = trial.compare_rules(laboratory, directions, names, rules, progress=bar("moving faces"))
    amount = trial.AMOUNT
    text = holding_text(laboratory, found)
    print(f"\n{text}")
    write_file(out / "holding.json", holding_json(laboratory, found, rules))
    sheet = sheet_webp(holding_sheet(laboratory, directions, names, rules, amount))
    write_file(out / "holding.webp", sheet)
    shows = f"Faces before and after +{amount:g} σ of each slider, {' and '.join(rules)}"
    return [out / "holding.json", out / "holding.webp"], text, (shows, sheet)


def judge_holding(
    model: FaceModel,
    directions: DirectionSet,
    names: list[str],
    rules: list[str],
    args: argparse.Namespace,
) -> tuple[Path, str]:
    """Let the image network judge the rules, print the tables, write `holding_judged.json`."""
    from ganssl.base.atomic import write_file
    from ganssl.base.progress import bar
    from ganssl.commands._photos import open_photos, usable
    from ganssl.laboratory import holding_trial as trial
    from ganssl.laboratory.laboratory import Laboratory
    from ganssl.training.second_judge import second_judge

    photos, cache = usable(open_photos(args.judge_photos)), args.cache and Path(args.cache)
    judge = second_judge(args.judge, photos, model.preprocess, cache, bar)
    laboratory = Laboratory(model, judge, args.faces, args.seed)
    read = [name for name in names if name in judge.attributes]
    found = trial.compare_rules(laboratory, directions, read, rules, progress=bar("judging faces"))
    text = (
        "The same faces, judged by probes on the image network, which took no part (same person: "
        f"likeness of the pictures):\n{holding_text(laboratory, found)}"
    )
    print(f"\n{text}")
    path = Path(args.out) / "holding_judged.json"
    write_file(path, holding_json(laboratory, found, rules))
    return path, text


def holding_text(laboratory: Laboratory, found: list[Held]) -> str:
    """The tables of a comparison of rules."""
    from ganssl.laboratory import holding_trial as trial

    sliders = len({one.attribute for one in found})
    return (
        f"+{trial.AMOUNT:g} σ, or where a slider ends, on {len(laboratory.codes)} faces, "
        f"{sliders} sliders:\n"
        f"{trial.table(trial.summary(found))}\n\n{trial.slider_table(found)}"
    )


def holding_json(laboratory: Laboratory, found: list[Held], rules: list[str]) -> str:
    """A comparison of rules with what it was made of."""
    from ganssl.laboratory import holding_trial as trial

    values = {
        "model": laboratory.model.id,
        "read_by": laboratory.readout.id,
        "faces": len(laboratory.codes),
        "amount": trial.AMOUNT,
        "rules": {rule: RULES[rule] for rule in rules},
        "summary": trial.summary(found),
        "sliders": [one.to_dict() for one in found],
    }
    return json.dumps(values, indent=1, allow_nan=False)


def set_bars(laboratory: Laboratory, report: DirectionReport, out: Path) -> tuple[Path, str]:
    """Set the bars of sliders beside what was measured, print the table, write `bars.json`."""
    from ganssl.base.atomic import write_file
    from ganssl.base.progress import bar
    from ganssl.laboratory.bars import bars_table, measured_bars

    found = measured_bars(laboratory, report.cards, progress=bar("arbitrary directions"))
    text = bars_table(found)
    print(f"\n{text}")
    values = {"model": laboratory.model.id, "bars": [one.to_dict() for one in found]}
    write_file(out / "bars.json", json.dumps(values, indent=1, allow_nan=False))
    return out / "bars.json", text


def chosen_directions(
    directions: DirectionSet, attributes: list[str], methods: list[str]
) -> list[Direction]:
    """Those of some attributes by some methods, by attribute.

    `all` takes what there is, `sliders` the attributes that have one.
    """
    every = {"all": directions.attributes, SLIDERS: directions.sliders}
    names = every.get(attributes[0], attributes) if len(attributes) == 1 else attributes
    found = []
    for name in names:
        name = directions.get(name).attribute  # as it is spelt
        there = directions.methods(name)
        wanted = there if "all" in methods else [m for m in methods if m in there]
        found += [directions.get(name, method) for method in wanted]
    if not found:
        raise UserError("There is no direction of these attributes by these methods.")
    return found


def fitted(
    model: FaceModel, args: argparse.Namespace, methods: list[str]
) -> tuple[EncodedPhotos, EncodedPhotos | None, DirectionSet]:
    """Photos that fit and photos that measure, and the directions."""
    from ganssl.base.progress import bar
    from ganssl.directions import FitOptions
    from ganssl.fitting import encode_folder, fit_encoded

    encoded = encode_folder(model, args.data, args.labels, args.cache, bar)
    names = listed(args.attributes)
    only = None
    if names not in (["all"], [SLIDERS]):
        known = encoded.photos.attributes
        asked = [*names, *listed(args.hold)]
        only = list(dict.fromkeys(attribute_name(name, known) for name in asked))
    train, holdout = encoded.divided()
    directions = fit_encoded(
        model.id,
        train,
        holdout,
        METHODS if "all" in methods else methods,
        FitOptions(only=only, seed=args.seed),
        bar,
    )
    for attribute, reason in directions.skipped.items():
        print(f"left out {attribute}: {reason}")
    return train, holdout, directions
