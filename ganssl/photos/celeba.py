"""CelebA in its official layout (Liu et al. 2015, "Deep Learning Face Attributes in the Wild"),
and as Kaggle has it: CSV files, photos one folder deeper, all in one ZIP."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from ganssl.errors import UserError
from ganssl.photos.label_file import LabelTable, read_labels
from ganssl.photos.matching import loose_key, match_names
from ganssl.photos.number_list import read_number_list
from ganssl.photos.photo_files import FolderFiles, ZipFiles
from ganssl.photos.photo_set import PhotoSet
from ganssl.photos.report import ReadReport
from ganssl.photos.table_names import as_known, known_as

PHOTOS = "img_align_celeba"
ATTRIBUTES = "list_attr_celeba"
PARTITION = "list_eval_partition"
IDENTITY = "identity_CelebA"
ENDINGS = (".txt", ".csv")
SUB_FOLDERS = ("", "Anno", "Eval", "Img")
LOWER = tuple(map(str.casefold, SUB_FOLDERS[1:]))
DEEPEST = 5
"""Folders around CelebA's own, as archives are unpacked."""

FEW = 50_000
"""With fewer photos, only their rows of the lists are kept."""


@dataclass(frozen=True)
class _Place:
    """Where lists and photos lie: a folder, or one ZIP with everything in it."""

    root: Path
    packed: ZipFiles | None = None

    def list_file(self, stem: str) -> tuple[str, Path | None] | None:
        """The name of a list and, in a folder, its path; None where it is absent."""
        wanted = [stem + ending for ending in ENDINGS]
        if self.packed is None:
            path = _find(self.root, *wanted)
            return None if path is None else (path.name, path)
        found = as_known(self.packed.tables(), [name.casefold() for name in wanted])
        return (min(found, key=len), None) if found else None

    def read(self, found: tuple[str, Path | None]) -> bytes:
        name, path = found
        if self.packed is not None:
            return self.packed.read(name)
        path = path or self.root / name
        try:
            return path.read_bytes()
        except OSError as error:
            raise UserError(f"{path} cannot be read: {error.strerror}.") from error


def read_celeba(root: str | Path) -> PhotoSet:
    """Read the aligned photos with their attributes; cut-down lists are read like full ones.

    Args:
        root: the folder with `img_align_celeba/` or `img_align_celeba.zip`,
            `list_attr_celeba` and, where present, `list_eval_partition`
            and `identity_CelebA` (`.txt` or `.csv`), at its top or in CelebA's sub-folders
            `Anno`, `Eval` and `Img`; the path of that zip; or one ZIP with everything in it.

    Returns:
        The photos in the order of the attribute list; rows without a photo are noted.

    Raises:
        UserError: a file is missing or damaged, or the files disagree.
    """
    path = Path(root)
    root = _root_folder(path)
    place = _Place(root)
    if path.is_file() and known_as(path.name) != f"{PHOTOS}.zip":
        place = _Place(path, ZipFiles(path))
    attributes = place.list_file(ATTRIBUTES)
    if attributes is None:
        raise UserError(
            f"{root} holds no {ATTRIBUTES}.txt or .csv; put CelebA's attribute list there."
        )
    files = _photo_files(place, path)
    present = files.names()
    wanted = {loose_key(name) for name in present} if len(present) < FEW else None
    name = PurePosixPath(attributes[0]).name
    table = read_labels(place.read(attributes), name=name, every_column=True, wanted=wanted)
    photos, kept = _photos_of_rows(table, present)
    if not len(kept):
        shown = ", ".join(sorted(present)[:2]) or "none"
        raise UserError(
            f"{name} lists none of the photos that are in {files.title('').rstrip('/')}, which "
            f"holds {shown}. Use the list and the photos of one download."
        )
    names = [table.names[row] for row in kept]
    partition = _numbers(place, PARTITION, names, name, wanted)
    if partition is not None:
        odd = np.flatnonzero(partition > 2)
        if len(odd):
            raise UserError(
                f"{_file_name(place, PARTITION)} puts {names[odd[0]]} into part "
                f"{partition[odd[0]]}; write 0 (train), 1 (validation) or 2 (test)."
            )
        partition = partition.astype(np.int8)
    notes = (*table.notes, *_missing_note(table, kept, files.title("").rstrip("/")))
    return PhotoSet(
        names=photos,
        attributes=table.attributes,
        labels=table.labels[kept],
        partition=partition,
        identity=_numbers(place, IDENTITY, names, name, wanted),
        source=str(root if place.packed is None else path),
        files=files,
        report=ReadReport(len(photos), table.attributes, (), notes, table.total - len(photos)),
    )


def is_celeba(path: str | Path) -> bool:
    """Whether `path` is a folder in CelebA's layout, its zip of photos, or a ZIP of all of it."""
    path = Path(path)
    root = _root_folder(path)
    if _find(root, *(ATTRIBUTES + ending for ending in ENDINGS), f"{PHOTOS}.zip") is not None:
        return True
    if path.is_file() and path.suffix.lower() == ".zip":
        return _Place(path, ZipFiles(path)).list_file(ATTRIBUTES) is not None
    return False


