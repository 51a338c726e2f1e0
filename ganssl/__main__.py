"""Everything that the pages do, without a browser."""

from __future__ import annotations

import argparse
import errno
import importlib
import io
import os
import pkgutil
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from ganssl import __version__, commands
from ganssl.attributes import did_you_mean
from ganssl.base.atomic import require_writable
from ganssl.base.progress import end_line
from ganssl.base.quiet import quiet_tensorflow
from ganssl.errors import UserError

HELP = ["-h"], ["--help"]

WRITTEN = ("out", "zip", "report", "predictions", "markdown", "json", "save", "save_state")
"""Options of commands that name what is written; whether it can be is seen before long work."""

DISK_ERRORS = (
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO,
)  # fmt: skip
"""Of the machine, not of the program: the disk is full, or a place may not be written to."""


class Terminated(KeyboardInterrupt):
    """The system asked the process to end; what a stop by hand leaves in order, this does too."""


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns its exit status.

    That is 2 for input that cannot be used and a disk that refuses, 130 after
    a stop by hand, 141 where nobody reads on (as in `| head`), and 143 after a
    stop by the system.
    """
    argv = sys.argv[1:] if argv is None else argv
    _say_nothing_where_nobody_listens()
    _print_what_the_console_cannot_show()
    quiet_tensorflow(loaded=_say_what_is_unused)
    names = command_names()
    if argv and argv[0] in names:
        parser = command_parser(command_modules([argv[0]]))  # the others would take their time
    elif argv and not argv[0].startswith("-"):
        parser = command_parser({})
        hint = did_you_mean(argv[0], names) or f"See {parser.prog} --help."
        parser.error(f"there is no command {argv[0]!r}. {hint}")
    else:
        parser = command_parser(command_modules(names) if argv[:1] in HELP else {})
    args, unknown = parser.parse_known_args(argv)
    if unknown:
        hint = did_you_mean(unknown[0].partition("=")[0], args.options)
        args.parser.error(f"unrecognized arguments: {' '.join(unknown)}. {hint}".rstrip())
    try:
        for option in WRITTEN:
            place = getattr(args, option, None)
            if isinstance(place, str | Path) and str(place) not in ("", "-"):
                require_writable(place)
        with _heeding_the_system():
            status = args.run(args)
            sys.stdout.flush()
            return status
    except UserError as error:
        end_line()
        print(f"ganssl {args.command}: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nor at the end
        return 141
    except OSError as error:
        if error.errno not in DISK_ERRORS:
            raise
        end_line()
        place = f"{error.filename}: " if error.filename else ""
        print(f"ganssl {args.command}: {place}{error.strerror}.", file=sys.stderr)
        return 2
    except Terminated:
        end_line()
        print(f"ganssl {args.command}: stopped by the system (SIGTERM)", file=sys.stderr)
        return 143
    except KeyboardInterrupt:
        end_line()
        print("stopped", file=sys.stderr)
        return 130


@contextmanager
def _heeding_the_system() -> Iterator[None]:
    """SIGTERM raises `Terminated` in here, where this is the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise Terminated

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def command_parser(modules: dict[str, ModuleType]) -> argparse.ArgumentParser:
    """The parser of all commands, by name; its help lists them by what they are for."""
    installed = Path(sys.argv[0]).stem == "ganssl"
    parser = argparse.ArgumentParser(
        prog="ganssl" if installed else "python -m ganssl",
        description=__doc__,
        epilog=commands_by_group(modules),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"ganssl {__version__}")
    subparsers = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", help="one of the commands below"
    )
    for name, module in modules.items():
        command = subparsers.add_parser(name, description=module.HELP)
        module.add_arguments(command)
        options = list(command._option_string_actions)  # argparse has no other way to them
        command.set_defaults(run=module.run, parser=command, options=options)
    return parser


def commands_by_group(modules: dict[str, ModuleType]) -> str:
    """The commands and what they do, under headings; those of no group come last."""
    grouped = {name for names in commands.GROUPS.values() for name in names}
    others = tuple(name for name in modules if name not in grouped)
    width = max(map(len, modules), default=0)
    lines = []
    for title, names in (*commands.GROUPS.items(), ("others", others)):
        rows = [f"  {name:<{width}}  {modules[name].HELP}" for name in names if name in modules]
        lines += [f"{title}:", *rows, ""] if rows else []
    return "\n".join([*lines, "COMMAND --help shows what one of them takes."])


def command_names() -> list[str]:
    """As they are typed: `train-gan` of `train_gan.py`."""
    names = sorted(module.name for module in pkgutil.iter_modules(commands.__path__))
    own = [name for name in names if not name.startswith("_")]  # `_options` is what they share
    return [name.replace("_", "-") for name in own]


def command_modules(names: Iterable[str]) -> dict[str, ModuleType]:
    """The modules of `ganssl.commands` by the names of their commands."""
    files = {name: name.replace("-", "_") for name in names}
    return {
        name: importlib.import_module(f"ganssl.commands.{file}") for name, file in files.items()
    }


def _say_nothing_where_nobody_listens() -> None:
    """A process that was begun without an output, as some services are, writes to none."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            setattr(sys, name, os.fdopen(nowhere, "w", encoding="utf-8"))


def _print_what_the_console_cannot_show() -> None:
    """A console without σ or × gets `\\u03c3`, and no error: that of Windows, and a pipe there."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _say_what_is_unused() -> None:
    """A line about a GPU that lies idle, once TensorFlow is loaded."""
    from ganssl.base.device import unused_gpu

    advice = unused_gpu()
    if advice:
        print(f"note: {advice}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
