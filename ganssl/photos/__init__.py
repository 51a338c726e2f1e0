"""Photos with labels: `read_photos` finds the reader for a path."""

from __future__ import annotations

from pathlib import Path

from ganssl.attributes import Attribute
from ganssl.errors import UserError
from ganssl.photos.celeba import is_celeba, read_celeba
from ganssl.photos.folder import read_folder
from ganssl.photos.photo_set import PhotoSet

__all__ = ["PhotoSet", "read_celeba", "read_folder", "read_photos"]


def read_photos(
    path: str | Path,
    labels: str | Path | bytes | None = None,
    attribute: Attribute | None = None,
    column: str | None = None,
) -> PhotoSet:
    """Read CelebA (its folder or ZIP) or a plain folder or ZIP of photos.

    What was read and what was left out stands in the set's `report`.

    Args:
        labels, attribute, column: labels of a plain folder, see `read_folder`;
            CelebA brings its own.

    Example:
        >>> from pathlib import Path
        >>> from PIL import Image
        >>> import ganssl
        >>> Path("photos").mkdir()
        >>> for name in ("a.png", "b.png"):
        ...     Image.new("RGB", (178, 218)).save(f"photos/{name}")
        >>> _ = Path("labels.csv").write_text("file,Smiling\\na.png,1\\n", encoding="utf-8")
        >>> photos = ganssl.read_photos("photos", "labels.csv")
        >>> photos.names, photos.column("Smiling").tolist()
        (['a.png', 'b.png'], [1, -1])
    """
    path = Path(path)
    if not path.exists():
        raise UserError(f"{path} does not exist.")
    if not is_celeba(path):
        return read_folder(path, labels, attribute, column)
    if labels is not None:
        raise UserError(
            f"{path} is CelebA and brings its labels. To label its photos anew, "
            f"give the folder img_align_celeba itself."
        )
    return read_celeba(path)
