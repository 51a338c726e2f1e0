"""Checkpoints of a training: every variable it needs to go on exactly where it stopped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from ganssl.base.atomic import sweep_partials
from ganssl.base.files import load_arrays, save_arrays
from ganssl.base.json_text import parse_json
from ganssl.errors import UserError

FILE = "checkpoint.npz"


def save_checkpoint(folder: Path, variables: dict[str, Any], state: dict) -> None:
    """Write all variables and a small JSON state (step, seconds, settings) atomically.

    Args:
        variables: Keras variables by a stable name of our own, optimizers and
            random seeds included.
    """
    arrays = {f"v/{name}": np.asarray(value) for name, value in variables.items()}
    arrays["state"] = np.frombuffer(json.dumps(state).encode(), dtype=np.uint8)
    sweep_partials(folder)
    save_arrays(Path(folder) / FILE, arrays)


def read_checkpoint(folder: Path) -> tuple[dict[str, np.ndarray], dict]:
    """The arrays by variable name, and the state; `UserError` where there is no checkpoint."""
    path = Path(folder) / FILE
    if not path.is_file():
        raise UserError(f"There is no checkpoint in {folder}; start without --resume.")
    arrays = load_arrays(path)
    try:
        state = parse_json(arrays.pop("state").tobytes(), "its state")
    except (KeyError, UserError) as error:
        raise UserError(f"{path} is damaged: {error}.") from error
    return {name.removeprefix("v/"): value for name, value in arrays.items()}, state


def load_checkpoint(folder: Path, variables: dict[str, Any]) -> dict:
    """Assign the variables of a checkpoint and return its state.

    Raises `UserError` where there is none or it belongs to other settings.
    """
    stored, state = read_checkpoint(folder)
    odd = sorted(set(stored) ^ set(variables))
    odd += [k for k, v in variables.items() if k in stored and tuple(v.shape) != stored[k].shape]
    if odd:
        raise UserError(
            f"The checkpoint in {folder} was written with other settings: {odd[0]} does not match."
        )
    for name, variable in variables.items():
        variable.assign(stored[name])
    return state


def named_variables(prefix: str, owner) -> dict[str, Any]:
    """The variables of a model or an optimizer under names that do not depend on the process."""
    return {f"{prefix}/{i:03d}": variable for i, variable in enumerate(owner.variables)}
