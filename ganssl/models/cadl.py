"""The face model of the CADL course, `celeb.vaegan.tfmodel`, which the article of 2017 used.

A VAE-GAN (Larsen et al. 2016) by Parag Mital for "Creative Applications of
Deep Learning", frozen with TensorFlow 0.x. The file does not ship; people
who own it keep it where they like. Nodes of its graph:

    x                                   photos in [0, 1], RGB, [n, 100, 100, 3]
    encoder/variational/random_normal   the noise of the variational layer
    encoder/variational/z               codes, [n, 512]; without noise their mean
    generator/x_tilde                   faces; the last layer is an ELU, so above -1

Size and code length are read from the file. What `fit-directions` finds with
labelled photos is kept beside it, in `<file>.<id>.directions.npz` and
`<file>.<id>.latent.npz`; the id is of the file's content, so another file of
the same name does not get them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganssl.base.files import load_arrays, save_arrays
from ganssl.directions import DirectionSet
from ganssl.errors import DiskError, UserError
from ganssl.models.card import LIMITS
from ganssl.models.face_model import FaceModel
from ganssl.models.frozen_graph import MAX_BYTES, FrozenGraph
from ganssl.models.latent import latent_statistics
from ganssl.photos.preprocess import Preprocess

CROP = (17, 37, 161, 181)
"""CADL's crop of a 178×218 photo: the central square without a tenth, 17 pixels, on each side."""

LARGEST_SIDE = 1024
LONGEST_CODE = 4096


@dataclass(frozen=True)
class NodeNames:
    """Where a graph takes photos and noise, and gives codes and faces."""

    photo: str = "x"
    noise: str = "encoder/variational/random_normal"
    code: str = "encoder/variational/z"
    face: str = "generator/x_tilde"


class CadlModel(FaceModel):
    """A frozen VAE-GAN graph.

    Codes are without noise, so the same photo always has the same code.

    Attributes:
        graph: the checked graph.
    """

    def __init__(self, graph: FrozenGraph, names: NodeNames | None = None, **settings) -> None:
        """`settings` are those of `FaceModel`; raises `UserError` for a graph of another kind."""
        self.graph, names = graph, names or NodeNames()
        noiseless = {names.noise: 0.0}
        open_sides = (None, None, None, 3)
        open_encoder = graph.function(names.photo, names.code, open_sides, noiseless, runs=False)
        latent_size = _known(open_encoder, (LONGEST_CODE,), graph)[0]
        self._generator = graph.function(names.code, names.face, (None, latent_size))
        side, width, channels = _known(self._generator, (LARGEST_SIDE, LARGEST_SIDE, 3), graph)
        if side != width or channels != 3:
            raise UserError(f"{graph.path.name} makes pictures [{side}, {width}, {channels}].")
        self._encoder = graph.function(names.photo, names.code, (None, side, side, 3), noiseless)
        preprocess = Preprocess(side, CROP, 0.0, 1.0, resampling="bilinear")
        super().__init__(preprocess, latent_size, id=graph.sha256[:12], **settings)

    @classmethod
    def load(
        cls, path: str | Path, names: NodeNames | None = None, max_bytes: int = MAX_BYTES
    ) -> CadlModel:
        """Read a graph file, and what was fitted for it if that lies beside it.

        Raises:
            UserError: see `FrozenGraph.read` and `FrozenGraph.function`.
        """
        path = Path(path)
        model = cls(FrozenGraph.read(path, max_bytes), names, name=path.stem)
        model.path = path
        model._read_fitted()
        model.card = _card(model)
        return model

    @property
    def directions_path(self) -> Path:
        """Where its directions are kept."""
        return self.graph.path.with_name(f"{self.graph.path.name}.{self.id}.directions.npz")

    @property
    def latent_path(self) -> Path:
        """Where the statistics of photos' codes are kept."""
        return self.graph.path.with_name(f"{self.graph.path.name}.{self.id}.latent.npz")

    def keep(self, directions: DirectionSet, codes: np.ndarray | None = None) -> None:
        """Take directions and the statistics of photos' codes, and keep them for next time.

        Args:
            directions: of this model.
            codes: float32 `[n, d]` of many photos; None leaves the statistics as they are.

        Raises `UserError` where nothing can be written beside the model's file.
        """
        directions.check_model(self.id)
        self.directions = directions
        if codes is not None:
            self.measure(codes)
        try:
            save_arrays(self.latent_path, self.latent_arrays())
            directions.save(self.directions_path)
        except DiskError as error:
            raise UserError(
                f"Directions are kept beside the model, but {self.graph.path.parent} cannot be "
                f"written to ({error.reason}). Copy the model into a folder where you may write."
            ) from error

    def bulk_generator(self, precision: str) -> Callable:
        """The generator as it is: a graph computes in float32 whatever `precision` says."""
        return self._generator

    @property
    def encoder_id(self) -> str:
        return self.id

    @property
    def encoder_operations(self) -> int:
        from ganssl.models.operations import graph_operations

        return graph_operations(self._encoder.graph)

    @property
    def generator_operations(self) -> int:
        from ganssl.models.operations import graph_operations

        return graph_operations(self._generator.graph)

    def _encode(self, pixels: np.ndarray) -> np.ndarray:
        return self._run(self._encoder, self.preprocess.to_network(pixels))

    def _decode(self, codes: np.ndarray) -> np.ndarray:
        return self.preprocess.to_pixels(self._run(self._generator, codes))

    def _run(self, function: Callable, values: np.ndarray) -> np.ndarray:
        import tensorflow as tf

        try:
            return function(tf.constant(values)).numpy()
        except tf.errors.OpError as error:
            raise UserError(
                f"{self.graph.path.name} fails when it is run: {str(error).splitlines()[0][:300]}"
            ) from error

    def _read_fitted(self) -> None:
        if not (self.directions_path.is_file() and self.latent_path.is_file()):
            return
        self.directions = DirectionSet.load(self.directions_path)
        self.directions.check_model(self.id)
        arrays = load_arrays(self.latent_path)
        self.take(latent_statistics(arrays, self.latent_size, self.latent_path))


def _known(function, largest: tuple[int, ...], graph: FrozenGraph) -> list[int]:
    """The sides of a function's output after the batch; `UserError` where one is open or large."""
    shape = function.outputs[0].shape
    sides = shape.as_list()[1:] if shape.rank else []
    if len(sides) != len(largest) or any(
        side is None or not 1 <= side <= most for side, most in zip(sides, largest, strict=True)
    ):
        raise UserError(
            f"{graph.path.name}: {function.outputs[0].name} has the shape {shape}, which is not "
            "that of a face model."
        )
    return sides


def _card(model: CadlModel) -> str:
    fitted = (
        f"{len(model.directions.attributes)} attribute directions were fitted on this computer "
        f"and are kept in `{model.directions_path.name}`; {len(model.directions.sliders)} are good "
        "enough for a slider."
        if len(model.directions)
        else "No attribute directions have been fitted yet."
    )
    return f"""\
# {model.name}

A frozen TensorFlow graph in the manner of CADL's `celeb.vaegan.tfmodel` (Parag Mital, Creative
Applications of Deep Learning, 2016), which you brought along: faces of {model.size}×{model.size}
pixels, a latent code of {model.latent_size} numbers, {len(model.graph.nodes):,} operations, all of
them on the list of those that only compute. SHA-256 of the file:

    {model.graph.sha256}

Photos are cropped and scaled as CADL did; codes are taken without the noise of the variational
layer; what the generator gives outside [0, 1] is clipped. {fitted}

{LIMITS}"""
