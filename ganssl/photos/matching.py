"""Which row of a label file belongs to which photo: one rule for all readers.

Names are compared in this order, and the first rule that finds a row decides:

1. the whole path, as it is written;
2. the whole path in Unicode's composed form (macOS writes é as two characters);
3. the last parts, as far as both sides name folders: `train/1.jpg` is `1.jpg`
   and `C:/set/train/1.jpg`, but never `val/1.jpg`;
4. the same without regard to case;
5. the same with another ending or none (`000001`, or `.png` for a `.jpg`);
6. the same as programs rewrite names: `a%20b`, `a&amp;b`, numbers without the zeros that
   spreadsheets drop, or with `.0`, and `p_jpg.rf.0a1b…` as Roboflow calls `p.jpg`.

From 3 on a row counts only where it is the only one for the photo, and the
photo the only one for it. Folders that say nothing, such as `images`, are not
compared, nor, for what is left at the end, those that all photos and all rows
have in common: `C:/set/1.jpg` names `export/1.jpg` where all rows begin with
two folders or more, as paths of another machine do.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

import numpy as np

CONTAINERS = frozenset(
    {"", ".", "data", "dataset", "file", "files", "image", "images", "img", "imgs", "jpg", "photo",
     "photos", "picture", "pictures", "pics", "png", "upload", "uploads", "img_align_celeba"}
)  # fmt: skip
"""Folders that tell nothing of which photos they hold."""

SPLITS = {
    "train": 0, "training": 0, "val": 1, "valid": 1, "validation": 1, "dev": 1, "test": 2,
    "testing": 2, "eval": 2,
}  # fmt: skip
"""Folders that are parts of a set, with the numbers of CelebA's partition."""

ENDINGS = (
    "jpg", "jpeg", "jpe", "jfif", "mpo", "png", "apng", "webp", "avif", "gif", "tif", "tiff",
    "bmp", "heic", "heif",
)  # fmt: skip
"""Of the photo files that `ganssl.photos.images` reads."""

PHOTO_ENDING = re.compile(rf"(?:\.(?:{'|'.join(ENDINGS)}))+$", re.I)
ROBOFLOW = re.compile(rf"_(?:{'|'.join(ENDINGS)})\.rf\.[0-9a-z]{{16,}}$", re.I)
"""What Roboflow puts behind the name of a photo, before its ending."""

BLANKS = " \t\r\n\f\v\u00a0\u200b\u200e\u200f\u2060\ufeff"
"""Letters without a picture that stand about names in tables."""

LABEL_STUDIO = re.compile(r"^[0-9a-f]{8}-(?=.)")
"""What Label Studio puts before the name of a file that was uploaded to it."""


@dataclass(frozen=True)
class Matches:
    """Rows for photos.

    Attributes:
        rows: int64 `[n]`: the row of each photo, -1 without one.
        ambiguous: photos that several rows, or rows that several photos, would fit by their
            last part; none of them got a row.
        contradicted: photos whose bare name has a row, but of another folder.
    """

    rows: np.ndarray
    ambiguous: tuple[str, ...]
    contradicted: tuple[str, ...]


def clean_path(text: str) -> str:
    """A path as label files write it, with plain slashes, without address, query or drive."""
    path = unquoted(text).replace("\\", "/")
    if path[:2] in ("'=", "'+", "'@"):  # so written that spreadsheets run no formula
        path = path[1:]
    if "?d=" in path:  # Label Studio's local storage
        path = unquote(path.partition("?d=")[2])
    elif re.match(r"^[a-z][a-z0-9+.-]+://", path, re.I):
        path = re.sub(r"^[a-z][a-z0-9+.-]+://[^/]*/?", "", path.partition("?")[0], flags=re.I)
        path = unquote(path)
    elif path.startswith("/data/upload/"):  # Label Studio's own storage
        path = LABEL_STUDIO.sub("", unquote(path.rpartition("/")[2]))
    path = re.sub(r"^[A-Za-z]:", "", path)
    parts = [part for part in path.split("/") if part not in ("", ".")]
    return "/".join(parts)


