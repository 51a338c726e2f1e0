"""A map of codes: thousands of faces in the plane or in space, to pick from."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image

from ganssl.base.progress import Progress
from ganssl.errors import UserError

METHODS = ("pca", "umap")
ALIKE = "alike"
"""Places by how alike the faces are to the face network, see `places_alike`."""

NEAREST = 3
CHUNK = 512
THUMBNAIL = 48
AXES, PERPLEXITY, STEPS = 50, 30.0, 500
"""Of t-SNE: principal axes of the embeddings, about how many neighbours count, and its steps."""


@dataclass(frozen=True, eq=False)
class CodeMap:
    """Codes and where they lie on a map.

    Attributes:
        codes: float32 `[n, d]`.
        points: float32 `[n, k]`.
        method: one of `METHODS`, or `ALIKE`.
        explained: share of the codes' variance along each axis, `[k]`; only of `pca`.
        mean, axes: `[d]` and `[d, k]`, only of `pca`.
    """

    codes: np.ndarray
    points: np.ndarray
    method: str
    explained: np.ndarray | None = None
    mean: np.ndarray | None = None
    axes: np.ndarray | None = None

    def place(self, codes: np.ndarray) -> np.ndarray:
        """Where other codes `[m, d]` lie, float32 `[m, k]`.

        Exact on a map of principal components; elsewhere the mean place of the
        three nearest codes.
        """
        if self.axes is not None:
            return ((codes - self.mean) @ self.axes).astype(np.float32)
        return self.points[self.nearest(codes, NEAREST)].mean(axis=1)

    def nearest(self, codes: np.ndarray, count: int = 1) -> np.ndarray:
        """Rows of the map whose codes are nearest to codes `[m, d]`; int `[m, count]`."""
        return self._neighbours.kneighbors(codes, count, return_distance=False)

    @cached_property
    def _neighbours(self):
        from sklearn.neighbors import NearestNeighbors

        return NearestNeighbors().fit(self.codes)


def map_codes(
    codes: np.ndarray, method: str = "pca", dimensions: int = 2, seed: int = 0
) -> CodeMap:
    """Lay codes float32 `[n, d]` out in 2 or 3 dimensions.

    Args:
        method: `pca`, at once and linear, or `umap` (McInnes et al. 2018),
            which keeps neighbours together and takes its time: compiling at the
            first call, then a minute or so for ten thousand codes. Distances
            between groups mean nothing on it.

    Raises `UserError` for another method, or fewer codes than a map needs.
    """
    if method not in METHODS or dimensions not in (2, 3):
        raise UserError(f"A map is made by {' or '.join(METHODS)} in 2 or 3 dimensions.")
    if len(codes) < 4:
        raise UserError("A map needs 4 faces or more.")
    if method == "pca":
        return _principal_map(codes, dimensions)
    import umap  # slow to import

    neighbours = min(15, len(codes) - 1)
    init = "random" if len(codes) <= 15 else "pca"
    reducer = umap.UMAP(
        n_components=dimensions, n_neighbors=neighbours, init=init, random_state=seed, n_jobs=1
    )
    return CodeMap(codes, reducer.fit_transform(codes).astype(np.float32), method)


def places_alike(embeddings: np.ndarray, seed: int = 0) -> np.ndarray:
    """Lay faces out so that those are near which the face network takes to be alike.

    Codes are spread alike in all directions, so their own principal components
    show a ball; what a network sees in the faces forms regions (t-SNE, van der
    Maaten & Hinton 2008). Distances between groups mean nothing on it.

    Args:
        embeddings: of the network, float32 `[n, e]`.

    Returns float32 `[n, 2]`. Raises `UserError` for fewer than 4 faces.
    """
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE
    from threadpoolctl import ThreadpoolController

    count = len(embeddings)
    if count < 4:
        raise UserError("A map needs 4 faces or more.")
    unit = embeddings / np.maximum(np.linalg.norm(embeddings, axis=1, keepdims=True), 1e-9)
    axes = min(AXES, *unit.shape)
    reduced = PCA(axes, random_state=seed).fit_transform(unit.astype(np.float32))
    near = min(PERPLEXITY, (count - 1) / 3)
    layout = TSNE(2, perplexity=near, init="pca", random_state=seed, max_iter=STEPS, n_jobs=1)
    with ThreadpoolController().limit(limits=1):  # its many short steps would wait for each other
        return layout.fit_transform(reduced).astype(np.float32)


def _principal_map(codes: np.ndarray, dimensions: int) -> CodeMap:
    mean = codes.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(codes, rowvar=False))
    axes = vectors[:, ::-1][:, :dimensions]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(dimensions)])
    explained = values[::-1][:dimensions] / values.sum()
    points = ((codes - mean) @ axes).astype(np.float32)
    return CodeMap(codes, points, "pca", explained, mean, axes)


def path_between(a: np.ndarray, b: np.ndarray, count: int = 9, path: str = "sphere") -> np.ndarray:
    """Codes from `a` to `b` `[d]`, both among them; float32 `[count, d]`.

    Args:
        path: `sphere` or `line`, see `ganssl.face.morph.slerp`.

    Raises `UserError` for another path.
    """
    from ganssl.face.morph import PATHS, line, slerp

    if path not in PATHS:
        raise UserError(f"A path goes along {' or '.join(PATHS)}, not {path!r}.")
    return (slerp if path == "sphere" else line)(a, b, np.linspace(0.0, 1.0, count))


@dataclass(frozen=True)
class Sprite:
    """Many thumbnails in one JPEG, row by row.

    Attributes:
        jpeg: the file.
        side: of a thumbnail in pixels.
        columns, count: thumbnails in a row, and in all.
    """

    jpeg: bytes
    side: int
    columns: int
    count: int

    @property
    def url(self) -> str:
        """A data URL for HTML and CSS."""
        return "data:image/jpeg;base64," + base64.b64encode(self.jpeg).decode()

    def style(self, index: int) -> str:
        """CSS for an element that shows thumbnail `index` of a background with `url`."""
        row, column = divmod(index, self.columns)
        return (
            f"width:{self.side}px;height:{self.side}px;"
            f"background-position:-{column * self.side}px -{row * self.side}px"
        )


def sprite(thumbnails: np.ndarray, columns: int = 64) -> Sprite:
    """Put thumbnails uint8 `[n, side, side, 3]` into one picture."""
    count, side = thumbnails.shape[:2]
    columns = max(1, min(columns, count))
    rows = max(1, -(-count // columns))
    sheet = np.full((rows * columns, side, side, 3), 255, np.uint8)
    sheet[:count] = thumbnails
    sheet = sheet.reshape(rows, columns, side, side, 3).swapaxes(1, 2)
    return Sprite(_jpeg(sheet.reshape(rows * side, columns * side, 3)), side, columns, count)


def thumbnails(
    decode: Callable[[np.ndarray], np.ndarray],
    codes: np.ndarray,
    side: int = THUMBNAIL,
    progress: Progress | None = None,
) -> np.ndarray:
    """Small faces of codes `[n, d]`, uint8 `[n, side, side, 3]`.

    Args:
        decode: codes to faces, such as `Laboratory.decode` or `FaceModel.decode`.
    """
    small = np.empty((len(codes), side, side, 3), np.uint8)
    for start in range(0, len(codes), CHUNK):
        faces = decode(codes[start : start + CHUNK])
        for i, face in enumerate(faces, start):
            small[i] = np.asarray(Image.fromarray(face).resize((side, side), Image.Resampling.BOX))
        if progress:
            progress(start + len(faces), len(codes))
    return small


def _jpeg(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=85)
    return buffer.getvalue()
