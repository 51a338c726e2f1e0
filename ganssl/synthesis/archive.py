"""A set as one file."""

from __future__ import annotations

import zipfile
from pathlib import Path

from ganssl.base.atomic import PARTIAL, replacing
from ganssl.base.progress import Progress
from ganssl.synthesis.reader import read_set

DATE = (1980, 1, 1, 0, 0, 0)
"""Of every member, so that the same set gives the same file."""


def zip_path(folder: Path) -> Path:
    """Where the ZIP of a set that the pages offer lies: beside its folder."""
    return folder.with_suffix(".zip")


def zip_set(
    folder: str | Path,
    path: str | Path,
    progress: Progress | None = None,
) -> None:
    """Write a complete set to a ZIP, file by file; unpacked it is the same set again.

    Nothing is compressed: PNGs are already.

    Args:
        progress: called with (files done, files in all).

    Raises `UserError` where the folder holds no complete set or the disk refuses.
    """
    folder, path = Path(folder), Path(path)
    read_set(folder)
    files = [file for file in folder.rglob("*") if file.is_file() and file.suffix != PARTIAL]
    with replacing(path) as out, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for done, file in enumerate(sorted(files), start=1):
            member = zipfile.ZipInfo(file.relative_to(folder).as_posix(), DATE)
            member.external_attr = 0o644 << 16  # readable where permissions are kept
            archive.writestr(member, file.read_bytes())
            if progress:
                progress(done, len(files))
