"""A photo made editable: aligned, encoded, rebuilt, and what was lost on the way.

The page *Your photo*, the commands `edit` and `morph` and notebooks call these
functions. The code of a photo is personal: nothing here writes it to a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from ganssl.errors import UserError
from ganssl.face.detail import PhotoDetail
from ganssl.face.provenance import photo_provenance
from ganssl.face.render import enlarge, render
from ganssl.face.state import FaceState
from ganssl.metrics.reconstruction import l1_error, ms_ssim
from ganssl.models.face_model import FaceModel
from ganssl.photos.align import PreparedFace, find_faces, prepare_face
from ganssl.photos.frame import Face
from ganssl.photos.images import read_image
from ganssl.photos.picture_files import picture_bytes
from ganssl.photos.preprocess import ALIGNED_SIZE

if TYPE_CHECKING:
    from ganssl.features.face_network import FaceNetwork

LONGEST_SIDE = 2048
"""Larger photos are reduced, which leaves enough of any face and saves a server's memory."""

ONE_PERSON = 0.35
TWO_PERSONS = -0.01
TWO_PERSONS_AT_MOST = 0.34
"""Identity similarity of two photos: medians, and what 99 % of pairs of two persons stay below.

Of all pairs among CelebA's 2,000 validation photos, 1,731 of which show one person.
"""

NO_FACE_ADVICE = (
    "Use a photo in which a face is seen from the front, upright, in good light and not too small."
)


@dataclass(frozen=True)
class Loss:
    """What the way through the latent code cost.

    Attributes:
        l1: mean absolute difference of photo and reconstruction, 0 to 1.
        average_l1: the same for the model's average face, for comparison.
        ms_ssim: structural similarity, 1 for equal pictures.
        identity: cosine in the face network's space, 1 for equal faces; None
            where the network is not installed.
    """

    l1: float
    average_l1: float
    ms_ssim: float
    identity: float | None

    def sentences(self) -> list[str]:
        """The figures in words."""
        words = [
            f"A pixel of the rebuilt face is off by {self.l1:.1%} of the way from black to white "
            f"(mean, L1). The model's average face would be off by {self.average_l1:.1%}.",
            f"Structural similarity (MS-SSIM) is {self.ms_ssim:.2f}, where 1 is the photo itself.",
        ]
        if self.identity is not None:
            words.append(
                f"To the face network, identity similarity is {self.identity:.2f} of 1. Two photos "
                f"of one person have {ONE_PERSON:.2f} in the median, of two persons "
                f"{TWO_PERSONS:.2f}; the rebuilt face shares light and pose with the photo, which "
                "raises its value."
            )
        return words


@dataclass(frozen=True, eq=False)
class EditablePhoto:
    """A face of a photo with its latent code.

    Attributes:
        prepared: the aligned pixels, and how they were found.
        code: float32 `[d]`, the posterior mean.
        reconstruction: the face of the code, uint8 `[s, s, 3]`.
    """

    prepared: PreparedFace
    code: np.ndarray
    reconstruction: np.ndarray
    loss: Loss

    @property
    def pixels(self) -> np.ndarray:
        """The aligned photo, uint8 `[s, s, 3]`."""
        return self.prepared.pixels

    def detail(self, strength: float = 1.0) -> PhotoDetail:
        """What brings the photo's detail back into its edited faces."""
        return PhotoDetail(self.pixels, self.reconstruction, strength)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What may go wrong with this photo and what to do, in sentences."""
        warnings = list(self.prepared.warnings)
        if self.prepared.how == "taken as a face crop":
            warnings.append(NO_FACE_ADVICE)
        if self.loss.identity is not None and self.loss.identity < TWO_PERSONS_AT_MOST:
            warnings.append(
                "To the face network, the rebuilt face is no more like the photo than another "
                "person's would be: the model has hardly learned from such pictures."
            )
        return tuple(warnings)


def load_photo(source: bytes | str | Path, name: str = "") -> Image.Image:
    """`read_image`, and large photos reduced to `LONGEST_SIDE`."""
    photo = read_image(source, name)
    photo.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.BICUBIC, reducing_gap=3.0)
    return photo


def faces_to_choose(photo: Image.Image) -> list[Face]:
    """The faces of a photo, the largest first; none are sought in CelebA's own 178×218."""
    return [] if photo.size == ALIGNED_SIZE else find_faces(photo)