def _root_folder(path: Path) -> Path:
    if known_as(path.name) != f"{PHOTOS}.zip":
        return _deeper(path) if path.is_dir() else path
    inner = path.parent.name.casefold() in LOWER
    return path.parent.parent if inner else path.parent


def _deeper(path: Path) -> Path:
    """The folder with CelebA's list, where nothing but folders with one folder each leads to it;
    `path` itself where there is none."""
    place = path
    for _ in range(DEEPEST):
        if _find(place, *(ATTRIBUTES + ending for ending in ENDINGS)) is not None:
            return place
        inner = [one for one in _folders(place) if not one.name.startswith((".", "__MACOSX"))]
        if len(inner) != 1 or inner[0].name == PHOTOS:
            break
        place = inner[0]
    return path


def _folders(path: Path) -> list[Path]:
    return _entries(path, folders=True)


def _entries(path: Path, folders: bool = False) -> list[Path]:
    """What lies in a folder, or the folders there alone; nothing where it cannot be read."""
    try:
        with os.scandir(path) as entries:
            return [
                path / one.name
                for one in entries
                if not folders or one.is_dir(follow_symlinks=False)
            ]
    except OSError:
        return []


def _find(root: Path, *names: str) -> Path | None:
    """The first of several files or folders that is there, also under the name of a copy."""
    exact = [root / folder / name for name in names for folder in SUB_FOLDERS]
    found = next((path for path in exact if path.exists()), None)
    if found is not None:
        return found
    stems = tuple(name.partition(".")[0].casefold() for name in names)
    inner = [one for one in _folders(root) if one.name.casefold() in LOWER]
    copies = [
        path
        for folder in (root, *inner)
        for path in _entries(folder)
        if any(stem in path.name.casefold() for stem in stems)
    ]
    such = as_known(map(str, copies), [name.casefold() for name in names])
    return Path(such[0]) if such else None


def _photo_files(place: _Place, path: Path) -> FolderFiles | ZipFiles:
    """The photos, however many folders of their name stand around them."""
    root = place.root
    if place.packed is not None:
        return _inner_zip(path)
    if path.is_file():
        return _inner_zip(path)
    folder = _find(root, PHOTOS)
    if folder is not None and folder.is_dir():
        while (folder / PHOTOS).is_dir():
            folder = folder / PHOTOS
        return FolderFiles(folder)
    packed = _find(root, f"{PHOTOS}.zip")
    if packed is not None:
        return _inner_zip(packed)
    files = FolderFiles(root)
    if not files.names():
        raise UserError(f"{root} holds neither {PHOTOS}/ nor {PHOTOS}.zip; put the photos there.")
    return files


def _inner_zip(path: Path) -> ZipFiles:
    """A ZIP of photos from the folder on in which all of them lie."""
    names = ZipFiles(path).names()
    folder = names[0].rpartition("/")[0] if names else ""
    while folder and not all(name.startswith(f"{folder}/") for name in names):
        folder = folder.rpartition("/")[0]
    return ZipFiles(path, f"{folder}/" if folder else "")


def _photos_of_rows(table: LabelTable, present: list[str]) -> tuple[list[str], np.ndarray]:
    """Photos in the order of the rows that have one, and these rows."""
    rows = match_names(present, table.names).rows
    photo_of = {int(row): photo for photo, row in zip(present, rows, strict=True) if row >= 0}
    kept = sorted(photo_of)
    return [photo_of[row] for row in kept], np.array(kept, np.int64)


def _missing_note(table: LabelTable, kept: np.ndarray, where: str) -> list[str]:
    missing = table.total - len(kept)
    if not missing:
        return []
    held = set(kept.tolist())
    rows = zip(table.names, table.lines, strict=True)
    such = [row for i, row in enumerate(rows) if i not in held][:3] or table.left_out
    shown = ", ".join(f"{name} (line {line})" for name, line in such)
    return [
        f"{table.source} lists {_photos(missing)} not in {where}"
        + (f", such as {shown}." if shown else ".")
    ]


def _file_name(place: _Place, stem: str) -> str:
    found = place.list_file(stem)
    return PurePosixPath(found[0]).name if found else stem


def _numbers(
    place: _Place, stem: str, names: list[str], source: str, wanted: Collection[str] | None
) -> np.ndarray | None:
    """A two-column list in the order of `names`, int64 `[n]`; None where there is no such file."""
    found = place.list_file(stem)
    if found is None:
        return None
    name = PurePosixPath(found[0]).name
    numbers = read_number_list(place.read(found), name, wanted)
    missing = [photo for photo in names if photo not in numbers]
    if missing:
        raise UserError(
            f"{name} has no row for {len(missing)} of the photos in {source}, such as "
            f"{', '.join(missing[:3])}. Use the files of one download."
        )
    return np.array([numbers[photo] for photo in names], dtype=np.int64)


def _photos(count: int) -> str:
    return "1 photo that is" if count == 1 else f"{count:,} photos that are"
