"""Measured results as pages of `docs/results/`: written by the commands that measure them."""

from __future__ import annotations

import argparse
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ganssl.base.atomic import write_file
from ganssl.base.json_text import parse_json
from ganssl.commands._options import check_ending, check_folders
from ganssl.errors import UserError

if TYPE_CHECKING:
    from ganssl.models.face_model import FaceModel

END = "<!-- end -->"
PART_NAME = re.compile(r"\w[\w +-]*")
"""What is safe within a comment of HTML."""


def add_markdown_argument(parser: argparse.ArgumentParser) -> None:
    """`--markdown` and `--markdown-part`, which `write_markdown` reads."""
    parser.add_argument(
        "--markdown", metavar="FILE", help="write the result there, too, with the command beside it"
    )
    parser.add_argument(
        "--markdown-part",
        metavar="NAME",
        help="of that file, write this part alone: what stands around it stays",
    )


def check_markdown(args: argparse.Namespace) -> None:
    """`UserError` where `--markdown` cannot be written, before long work."""
    check_ending(args.markdown, "--markdown", ".md", ".markdown", ".txt")
    check_folders(args.markdown)
    if args.markdown and getattr(args, "json", None) is True:
        raise UserError("--markdown writes the table that --json replaces: leave one of them out.")
    part = args.markdown_part
    if part is not None and not args.markdown:
        raise UserError("--markdown-part is a part of --markdown FILE; give that as well.")
    if part is not None and not PART_NAME.fullmatch(part):
        raise UserError("--markdown-part takes a name of letters, digits, spaces, + and -.")


def add_show_argument(parser: argparse.ArgumentParser) -> None:
    """`--show`, which `show_kept` reads."""
    parser.add_argument(
        "--show", metavar="FILE", help="print a result that --out kept, in place of measuring"
    )


def check_show(args: argparse.Namespace, *needed: str) -> None:
    """`UserError` where options are missing that measuring needs, or stand beside `--show`."""
    given = [name for name in needed if getattr(args, name) is not None]
    if args.show is not None and given:
        raise UserError(f"--show measures nothing: leave --{given[0]} out.")
    missing = [f"--{name}" for name in needed if name not in given]
    if args.show is None and missing:
        raise UserError(f"Give {', '.join(missing)}; or --show FILE for a result of before.")


def show_kept(
    args: argparse.Namespace, title: str, text: Callable[[dict], str], fenced: bool = True
) -> None:
    """Print the result in the file of `--show`, and write it as `--markdown` asks.

    Args:
        text: of the values in the file.

    Raises `UserError` for a file of something else.
    """
    from ganssl.models.catalogue import model_with_id  # slow to import

    path = Path(args.show)
    try:
        values = parse_json(path.read_bytes(), str(path))
        said = text(values)
        model_id = values.get("model_id", values["model"])
        features = values["features"]
    except UserError:
        raise
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
        raise UserError(f"{path} holds no result that {args.command} kept.") from error
    name = model_with_id(model_id)
    model = f"`{name}` {model_id}" if name else model_id
    by = f", by `{values['command']}`" if values.get("command") else ""
    measured = f"Measured on the face model {model}, features {features}{by}."
    print(f"{measured}\n\n{said}")
    write_markdown(args, title, said, measured=measured, fenced=fenced)


def on_model(*models: FaceModel) -> str:
    """What a result was measured on, for `write_markdown`."""
    names = " and ".join(f"`{model.name}` {model.id}" for model in models)
    return f"Measured on the face model{'s' * (len(models) > 1)} {names}."


def write_markdown(
    args: argparse.Namespace,
    title: str,
    text: str,
    picture: tuple[str, bytes] | None = None,
    measured: str = "",
    fenced: bool = True,
) -> None:
    """Write a result as `docs/results/` keeps them; nothing without `--markdown`.

    It stands between two comments. Where the file has them already, what is
    between them is replaced and all around them stays: a page is a frame of
    words with measured parts in it. A part that the file lacks comes last. A
    file without comments is written anew, unless a part is named.

    Args:
        title: of a new file.
        picture: what it shows, and the bytes of a WebP, which lies beside the file by its name.
        measured: a sentence about what was measured, see `on_model`.
        fenced: columns of plain text; False for tables in Markdown.
    """
    if not args.markdown:
        return
    path = Path(args.markdown)
    said = text.strip("\n").rstrip()  # the heads of a table may begin with spaces
    pieces = [f"    {typed_command()}", f"```text\n{said}\n```" if fenced else said]
    if measured:
        pieces.insert(1, measured)
    if picture is not None:
        name = "_".join([path.stem, *(args.markdown_part or "").split()])
        write_file(path.with_name(f"{name}.webp"), picture[1])
        pieces.append(f"![{picture[0]}]({name}.webp)")
    begin = (
        f"<!-- measured: {args.markdown_part} -->" if args.markdown_part else "<!-- measured -->"
    )
    part = "\n\n".join([begin, *pieces, END])
    write_file(path, with_part(path, title, begin, part, bool(args.markdown_part)))


def with_part(path: Path, title: str, begin: str, part: str, named: bool) -> str:
    """The text of a page with a part in its place.

    Raises `UserError` for a part of the page that has no end.
    """
    old = path.read_text(encoding="utf-8") if path.is_file() else ""
    before, found, rest = old.partition(begin)
    if found:
        _, end, after = rest.partition(END)
        if not end:
            raise UserError(f"{path} has a part {begin} without its {END}.")
        return f"{before}{part}{after}"
    start = old.rstrip() if named and old.strip() else f"# {title}"
    return f"{start}\n\n{part}\n"


def typed_command() -> str:
    """The command that runs; folders and files keep their last name alone."""
    words = [Path(word).name if Path(word).is_absolute() else word for word in sys.argv[1:]]
    return f"python -m ganssl {shlex.join(words)}"
