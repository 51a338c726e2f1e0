"""`app`: the pages, in a browser."""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys

from ganssl.errors import UserError

HELP = "open GANSSL Studio in a browser"
INSTALL = 'pip install "ganssl[app]"'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8501, help="(default: %(default)s)")
    parser.add_argument(
        "--no-browser", action="store_true", help="serve the pages without opening a window"
    )
    parser.add_argument(
        "--workspace",
        metavar="DIR",
        help="keep sets, classifiers, judgements, sliders, labels and sequences to present in this "
        "folder, for everybody who opens the pages (default: that of GANSSL_WORKSPACE; without "
        "one they last as long as a visit)",
    )


def run(args: argparse.Namespace) -> int:
    from ganssl.base.assets import APP
    from ganssl.base.files import make_folder
    from ganssl.workspace.workspace import VARIABLE, open_workspace

    if importlib.util.find_spec("streamlit") is None:
        raise UserError(f"The pages need Streamlit: {INSTALL}.")
    if not 0 < args.port < 65536:
        raise UserError(f"A port is a number from 1 to 65535, not {args.port}.")
    workspace = open_workspace(args.workspace)
    environment = {**os.environ}
    if workspace is not None:
        make_folder(workspace.runs_folder)
        environment[VARIABLE] = str(workspace.folder)
    options = [f"--server.port={args.port}"]
    if args.no_browser:
        options.append("--server.headless=true")
    return subprocess.call(
        [sys.executable, "-m", "streamlit", "run", str(APP), *options], env=environment
    )
