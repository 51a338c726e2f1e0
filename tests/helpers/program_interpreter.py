"""Programs of `ganssl.models.browser_program` in NumPy: slow, and short enough to be seen right."""

from __future__ import annotations

import json

import numpy as np
from scipy.ndimage import correlate

from ganssl.models.browser_program import BrowserProgram


def program_faces(program: BrowserProgram, codes: np.ndarray) -> np.ndarray:
    """Codes `[n, d]` → uint8 `[n, s, s, 3]`."""
    return np.stack([_face(json.loads(program.steps), program.weights, code) for code in codes])


def _face(program: dict, weights: bytes, code: np.ndarray) -> np.ndarray:
    arrays: list[np.ndarray] = []
    for step in program["steps"]:
        inputs = [code if number == -1 else arrays[number] for number in step["from"]]
        arrays.append(_run(step, weights, code, inputs))
        assert list(arrays[-1].shape) == step["shape"]
    unit = (arrays[-1] - program["low"]) / (program["high"] - program["low"])
    return np.rint(255 * np.clip(unit, 0, 1)).astype(np.uint8)


def _run(step: dict, weights: bytes, code: np.ndarray, inputs: list[np.ndarray]) -> np.ndarray:
    def get(name: str, kind: str) -> np.ndarray:
        offset, count = step[name]
        return np.frombuffer(weights, kind, count, offset).astype(np.float64)

    x, op = inputs[0], step["op"]
    if op == "add":
        return x + inputs[1]
    if op == "concat":
        return np.concatenate(inputs, axis=-1)
    if op == "tanh":
        return np.tanh(x)
    if op == "blur":
        row = np.array([0.25, 0.5, 0.25])
        return correlate(x, np.outer(row, row)[:, :, None], mode="constant")
    if op == "unfold":
        (h, w, c), b = x.shape, step["block"]
        parts = x.reshape(h, w, b, b, c // (b * b)).transpose(0, 2, 1, 3, 4)
        return parts.reshape(h * b, w * b, -1)
    kernel, channels = get("kernel", "<f2"), step["shape"][2]
    if op == "dense":
        y = (x @ kernel.reshape(len(x), -1)).reshape(step["shape"])
    else:
        x = x.repeat(2, 0).repeat(2, 1) if op == "double" else x
        kernel = kernel.reshape(3, 3, x.shape[2], channels)
        wide, (h, w, _) = np.pad(x, ((1, 1), (1, 1), (0, 0))), x.shape
        y = sum(wide[i : i + h, j : j + w] @ kernel[i, j] for i in range(3) for j in range(3))
    y = y * get("scale", "<f4") + get("bias", "<f4")
    if "modulate" in step:
        change = code @ get("modulate", "<f2").reshape(len(code), -1)
        scale, shift = np.split(change + get("modulate_bias", "<f2"), 2)
        y = y * (1 + scale) + shift
    return np.where(y < 0, step["slope"] * y, y) if "slope" in step else y
