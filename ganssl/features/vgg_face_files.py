"""Files with the weights of VGG-Face: where each kind keeps a layer, and how it was fed.

| file | from | layers |
|---|---|---|
| `vgg_face.mat`, `vgg-face.mat` | Oxford, MatConvNet | cells `net.layers` or `layers`, by name |
| `rcmalli_vggface_tf_vgg16.h5` | keras-vggface | by name: `conv1_1` … `fc8` |
| `vgg_face_weights.h5` | deepface | without these names, in order |
| `.h5` or `.weights.h5` | saved again by Keras 2 or 3 | by name, or in order |
| `vgg_face.tfmodel` | CADL | constants `conv1_1/weights`, `conv1_1/biases`, … |

A file is opened as a `VggFaceFile`, which hands out one layer at a time: the
weights are 580 MB, and are not wanted in memory twice.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganssl.base.files import file_hash
from ganssl.errors import UserError

LAYERS = (
    *("conv1_1", "conv1_2", "conv2_1", "conv2_2", "conv3_1", "conv3_2", "conv3_3"),
    *("conv4_1", "conv4_2", "conv4_3", "conv5_1", "conv5_2", "conv5_3", "fc6", "fc7", "fc8"),
)
"""The 16 layers with weights, in order."""

HDF5_START = b"\x89HDF"
MATLAB_ERRORS = (
    *(OSError, EOFError, ValueError, TypeError, KeyError, AttributeError, IndexError),
    zlib.error,
)
"""What reading a damaged file of MATLAB, or another one than a network's, ends with."""

Layer = tuple[np.ndarray, np.ndarray]
"""Kernel, `[h, w, in, out]` or of a dense layer `[in, out]`, and bias `[out]`."""


@dataclass(frozen=True, eq=False)
class VggFaceFile:
    """An open file of weights.

    Attributes:
        kind: which of the files it is, for people.
        feed: how it was fed, a key of `ganssl.features.vgg_face.FEEDS`.
        id: 64 hexadecimal digits that change with the file.
        take: gives a layer by its name in `LAYERS`; each may be asked for once.
    """

    kind: str
    feed: str
    id: str
    take: Callable[[str], Layer]


def open_vgg_face(path: str | Path) -> VggFaceFile:
    """Open a file of weights by its ending.

    Raises `UserError` where it is absent, damaged, of another kind or network.
    """
    path = Path(path)
    if not path.is_file():
        raise UserError(f"There is no file {path} with the weights of VGG-Face.")
    readers = {".mat": _open_matconvnet, ".h5": _open_keras, ".hdf5": _open_keras}
    readers |= {".tfmodel": _open_graph, ".pb": _open_graph}
    if path.suffix not in readers:
        raise UserError(
            f"{path.name} is no file of VGG-Face that can be read: give a .mat of MatConvNet, a "
            ".h5 of Keras or a .tfmodel of CADL."
        )
    try:
        kind, feed, take = readers[path.suffix](path)
    except UserError:
        raise
    except Exception as error:  # damaged files raise many types, by library and place
        raise UserError(f"{path.name} is damaged or no network: {error}.") from error

    def take_with_care(name: str) -> Layer:
        try:
            kernel, bias = take(name)
        except UserError:
            raise
        except Exception as error:
            raise UserError(f"{path.name} is damaged in its layer {name}: {error}.") from error
        return kernel, bias

    return VggFaceFile(kind, feed, file_hash(path), take_with_care)


def _open_matconvnet(path: Path) -> tuple[str, str, Callable[[str], Layer]]:
    from scipy.io import loadmat

    with open(path, "rb") as file:
        version_7_3 = file.read(520)[512:].startswith(HDF5_START)
    if version_7_3:
        raise UserError(
            f"{path.name} is a MATLAB file of version 7.3, which is not read here. Load it in "
            "MATLAB and save it with -v7."
        )
    try:
        content = loadmat(path, struct_as_record=False)
        holder = content["net"][0, 0] if "net" in content else None
        cells = content["layers"] if holder is None else holder.layers
        layers = {str(cell[0, 0].name[0]): cell[0, 0] for cell in cells.ravel()}
    except MATLAB_ERRORS as error:
        raise UserError(f"{path.name} is damaged or no network of MatConvNet: {error}.") from error
    _check_names(path, layers)

    def take(name: str) -> Layer:
        layer = layers.pop(name)
        kernel, bias = layer.weights.ravel()  # (h, w, in, out), in MATLAB's order in memory
        return kernel, bias.ravel()

    return "MatConvNet", "rgb", take


def _open_keras(path: Path) -> tuple[str, str, Callable[[str], Layer]]:
    import h5py

    try:
        file = h5py.File(path)
    except OSError as error:
        raise UserError(f"{path.name} is damaged or no HDF5 file.") from error
    groups = _keras_groups(file)
    named = set(LAYERS) <= set(groups)
    if not named and len(groups) != len(LAYERS):
        raise UserError(
            f"{path.name} has {len(groups)} layers with weights, such as "
            f"{next(iter(groups), 'none')}; VGG-Face has {len(LAYERS)}: another network."
        )
    order = LAYERS if named else tuple(groups)
    datasets = dict(zip(LAYERS, (groups[name] for name in order), strict=True))

    def take(name: str) -> Layer:
        kernel, bias = (dataset[()] for dataset in datasets[name])
        return kernel, bias

    return ("keras-vggface" if named else "deepface"), "bgr", take


def _keras_groups(file) -> dict[str, list]:
    """Kernel and bias of each layer that has both, by the layer's name, in the file's order."""
    import h5py

    if "layers" in file and "layer_names" not in file.attrs:  # Keras 3: layers/conv2d_1/vars/0
        found = {}
        for name in sorted(file["layers"], key=_natural):
            variables = file["layers"][name].get("vars", {})
            if len(variables) == 2:
                found[str(variables.attrs.get("name", name))] = [variables["0"], variables["1"]]
        return found
    file = file.get("model_weights", file)  # a whole model rather than its weights
    found = {}
    for name in file.attrs.get("layer_names", ()):
        name = name.decode() if isinstance(name, bytes) else name
        group = file[name]
        if len(group.attrs.get("weight_names", ())) == 2:
            weights = (group[weight] for weight in group.attrs["weight_names"])
            found[name] = [weight for weight in weights if isinstance(weight, h5py.Dataset)]
    return found


def _natural(name: str) -> tuple:
    """Sorts conv2d, conv2d_2, conv2d_10 and then dense as they were built."""
    word, _, number = name.rpartition("_")
    return (word, int(number)) if number.isdecimal() else (name, 0)


def _open_graph(path: Path) -> tuple[str, str, Callable[[str], Layer]]:
    from ganssl.models.frozen_graph import FrozenGraph

    graph = FrozenGraph.read(path)
    names = [name for name in LAYERS if f"{name}/weights" in graph.nodes]
    _check_names(path, names)

    def take(name: str) -> Layer:
        layer = graph.constant(f"{name}/weights"), graph.constant(f"{name}/biases")
        graph.nodes[f"{name}/weights"].Clear()
        return layer

    return "CADL", "bgr", take


def _check_names(path: Path, names) -> None:
    missing = [name for name in LAYERS if name not in names]
    if missing:
        raise UserError(f"{path.name} is another network than VGG-Face: it has no {missing[0]}.")
