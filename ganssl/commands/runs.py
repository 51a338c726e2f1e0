"""`python -m ganssl runs`: what a workspace keeps."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from ganssl.errors import UserError

if TYPE_CHECKING:
    from ganssl.workspace import Run, Workspace

HELP = "list, show, compare, rename and delete what the pages kept in a workspace"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    where: dict[str, Any] = dict(
        metavar="DIR", help="the folder (default: that of GANSSL_WORKSPACE)"
    )
    parser.add_argument("--workspace", **where)
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, words in (
        ("list", "all runs, the newest first"),
        ("show", "one run with settings and figures"),
        ("compare", "runs side by side: figures, and the settings that differ"),
        ("rename", "give a run another name"),
        ("delete", "delete runs with all their files"),
    ):
        action = actions.add_parser(name, help=words, description=words)
        action.add_argument("--workspace", **where, default=argparse.SUPPRESS)  # here as well
        if name in ("list", "show", "compare"):
            action.add_argument("--json", action="store_true", help="print JSON")
        if name == "list":
            action.add_argument("--kind", help="only those: set, classifier, judgement, …")
        elif name in ("show", "rename"):
            action.add_argument(
                "which", metavar="RUN", help="its id, the beginning of it, or its name"
            )
        else:
            action.add_argument(
                "which", metavar="RUN", nargs="+", help="ids, beginnings of ids, or names"
            )
        if name == "rename":
            action.add_argument("name", help="the new name")
        elif name == "delete":
            action.add_argument("--yes", action="store_true", help="do not ask")


def run(args: argparse.Namespace) -> int:
    from ganssl.workspace import open_workspace

    workspace = open_workspace(args.workspace)
    if workspace is None:
        raise UserError("Name the workspace: --workspace DIR, or the variable GANSSL_WORKSPACE.")
    if not workspace.folder.is_dir():
        raise UserError(f"There is no workspace {workspace.folder}.")
    return ACTIONS[args.action](workspace, args)


def _list(workspace: Workspace, args: argparse.Namespace) -> int:
    from ganssl.workspace.compare import headline
    from ganssl.workspace.run import KINDS

    if args.kind and args.kind not in KINDS:
        raise UserError(f"There is no kind {args.kind!r}; there are {', '.join(KINDS)}.")
    listing = workspace.listing()
    runs = [run for run in listing.runs if args.kind in (None, run.kind)]
    for problem in listing.problems:
        print(f"note: {problem}", file=sys.stderr)
    if args.json:
        print(json.dumps([run.to_dict() for run in runs], indent=1, ensure_ascii=False))
        return 0
    for run in runs:
        words = headline(run) if run.finished else "unfinished"
        print(
            f"{run.id}  {run.made:%Y-%m-%d %H:%M}  {run.name}" + (f"  ({words})" if words else "")
        )
    if not runs:
        print("Nothing is kept here yet.")
    return 0


def _show(workspace: Workspace, args: argparse.Namespace) -> int:
    run = workspace.find(args.which)
    if args.json:
        print(json.dumps(run.to_dict(), indent=1, ensure_ascii=False))
    else:
        print(run_text(run))
    return 0


def run_text(run: Run) -> str:
    """A run for a terminal."""
    from ganssl.workspace.compare import FIGURES, INTERVAL, figure_text, flat, setting_text
    from ganssl.workspace.run import KINDS

    lines = [
        run.name,
        f"{KINDS[run.kind]}, made {run.made:%Y-%m-%d %H:%M}"
        + ("" if run.finished else ", unfinished"),
        str(run.folder),
    ]
    figures = [name for name in run.figures if INTERVAL not in name]
    rows = [(FIGURES.get(name, name), figure_text(run, name)) for name in figures]
    rows += [(name, setting_text(value)) for name, value in flat(run.settings).items()]
    width = max((len(title) for title, _ in rows), default=0)
    return "\n".join([*lines, *(f"  {title:<{width}}  {text}" for title, text in rows)])


def _compare(workspace: Workspace, args: argparse.Namespace) -> int:
    from ganssl.workspace import compare_runs

    found = compare_runs([workspace.find(text) for text in args.which])
    print(json.dumps(found.to_dict(), indent=1, ensure_ascii=False) if args.json else found.text())
    return 0


def _rename(workspace: Workspace, args: argparse.Namespace) -> int:
    run = workspace.rename(workspace.find(args.which), args.name)
    print(f"{run.id}  {run.name}")
    return 0


def _delete(workspace: Workspace, args: argparse.Namespace) -> int:
    runs = [workspace.find(text) for text in args.which]
    for run in runs:
        print(f"{run.id}  {run.name}")
    if not args.yes:
        if not sys.stdin.isatty():
            raise UserError("Nothing was deleted: say --yes where nobody can be asked.")
        if input("Delete for good, with all files? [y/N] ").strip().lower() not in ("y", "yes"):
            print("Nothing was deleted.")
            return 0
    for run in runs:
        workspace.delete(run)
    print(f"Deleted {len(runs)}.")
    return 0


ACTIONS = {
    "list": _list,
    "show": _show,
    "compare": _compare,
    "rename": _rename,
    "delete": _delete,
}
