"""The device that networks run on, the arithmetic it is fast at, and a GPU left unused."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Collection, Sequence
from functools import lru_cache
from pathlib import Path

from ganssl.base.processor import usable_threads
from ganssl.errors import UserError

GPU_INSTALL = "pip install -r requirements-gpu.txt"
AUTO, FLOAT32, MIXED = "auto", "float32", "mixed_bfloat16"
TRAINING_DTYPES: tuple[str, ...] = (AUTO, FLOAT32, MIXED)

MATRIX_UNIT = "amx_bf16"
"""The flag of processors with a unit for products of bfloat16 matrices (Intel, from 2023 on).

AVX-512 BF16 alone is not enough: the instructions are there, but a product of matrices goes no
faster with them than in float32, and the conversions come on top. Without either, bfloat16 is
imitated.
"""

TENSORFLOW, ONNX = "tensorflow", "onnxruntime"
ENGINES: tuple[str, ...] = (TENSORFLOW, ONNX)
"""What a trained network can run on."""

ENGINE_VARIABLE = "GANSSL_ENGINE"

THREADS_VARIABLE = "GANSSL_THREADS"
"""How many threads to use at most, where other programs need the other cores."""

BFLOAT16_CAPABILITY = (8, 0)
"""NVIDIA GPUs compute with bfloat16 from this compute capability on (Ampere, 2020)."""


def device_name() -> str:
    """The device that networks run on, for people: `GPU: NVIDIA L4` or `CPU (2 cores)`."""
    for gpu in gpu_devices():
        import tensorflow as tf

        details = tf.config.experimental.get_device_details(gpu)
        return f"GPU: {details.get('device_name', 'unnamed')}"
    return processor_name()


def processor_name() -> str:
    """The processor, for people: `CPU (2 cores)`."""
    return f"CPU ({core_count()} cores)"


def core_count() -> int:
    """How many cores this process may use; two threads of one core count as two.

    `GANSSL_THREADS` makes it fewer; `UserError` where that is no number from 1 on.
    """
    cores = len(usable_threads())
    most = os.environ.get(THREADS_VARIABLE, "")
    if most and not (most.isdecimal() and int(most)):
        raise UserError(f"{THREADS_VARIABLE} must be a whole number from 1 on, not {most!r}.")
    return min(cores, int(most)) if most else cores


@lru_cache(maxsize=1)
def fast_precision() -> str:
    """`bfloat16` or `float32`: what the generator is fast at on this device."""
    gpus = [_capability(gpu) for gpu in gpu_devices()]
    return choose_precision(gpus, processor_flags())


def _capability(gpu) -> tuple[int, int] | None:
    import tensorflow as tf

    return tf.config.experimental.get_device_details(gpu).get("compute_capability")


def inference_engine() -> str:
    """What trained networks run on in float32: one of `ENGINES`.

    That is TensorFlow where it has a GPU, else ONNX Runtime, which is faster on a processor and
    loads in a moment. `GANSSL_ENGINE` says otherwise; `UserError` where it names none.
    """
    return _forced_engine() or (TENSORFLOW if gpu_devices() else ONNX)


def fast_arithmetic(
    engines: Collection[str] = ENGINES, precision: str | None = None
) -> tuple[str, str]:
    """Precision and engine that a generator is fastest with on this device, for many faces.

    Like `choose_precision` it asks and does not measure.

    Args:
        engines: those that the generator has.
        precision: what it has to be; None leaves the choice.
    """
    forced = _forced_engine()
    if precision is None:
        precision = FLOAT32 if forced == ONNX else fast_precision()
    if forced is None:
        forced = inference_engine() if precision == FLOAT32 else TENSORFLOW
    return precision, forced if forced in engines else TENSORFLOW


def _forced_engine() -> str | None:
    chosen = os.environ.get(ENGINE_VARIABLE, AUTO)
    if chosen not in (AUTO, "", *ENGINES):
        raise UserError(
            f"{ENGINE_VARIABLE} can be {AUTO} or one of {', '.join(ENGINES)}, not {chosen!r}."
        )
    return chosen if chosen in ENGINES else None


def choose_precision(gpus: Sequence[tuple[int, int] | None], flags: Collection[str]) -> str:
    """`bfloat16` where the device has units for it, else `float32`.

    The rule asks for flags and does not measure, so that the same machine always
    gives the same bytes and a stopped set goes on in the arithmetic it began with.

    Args:
        gpus: the compute capability of each GPU, None where it is unknown.
        flags: of the processor, as Linux names them; empty elsewhere.
    """
    if gpus:
        fast = all(gpu is not None and gpu >= BFLOAT16_CAPABILITY for gpu in gpus)
    else:
        fast = MATRIX_UNIT in flags
    return "bfloat16" if fast else FLOAT32


def training_dtype(choice: str = AUTO) -> str:
    """The dtype of layers in training, `float32` or `mixed_bfloat16`; `auto` asks the device."""
    if choice != AUTO:
        return choice
    return MIXED if fast_precision() == "bfloat16" else FLOAT32


def processor_flags(path: Path = Path("/proc/cpuinfo")) -> frozenset[str]:
    """The words that Linux uses for what the processor can do; empty on other systems."""
    try:
        return frozenset(path.read_text(encoding="utf-8").split())
    except OSError:
        return frozenset()


def unused_gpu() -> str | None:
    """What to do about an NVIDIA GPU of this machine that TensorFlow does not see; None if all is
    well."""
    return gpu_advice(has_nvidia_gpu(), len(gpu_devices()), platform.system())


def gpu_advice(nvidia: bool, seen: int, system: str) -> str | None:
    """One or two sentences for people, or None where nothing is to be done.

    Args:
        nvidia: whether the machine has an NVIDIA GPU.
        seen: how many GPUs TensorFlow sees.
        system: as `platform.system` names it.
    """
    if seen or not nvidia:
        return None
    unused = "This machine has an NVIDIA GPU that TensorFlow does not see, so networks run on the"
    if system == "Windows":
        return f"{unused} processor. TensorFlow uses GPUs on Windows in WSL2 only."
    return (
        f"{unused} processor. CUDA comes with: {GPU_INSTALL} "
        "(of an installed package: tensorflow[and-cuda])."
    )


def has_nvidia_gpu(root: Path = Path("/")) -> bool:
    """Whether the machine has an NVIDIA GPU with its driver."""
    found = any((root / name).exists() for name in ("proc/driver/nvidia/version", "dev/nvidia0"))
    return found or shutil.which("nvidia-smi") is not None


def gpu_devices() -> list:
    """The GPUs that TensorFlow may use; it is loaded where the machine has any."""
    if not has_nvidia_gpu():
        return []
    import tensorflow as tf

    return tf.config.list_physical_devices("GPU")
