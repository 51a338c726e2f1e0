"""TensorFlow's shared libraries loaded while the other threads of the process go on."""

from __future__ import annotations

import ctypes
import importlib.util
import os
from contextlib import nullcontext, suppress
from pathlib import Path

from ganssl.base.quiet import quiet_asked_for, without_chatter

LIBRARIES = ("libtensorflow_framework.so.2", "libtensorflow_cc.so.2")
"""Over a gigabyte, in the order in which they need each other."""


def load_tensorflow_library() -> None:
    """Load them, so that the import of TensorFlow finds them loaded.

    An import loads libraries under the interpreter's lock, and every other thread
    waits for it: with these for seconds. A foreign call gives the lock away. What
    cannot be loaded in this way is left to the import.
    """
    spec = importlib.util.find_spec("tensorflow")
    if spec is None or spec.origin is None or os.name != "posix":
        return
    with (
        suppress(AttributeError, OSError),
        without_chatter() if quiet_asked_for() else nullcontext(),
    ):
        load = ctypes.CDLL(None).dlopen
        load.restype, load.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_int)
        for name in LIBRARIES:
            load(os.fsencode(Path(spec.origin).with_name(name)), os.RTLD_NOW)
