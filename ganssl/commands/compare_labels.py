"""`python -m ganssl compare-labels`: how far two labellers agree."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ganssl.labelling.compare_files import Comparison

HELP = "compare two labellers' files: agreement, kappa, disagreements, labels that slipped by one"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("first", metavar="A", help="labels: a CSV, or a session saved as JSON")
    parser.add_argument("second", metavar="B", help="labels of the same photos by somebody else")
    parser.add_argument(
        "--columns",
        nargs=2,
        metavar=("A", "B"),
        help="a column of A and the column of B to hold it against (default: all that both have)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    from ganssl.labelling.compare_files import compare_tables, read_labels

    first, second = read_labels(args.first), read_labels(args.second)
    if first.source == second.source:  # two folders' labels.csv: their paths tell them apart
        first, second = replace(first, source=args.first), replace(second, source=args.second)
    found = compare_tables(first, second, tuple(args.columns) if args.columns else None)
    if args.json:
        print(json.dumps([asdict(comparison) for comparison in found], indent=2))
    else:
        print("\n\n".join(report(comparison, first.source, second.source) for comparison in found))
    return 0


def report(comparison: Comparison, first: str, second: str) -> str:
    """The comparison for people."""
    agreement = comparison.agreement
    low, high = agreement.ci95
    kappa = "undefined: one class alone" if agreement.kappa is None else f"{agreement.kappa:.3f}"
    lines = [
        " and ".join(dict.fromkeys(comparison.columns)),
        f"photos with both labels  {agreement.n}",
        f"agreement                {agreement.share:.3f}  "
        f"({agreement.agreed} of {agreement.n}; 95 % interval {low:.3f} to {high:.3f})",
        f"Cohen's kappa            {kappa}  (1 perfect, 0 as by chance)",
    ]
    if comparison.slip:
        lines.append(f"{first} held against {second}: {comparison.slip.sentence(comparison.names)}")
        lines.append(f"(Or those in {second} have slipped the other way.)")
    if agreement.disagreements:
        lines.append(f"disagreements ({first}, {second}):")
        lines += [f"  {name}  {a}  {b}" for name, a, b in agreement.disagreements]
    return "\n".join(lines)
