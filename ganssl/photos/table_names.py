"""What a file is called, without what systems and browsers add to a copy of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

COPY = re.compile(
    r"(?:\s*\(\d{1,3}\)|(?:\s+-\s+|[\s_-]+)(?:copy|kopie|copie|copia)(?:[\s_-]*\d{1,3})?)+$", re.I
)
"""` (1)` of browsers, ` - Copy` of Windows, ` copy 2` of macOS."""

COPY_OF = re.compile(r"^(?:copy of|kopie von|copie de|copia de)\s+", re.I)


def known_as(path: str) -> str:
    """The last part of a path in lower case, as it was called before it was copied.

    `LIST_ATTR_CELEBA (1).CSV` is `list_attr_celeba.csv`, and so is `list_attr_celeba.csv.txt`,
    whose second ending a system put there that hides the first.
    """
    name = PurePosixPath(path).name
    stem, dot, ending = name.rpartition(".")
    if not dot:
        return COPY_OF.sub("", COPY.sub("", name)).casefold()
    inner, inner_dot, first = stem.rpartition(".")
    if inner_dot and first.casefold() in ("csv", "txt", "tsv", "json", "jsonl", "xlsx", "zip"):
        stem, ending = inner, first
    stem = COPY_OF.sub("", COPY.sub("", stem))
    return f"{stem}.{ending}".casefold()


def as_known(paths: Iterable[str], names: Iterable[str]) -> list[str]:
    """Those of the paths that are known as the first of the names that any of them has; where
    some are called so to the letter, these alone."""
    paths = sorted(paths)
    for name in names:
        found = [path for path in paths if known_as(path) == name]
        exact = [path for path in found if PurePosixPath(path).name == name]
        if found:
            return exact or found
    return []
