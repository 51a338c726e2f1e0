"""The teacher of the face network with random weights, in the files that its package ships."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np


def write_teacher(folder: Path) -> Path:
    """`faceres` in the TF.js graph-model format; the folder."""
    from ganssl.features.faceres import POINTWISE_CHANNELS  # imports Keras

    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    entries, chunks = [], []

    def add(name: str, shape: tuple[int, ...], scale: float) -> None:
        values = (scale * rng.standard_normal(shape)).astype(np.float16)
        quantised = {"dtype": "float16", "original_dtype": "float32"}
        entry = {"name": name, "shape": list(shape), "dtype": "float32", "quantization": quantised}
        entries.append(entry)
        chunks.append(values.tobytes())

    add("conv1/convolution/merged_input", (3, 3, 3, 32), 0.02)
    add("conv1_bn/batchnorm_1/sub", (32,), 0.5)
    before = 32
    for k, channels in enumerate(POINTWISE_CHANNELS, start=1):
        add(f"conv_dw_{k}/depthwise_kernel", (3, 3, before, 1), 0.4)
        add(f"conv_dw_{k}_bn/batchnorm_1/mul", (before,), 1.0)
        add(f"conv_dw_{k}_bn/batchnorm_1/sub", (before,), 0.5)
        add(f"conv_pw_{k}/convolution/merged_input", (1, 1, before, channels), before**-0.5)
        add(f"conv_pw_{k}_bn/batchnorm_1/sub", (channels,), 0.5)
        before = channels
    manifest = {"weightsManifest": [{"paths": ["faceres.bin"], "weights": entries}]}
    (folder / "faceres.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "faceres.bin").write_bytes(b"".join(chunks))
    return folder
