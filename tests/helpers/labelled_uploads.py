"""Generated faces as stand-ins for photos, packed as a visitor hands them in."""

from __future__ import annotations

import io
import zipfile

import numpy as np

from ganssl.photos.images import png_bytes


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def face_files(faces: np.ndarray) -> dict[str, bytes]:
    """PNGs of 178×218, CelebA's frame, so that no face has to be sought: `00.png` and so on.

    Args:
        faces: uint8 `[n, 140, 140, 3]`, laid where the crop takes them from.
    """
    files = {}
    for i, face in enumerate(faces):
        frame = np.full((218, 178, 3), 127, np.uint8)
        frame[45:185, 19:159] = face
        files[f"{i:02d}.png"] = png_bytes(frame)
    return files


def generated_photos(model, count: int, seed: int = 50, attribute: str = "Smiling"):
    """Faces of a model with the labels of its direction, one half of each class.

    Returns the files of `face_files` and labels int8 `[count]`.
    """
    from ganssl.face.render import enlarge
    from ganssl.synthesis import Recipe, preview_faces

    faces, labels = preview_faces(model, Recipe(attribute, count, seed=seed), count)
    return face_files(np.stack([enlarge(face, 140) for face in faces])), labels


def labels_csv(labels: np.ndarray, header: str = "file,Smiling") -> bytes:
    """Rows `00.png,1` and so on; an empty cell for -1."""
    rows = [f"{i:02d}.png,{label if label >= 0 else ''}" for i, label in enumerate(labels)]
    return "\n".join([header, *rows]).encode()
