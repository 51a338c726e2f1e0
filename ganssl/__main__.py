"""`python -m ganssl COMMAND`: everything that the pages do, without a browser."""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys

from ganssl import __version__, commands
from ganssl.errors import UserError


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns its exit status (2 for input that cannot be used)."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    parser = argparse.ArgumentParser(prog="python -m ganssl", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in command_modules():
        name = module.__name__.rpartition(".")[2].replace("_", "-")
        command = subparsers.add_parser(name, help=module.HELP, description=module.HELP)
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    args = parser.parse_args(argv)
    try:
        return args.run(args)
    except UserError as error:
        print(f"ganssl {args.command}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130


def command_modules() -> list:
    """The modules of `ganssl.commands`, one for each command."""
    names = sorted(module.name for module in pkgutil.iter_modules(commands.__path__))
    own = [name for name in names if not name.startswith("_")]  # `_options` is what they share
    return [importlib.import_module(f"ganssl.commands.{name}") for name in own]


if __name__ == "__main__":
    sys.exit(main())