def looks_like_photo(text: str) -> bool:
    """Whether a cell holds the name of a photo file."""
    path = unquote(text.partition("?d=")[2]) if "?d=" in text else text.partition("?")[0]
    return bool(PHOTO_ENDING.search(unquoted(path)))


def loose_key(path: str) -> str:
    """What two names share at the least if they may mean one photo: the last part, without
    ending and case."""
    name = unquoted(path).replace("\\", "/").rpartition("/")[2]
    return _rewritten(LABEL_STUDIO.sub("", composed(name)))


def match_names(photos: Sequence[str], rows: Sequence[str], root: str = "") -> Matches:
    """Find the row of each photo.

    Args:
        photos: paths below the folder or ZIP that holds them.
        rows: names in a label file, from `clean_path`.
        root: name of that folder; it is compared only as far as it is one of several
            that go by numbers or by parts (`train` and `val`, `set1` and `set2`).
    """
    found = np.full(len(photos), -1, np.int64)
    exact = {name: row for row, name in enumerate(rows)}
    for i, name in enumerate(photos):
        found[i] = exact.get(name, -1)
    forms = [composed(name) for name in photos]
    if (found < 0).any():
        by_form: dict[str, int] = {composed(name): row for row, name in enumerate(rows)}
        for place in np.flatnonzero(found < 0).tolist():
            found[place] = by_form.get(forms[place], -1)
    ambiguous: list[int] = []
    contradicted: set[int] = set()
    common, strange = _common(forms), _common(rows)
    ways = [(forms, rows, root)]
    if common and len(strange) > 1:
        near = next((part for part in reversed(common) if _tells(part)), root)
        if not _siblings(strange[-1].casefold(), near.casefold()):
            ways.append((_below(forms, common), _below(rows, strange), near))
    for mine, theirs, top in ways:
        for fold in (_same, str.casefold, _stem, _rewritten):
            open_photos = np.flatnonzero(found < 0)
            if not len(open_photos):
                break
            taken = set(found[found >= 0].tolist())
            doubtful, other = _by_last_part(open_photos, mine, theirs, taken, top, fold, found)
            ambiguous += doubtful
            contradicted |= other
    left = [i for i in dict.fromkeys(ambiguous) if found[i] < 0]
    apart = [i for i in sorted(contradicted) if found[i] < 0 and i not in left]
    return Matches(found, tuple(photos[i] for i in left), tuple(photos[i] for i in apart))


def _common(names: Sequence[str]) -> list[str]:
    """The folders that all names begin with."""
    folders = [name.split("/")[:-1] for name in names]
    shared = folders[0] if folders else []
    for parts in folders:
        while shared != parts[: len(shared)]:
            shared = shared[:-1]
        if not shared:
            break
    return shared


def _below(names: Sequence[str], folders: list[str]) -> list[str]:
    return [name.split("/", len(folders))[-1] for name in names]


def _by_last_part(
    open_photos: np.ndarray,
    photos: list[str],
    rows: Sequence[str],
    taken: set[int],
    root: str,
    fold: Callable[[str], str],
    found: np.ndarray,
) -> tuple[list[int], set[int]]:
    """Fill `found` by the last parts; photos that are ambiguous, and those contradicted."""
    wanted = {fold(photos[i].rpartition("/")[2]) for i in open_photos}
    known = _ByLastParts({len(_folders(photo, fold)) for photo in photos}, fold)
    for row, name in enumerate(rows):
        if row not in taken:
            last = fold(composed(LABEL_STUDIO.sub("", name.rpartition("/")[2])))
            raw = fold(composed(name.rpartition("/")[2]))
            for key in {last, raw} & wanted:
                known.add(key, row, name)
    fits: dict[int, list[int]] = {}
    contradicted: set[int] = set()
    for i in open_photos.tolist():
        some = known.below(photos[i])
        fits[i] = [row for row in some if _agree(photos[i], rows[row], root, fold)]
        if not fits[i] and fold(photos[i].rpartition("/")[2]) in known.lasts:
            contradicted.add(i)
    photos_of: dict[int, list[int]] = {}  # those with a row of their own count too
    for i, photo in enumerate(photos):
        for row in known.below(photo):
            if _agree(photo, rows[row], root, fold):
                photos_of.setdefault(row, []).append(i)
    doubtful = []
    for i, some in fits.items():
        if len(some) == 1 and len(photos_of[some[0]]) == 1:
            found[i] = some[0]
        elif some:
            doubtful.append(i)
    return doubtful, contradicted


