"""What commands share with the pages: results are kept as runs of a workspace, and found there."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ganssl.errors import UserError

if TYPE_CHECKING:
    from ganssl.workspace import Workspace

RUN_HELP = "or the name or id of a run in the workspace"


def add_workspace_argument(parser: argparse.ArgumentParser, words: str) -> None:
    """`--workspace`, which `named_place` reads.

    Args:
        words: what is kept there.
    """
    parser.add_argument(
        "--workspace",
        metavar="DIR",
        help=f"{words} there as a run, for the pages and `runs` (default: that of "
        "GANSSL_WORKSPACE, if it names one)",
    )


def named_place(args: argparse.Namespace) -> Workspace | None:
    """The workspace of `--workspace` or `GANSSL_WORKSPACE`; None where neither is named."""
    from ganssl.workspace import open_workspace

    return open_workspace(args.workspace)


def require_place(args: argparse.Namespace, result: str) -> Workspace | None:
    """The workspace for a result; None where `--out` alone says where it goes.

    Raises `UserError` where neither is named.
    """
    place = named_place(args)
    if place is None and not args.out:
        raise UserError(
            f"Say where the {result} goes: --out DIR, or a workspace by --workspace DIR or the "
            "variable GANSSL_WORKSPACE."
        )
    return place


def set_folder(args: argparse.Namespace, text: str) -> Path:
    """The folder of a set that was named by its path or, in a workspace, by its run."""
    from ganssl.workspace.contents import set_place

    run = _run_of(args, text)
    return Path(text) if run is None else set_place(run)


def classifier_folder(args: argparse.Namespace, text: str) -> tuple[Path, str]:
    """The same of a classifier, and the name of its run; without one an empty text."""
    from ganssl.workspace.contents import classifier_place

    run = _run_of(args, text)
    return (Path(text), "") if run is None else (classifier_place(run), run.name)


def _run_of(args: argparse.Namespace, text: str):
    """The run of a name; None for a folder that is there, or without a workspace."""
    place = None if Path(text).exists() else named_place(args)
    return None if place is None else place.find(text)
