"""Where the bytes of photos lie: a folder, a zip that stays packed, or memory."""

from __future__ import annotations

import os
import re
import threading
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from ganssl.base.files import open_zip
from ganssl.errors import UserError
from ganssl.photos.safe_zip import is_folder, is_system_file, member_name

PHOTO_SUFFIXES = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".webp", ".avif", ".gif", ".tif",
    ".tiff", ".bmp", ".heic", ".heif",
)  # fmt: skip
OTHER_PICTURES = (
    ".jxl", ".jp2", ".j2k", ".jpf", ".psd", ".raw", ".dng", ".cr2", ".cr3", ".nef", ".arw",
    ".orf", ".rw2", ".raf", ".ppm", ".pgm", ".pbm", ".tga", ".exr", ".hdr", ".heics", ".hif",
    ".jpg_large", ".jpeg_large",
)  # fmt: skip
"""Endings of pictures that are not read, so that a report can name them."""

TABLE_SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".jsonl", ".parquet", ".json", ".xml")
MAX_FILE_BYTES = 200_000_000

SHOWN = {0xDC80 + i: 0xF780 + i for i in range(128)}
"""Bytes of file names that are no UTF-8, which Python reads as halves of characters, become
characters of private use: they can be shown and written, and lead back to the file."""

KEPT = {shown: half for half, shown in SHOWN.items()}


@dataclass(frozen=True)
class FolderFiles:
    """Photos of a folder and its sub-folders, named by their path below it (`a/b.jpg`)."""

    root: Path

    def names(self) -> list[str]:
        """All photos by their endings, unsorted; hidden files and folders are left out."""
        return self._scan(self.root, "", PHOTO_SUFFIXES)

    def tables(self) -> list[str]:
        """Files that may hold labels, unsorted."""
        return self._scan(self.root, "", TABLE_SUFFIXES)

    def others(self) -> list[str]:
        """Pictures of formats that are not read, unsorted."""
        return self._scan(self.root, "", OTHER_PICTURES)

    def _scan(self, folder: Path, prefix: str, endings: tuple[str, ...]) -> list[str]:
        found = []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.startswith((".", "__MACOSX")):
                        continue
                    if entry.is_dir(follow_symlinks=False):  # a link could lead in a circle
                        inner = f"{prefix}{entry.name.translate(SHOWN)}/"
                        found += self._scan(folder / entry.name, inner, endings)
                    elif entry.name.lower().endswith(endings) and entry.is_file():
                        found.append(prefix + entry.name.translate(SHOWN))
        except OSError as error:
            raise UserError(f"The folder {folder} cannot be read: {error.strerror}.") from error
        return found

    def title(self, name: str) -> str:
        return f"{self.root.name}/{name}"

    def read(self, name: str) -> bytes:
        try:
            with open(self._path(name), "rb", buffering=0) as file:
                return file.readall()
        except OSError as error:
            raise UserError(f"{self.title(name)} cannot be read: {error.strerror}.") from error

    def _path(self, name: str) -> str:
        path = os.path.join(self.root, name)
        if name.isascii():  # most are: asked for each of very many photos
            return path
        kept = name.translate(KEPT)
        return os.path.join(self.root, kept) if kept != name and not os.path.exists(path) else path

    def stamp(self, name: str) -> tuple[int, int]:
        """Size in bytes and time of the last change in nanoseconds."""
        try:
            status = os.stat(self._path(name))
        except OSError as error:
            raise UserError(f"{self.title(name)} cannot be read: {error.strerror}.") from error
        return status.st_size, status.st_mtime_ns


@dataclass(frozen=True)
class _OpenZip:
    """A zip as one process opened it; the lock guards its file position."""

    file: zipfile.ZipFile
    process: int
    lock: threading.Lock
    members: dict[str, zipfile.ZipInfo]


class ZipFiles:
    """Photos in one folder of a zip, read member by member.

    Safe in threads, which take turns, and in child processes, which each open
    the zip for themselves.
    """

    def __init__(self, path: str | Path, folder: str = "") -> None:
        """Open the zip `path`; `folder` is a prefix such as `img_align_celeba/`."""
        self.path, self.folder = Path(path), folder
        self._opened = self._open()

    def __reduce__(self):
        return ZipFiles, (self.path, self.folder)

    def _open(self) -> _OpenZip:
        try:
            file = open_zip(self.path)
            members = {
                member_name(info).replace("\\", "/"): info
                for info in file.infolist()
                if not is_folder(info)
            }
            return _OpenZip(file, os.getpid(), threading.Lock(), members)
        except (OSError, zipfile.BadZipFile) as error:
            raise UserError(
                f"{self.path} cannot be opened as a zip ({error}); download it again."
            ) from error

    def _opened_here(self) -> _OpenZip:
        opened = self._opened
        if opened.process != os.getpid():  # after a fork: the parent's file position is not ours
            opened = self._opened = self._open()
        return opened

    def names(self) -> list[str]:
        """The photos of the folder, unsorted, without its prefix."""
        return self._listed(PHOTO_SUFFIXES)

    def tables(self) -> list[str]:
        """Members that may hold labels, unsorted."""
        return self._listed(TABLE_SUFFIXES)

    def others(self) -> list[str]:
        """Pictures of formats that are not read, unsorted."""
        return self._listed(OTHER_PICTURES)

    def _listed(self, endings: tuple[str, ...]) -> list[str]:
        return [
            member.removeprefix(self.folder)
            for member in self._opened_here().members
            if member.startswith(self.folder)
            and member.lower().endswith(endings)
            and not is_system_file(member)
        ]

    def title(self, name: str) -> str:
        return f"{self.path.name}/{self.folder}{name}"

    def read(self, name: str) -> bytes:
        opened = self._opened_here()
        try:
            with opened.lock:
                info = opened.members[self.folder + name]
                if info.file_size > MAX_FILE_BYTES:
                    raise UserError(f"{self.title(name)} is too large for a photo.")
                return opened.file.read(info)
        except KeyError as error:
            raise UserError(f"{self.title(name)} is not in the zip.") from error
        except UserError:
            raise
        except Exception as error:  # damaged data raises many types, by method and place
            raise UserError(
                f"{self.title(name)} cannot be unpacked ({error}); download the zip again."
            ) from error

    def stamp(self, name: str) -> tuple[int, int]:
        """Size in bytes and the CRC-32 that the zip records."""
        info = self._opened_here().members[self.folder + name]
        return info.file_size, info.CRC


@dataclass(frozen=True)
class MemoryFiles:
    """Photos that were handed in: their files, still compressed, by name."""

    photos: dict[str, bytes] = field(repr=False)

    def names(self) -> list[str]:
        return list(self.photos)

    def tables(self) -> list[str]:
        return []

    def title(self, name: str) -> str:
        return name

    def read(self, name: str) -> bytes:
        return self.photos[name]

    def stamp(self, name: str) -> tuple[int, int]:
        """Size in bytes and CRC-32."""
        return len(self.photos[name]), zlib.crc32(self.photos[name])


def natural_key(name: str) -> tuple:
    """A sort key that puts `a2` before `a10` and keeps folders together."""
    parts = [re.split(r"(\d{1,18})", part.casefold()) for part in name.split("/")]
    return [[int(c) if i % 2 else c for i, c in enumerate(part)] for part in parts], name