class _ByLastParts:
    """Rows by the last part of their names and the folders above it, so that a photo meets those
    alone whose folders end as its own do.

    Args:
        depths: how many folders the photos have.
    """

    def __init__(self, depths: set[int], fold: Callable[[str], str]) -> None:
        self.depths, self.fold = depths, fold
        self.lasts: set[str] = set()
        self._deeper: dict[tuple[str, tuple[str, ...]], list[int]] = {}
        self._whole: dict[tuple[str, tuple[str, ...]], list[int]] = {}

    def add(self, last: str, row: int, name: str) -> None:
        folders = _folders(name, self.fold)
        self.lasts.add(last)
        self._whole.setdefault((last, folders), []).append(row)
        for depth in self.depths:
            if depth <= len(folders):
                ends = folders[len(folders) - depth :]
                self._deeper.setdefault((last, ends), []).append(row)

    def below(self, photo: str) -> list[int]:
        """Rows whose folders are the last of the photo's, or end with all of them."""
        last, folders = self.fold(photo.rpartition("/")[2]), _folders(photo, self.fold)
        found = list(self._deeper.get((last, folders), ()))
        for start in range(1, len(folders) + 1):
            found += self._whole.get((last, folders[start:]), ())
        return found


def _folders(path: str, fold: Callable[[str], str]) -> tuple[str, ...]:
    """The folders of a path that tell something, as they are compared."""
    found = [composed(part) for part in path.split("/")[:-1] if _tells(part)]
    if fold is _rewritten:
        return tuple(composed(unquote(part)).casefold() for part in found)
    return tuple(found if fold is _same else map(str.casefold, found))


def _agree(photo: str, row: str, root: str, fold: Callable[[str], str]) -> bool:
    """Whether the folders of a photo and of a row do not contradict each other."""
    mine, theirs = _folders(photo, fold), _folders(row, fold)
    length = min(len(mine), len(theirs))
    if length and mine[-length:] != theirs[-length:]:
        return False
    rest = theirs[: len(theirs) - length]
    if len(mine) > length or not rest or not root:
        return True
    return not _siblings(rest[-1].casefold(), root.casefold())


def _tells(folder: str) -> bool:
    return folder.casefold() not in CONTAINERS


def _siblings(first: str, second: str) -> bool:
    """Whether two folders look like different parts of one set: train and val, set1 and set2."""
    if first in SPLITS and second in SPLITS:
        return SPLITS[first] != SPLITS[second]
    if first == second:
        return False
    digits = re.sub(r"\d+", "", first) == re.sub(r"\d+", "", second)
    return digits or (len(first) > 2 and first[:-1] == second[:-1])


def composed(name: str) -> str:
    """A text in Unicode's composed form."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def _same(name: str) -> str:
    return name


def _stem(name: str) -> str:
    return PHOTO_ENDING.sub("", name).casefold()


def _rewritten(name: str) -> str:
    """A name without what programs make of it: no ending, no `%20`, no leading zeros."""
    if "%" in name:
        name = composed(unquote(name))
    if "&" in name:
        name = composed(html.unescape(name))
    stem = PHOTO_ENDING.sub("", name)
    if ".rf." in stem:
        stem = ROBOFLOW.sub("", stem)
    if stem.endswith(".0") and stem[:-2].isdecimal():
        stem = stem[:-2]
    if stem.isdecimal():
        stem = stem.lstrip("0") or "0"
    return stem.casefold()


def unquoted(text: str) -> str:
    """A cell without blanks and quotation marks about it."""
    text = text.strip(BLANKS).strip('"')
    return text[1:-1] if len(text) > 2 and text[0] == text[-1] == "'" else text
