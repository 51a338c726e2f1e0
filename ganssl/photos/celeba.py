"""CelebA in its official layout (Liu et al. 2015, "Deep Learning Face Attributes in the Wild")."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ganssl.errors import UserError
from ganssl.photos.label_file import LabelTable, read_attribute_list, read_number_list
from ganssl.photos.photo_files import FolderFiles, ZipFiles
from ganssl.photos.photo_set import PhotoSet

PHOTOS = "img_align_celeba"
ATTRIBUTES = "list_attr_celeba.txt"
PARTITION = "list_eval_partition.txt"
IDENTITY = "identity_CelebA.txt"
SUB_FOLDERS = ("", "Anno", "Eval", "Img")


def read_celeba(root: str | Path) -> PhotoSet:
    """Read the aligned photos with their attributes; cut-down lists are read like full ones.

    Args:
        root: the folder with `img_align_celeba/` or `img_align_celeba.zip`,
            `list_attr_celeba.txt` and, where present, `list_eval_partition.txt`
            and `identity_CelebA.txt`, at its top or in CelebA's sub-folders
            `Anno`, `Eval` and `Img`; or the path of that zip.

    Returns:
        The photos in the order of the attribute list.

    Raises:
        UserError: a file is missing or damaged, or the files disagree.
    """
    path = Path(root)
    root = _root_folder(path)
    attribute_file = _find(root, ATTRIBUTES)
    if attribute_file is None:
        raise UserError(f"{root} holds no {ATTRIBUTES}; put CelebA's attribute list there.")
    files = _photo_files(root) if root == path else ZipFiles(path, f"{PHOTOS}/")
    table = read_attribute_list(attribute_file)
    table.require_photos(set(files.names()), files.title("").rstrip("/"))
    partition = _numbers(root, PARTITION, table)
    if partition is not None:
        odd = np.flatnonzero(partition > 2)
        if len(odd):
            raise UserError(
                f"{PARTITION} puts {table.names[odd[0]]} into part {partition[odd[0]]}; "
                f"write 0 (train), 1 (validation) or 2 (test)."
            )
        partition = partition.astype(np.int8)
    return PhotoSet(
        names=table.names,
        attributes=table.attributes,
        labels=table.labels,
        partition=partition,
        identity=_numbers(root, IDENTITY, table),
        source=str(root),
        files=files,
    )


def is_celeba(path: str | Path) -> bool:
    """Whether `path` is a folder in CelebA's layout or its zip of photos."""
    root = _root_folder(Path(path))
    return _find(root, ATTRIBUTES) is not None or _find(root, f"{PHOTOS}.zip") is not None


def _root_folder(path: Path) -> Path:
    if path.name != f"{PHOTOS}.zip":
        return path
    return path.parent.parent if path.parent.name in SUB_FOLDERS[1:] else path.parent


def _find(root: Path, name: str) -> Path | None:
    paths = [root / folder / name for folder in SUB_FOLDERS]
    return next((path for path in paths if path.exists()), None)


def _photo_files(root: Path) -> FolderFiles | ZipFiles:
    folder = _find(root, PHOTOS)
    if folder is not None:
        return FolderFiles(folder)
    path = _find(root, f"{PHOTOS}.zip")
    if path is None:
        raise UserError(f"{root} holds neither {PHOTOS}/ nor {PHOTOS}.zip; put the photos there.")
    return ZipFiles(path, f"{PHOTOS}/")


def _numbers(root: Path, name: str, table: LabelTable) -> np.ndarray | None:
    """A two-column list in the table's order, int64 `[n]`; None where there is no such file."""
    path = _find(root, name)
    if path is None:
        return None
    numbers = read_number_list(path)
    missing = [photo for photo in table.names if photo not in numbers]
    if missing:
        raise UserError(
            f"{name} has no row for {len(missing)} of the photos in {table.source}, such as "
            f"{', '.join(missing[:3])}. Use the files of one download."
        )
    return np.array([numbers[photo] for photo in table.names], dtype=np.int64)
