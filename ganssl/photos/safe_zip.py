"""A stranger's ZIP, opened in memory: its members are checked before they are unpacked.

A small ZIP can promise gigabytes, hide other archives, or hold links and paths
that lead out of a folder. Here nothing is written to disk, a member's path only
tells it apart from others, sizes are limited as declared and again
as read, and whatever is not a plain file is refused.
"""

from __future__ import annotations

import io
import re
import stat
import unicodedata
import zipfile
from dataclasses import dataclass

from ganssl.base import files
from ganssl.errors import UserError

ARCHIVES = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst")
SYSTEM_FILES = ("thumbs.db", "desktop.ini")
MAX_NAME = 120


@dataclass(frozen=True)
class Limits:
    """How much is taken from a visitor at once.

    Attributes:
        files: loose files and members of ZIPs together.
        file_bytes: one file, unpacked.
        total_bytes: all files, unpacked.
        ratio: unpacked over packed size of a member. Photos are packed
            already and lie near 1, lists of labels near 10.
        total_pixels: all photos together; each is decoded once, by itself.
    """

    files: int = 5_000
    file_bytes: int = 30_000_000
    total_bytes: int = 300_000_000
    ratio: int = 100
    total_pixels: int = 3_000_000_000


@dataclass(frozen=True)
class Member:
    """A member that passed the checks; `name` is safe to show and to match."""

    name: str
    archive: zipfile.ZipFile
    info: zipfile.ZipInfo

    @property
    def size(self) -> int:
        """Its size as the ZIP declares it."""
        return self.info.file_size

    def read(self) -> bytes:
        """Unpack it; `UserError` where it is damaged or holds more than it declares."""
        try:
            with self.archive.open(self.info) as file:
                return file.read(self.size + 1)  # one more than declared: checks the CRC
        except Exception as error:  # damaged data raises many types, by method and place
            raise UserError("It is damaged in the ZIP and cannot be unpacked.") from error


def open_zip(data: bytes, limits: Limits) -> tuple[list[Member], list[tuple[str, str]]]:
    """List a ZIP's members, without folders and the files that systems add.

    Returns:
        The members that may be read, and `(name, reason)` of those that may not.

    Raises:
        UserError: it is no ZIP, damaged, empty, or holds too much for `limits`.
    """
    too_many = f"The ZIP holds more than {limits.files:,} files; hand in fewer at a time."
    if data.count(b"PK\x01\x02") > 3 * limits.files:  # entries, before a table of them is built
        raise UserError(too_many)
    try:
        archive = files.open_zip(io.BytesIO(data))
        infos = archive.infolist()
    except (OSError, zipfile.BadZipFile) as error:
        raise UserError("This is not a ZIP, or a damaged one; pack the photos again.") from error
    infos = [info for info in infos if not is_folder(info) and not is_system_file(info.filename)]
    if not infos:
        raise UserError("The ZIP is empty.")
    if len(infos) > limits.files:
        raise UserError(too_many)
    members, refused = [], []
    for info in infos:
        name, reason = safe_path(member_name(info)), _reason_against(info, limits)
        if reason:
            refused.append((name, reason))
        else:
            members.append(Member(name, archive, info))
    if sum(member.size for member in members) > limits.total_bytes:
        raise UserError(
            f"The ZIP unpacks to more than {megabytes(limits.total_bytes)}; "
            f"hand in fewer photos at a time."
        )
    return members, refused


def _reason_against(info: zipfile.ZipInfo, limits: Limits) -> str:
    """Why a member may not be unpacked; an empty text when it may."""
    kind = stat.S_IFMT(info.external_attr >> 16)  # 0 where the ZIP was not made on Unix
    if kind not in (0, stat.S_IFREG):
        return "It is a link or another special file, not a photo."
    if info.flag_bits & 0x1:
        return "It is encrypted; pack the photos without a password."
    if info.filename.lower().endswith(ARCHIVES):
        return "It is an archive inside the ZIP, which is not opened; hand it in by itself."
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "It is packed by an unusual method; make a plain ZIP."
    if info.file_size > limits.file_bytes:
        return too_large(limits)
    if info.file_size > limits.ratio * max(info.compress_size, 1):
        return (
            f"It unpacks to more than {limits.ratio} times its packed size, as no photo does; "
            f"it was not unpacked."
        )
    return ""


def is_folder(info: zipfile.ZipInfo) -> bool:
    """As `ZipInfo.is_dir`, also of a damaged entry without a name."""
    return info.filename.endswith("/")


def is_system_file(path: str) -> bool:
    """Whether macOS or Windows put the file there: `__MACOSX/…`, `.DS_Store`, `Thumbs.db`."""
    parts = re.split(r"[\\/]", path)
    hidden = parts[-1].startswith(".") or parts[-1].lower() in SYSTEM_FILES
    return hidden or "__MACOSX" in parts


def safe_name(path: str) -> str:
    """The last part of a path, printable and short, with accents as one character each.

    macOS writes é as two characters, a table of labels as one; both come out alike.
    """
    name = re.split(r"[\\/]", unicodedata.normalize("NFC", path))[-1]
    name = "".join(c for c in name if c.isprintable()).strip()
    return name[-MAX_NAME:] or "unnamed"


def safe_path(path: str) -> str:
    """A path whose parts are safe names, relative and without `..`: it only tells photos apart."""
    parts = [safe_name(part) for part in re.split(r"[\\/]", path) if part.strip(" .")]
    return "/".join(parts[-8:]) or "unnamed"


def member_name(info: zipfile.ZipInfo) -> str:
    """The name of a member; without the flag of UTF-8 it is UTF-8 where it can be."""
    if info.flag_bits & 0x800 or info.filename.isascii():
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def too_large(limits: Limits) -> str:
    return f"It is larger than {megabytes(limits.file_bytes)}, the most that is taken of one file."


def megabytes(count: int) -> str:
    return f"{count / 1e6:,.0f} MB"