def editable_photo(
    model: FaceModel,
    photo: Image.Image,
    index: int | None = None,
    faces: list[Face] | None = None,
    network: FaceNetwork | None = None,
) -> EditablePhoto:
    """Align, encode and rebuild a face of a photo.

    Args:
        photo: as `load_photo` gives it.
        index: which of the faces, from 0; the main one when omitted.
        faces: those of `faces_to_choose`, found here when omitted.
        network: measures the likeness of the rebuilt face.

    Raises `UserError` where there is no such face.

    Example:
        A generated face stands in for a photo.

        >>> from PIL import Image
        >>> import ganssl
        >>> model = ganssl.load_model()
        >>> face = ganssl.render(model, ganssl.FaceState(seed=7)).pixels
        >>> Image.fromarray(face).resize((178, 218)).save("photo.png")
        >>> photo = ganssl.editable_photo(model, ganssl.load_photo("photo.png"))
        >>> photo.code.shape == (model.latent_size,)
        True
        >>> smiling = ganssl.FaceState(edits={"Smiling": 2.0})
        >>> edited = ganssl.render(model, smiling, photo.code, photo.detail())
        >>> edited.pixels.shape == photo.pixels.shape
        True
    """
    faces = faces_to_choose(photo) if faces is None else faces
    prepared = prepare_face(photo, model.preprocess, index, faces)
    code = model.encode(prepared.pixels[None])[0]
    reconstruction, average = model.decode(np.stack([code, model.mean]))
    loss = measure_loss(prepared.pixels, reconstruction, average, network)
    return EditablePhoto(prepared, code, reconstruction, loss)


def measure_loss(
    photo: np.ndarray,
    reconstruction: np.ndarray,
    average: np.ndarray,
    network: FaceNetwork | None = None,
) -> Loss:
    """Compare an aligned photo with its reconstruction; all uint8 `[s, s, 3]`."""
    both = np.stack([reconstruction, average])
    l1, average_l1 = l1_error(np.stack([photo, photo]), both)
    return Loss(
        l1=float(l1),
        average_l1=float(average_l1),
        ms_ssim=float(ms_ssim(photo[None], reconstruction[None])[0]),
        identity=identity_similarity(network, photo, reconstruction) if network else None,
    )


def face_network(side: int) -> FaceNetwork | None:
    """The face network that ships, for faces of a side; None where it cannot measure them."""
    from ganssl.features.face_network import SIDE, FaceNetwork

    try:
        return FaceNetwork.load() if side % SIDE == 0 else None
    except UserError:
        return None


def identity_similarity(network: FaceNetwork, one: np.ndarray, other: np.ndarray) -> float:
    """Cosine of the embeddings of two faces uint8 `[s, s, 3]`, -1 to 1."""
    a, b = network.features(np.stack([one, other]))[:, : network.config.embedding]
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


def photo_picture(
    model: FaceModel,
    state: FaceState,
    code: np.ndarray,
    detail: PhotoDetail | None = None,
    px: int | None = None,
    format: str = "PNG",
) -> bytes:
    """The edited photo as a file with its provenance.

    Args:
        state: its edits and locks are applied to the code.
        code: of the photo, float32 `[d]`.
        px: side; None is the model's own.
        format: see `ganssl.photos.picture_files.picture_format`.
    """
    pixels = render(model, state, code, detail).pixels
    pixels = enlarge(pixels, model.size if px is None else px)
    return picture_bytes(pixels, format, photo_provenance(model, state, detail))


def photo_png(
    model: FaceModel,
    state: FaceState,
    code: np.ndarray,
    detail: PhotoDetail | None = None,
    px: int | None = None,
) -> bytes:
    """`photo_picture` as PNG."""
    return photo_picture(model, state, code, detail, px)
