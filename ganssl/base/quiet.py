"""TensorFlow loaded without its notes to developers; whatever else it says is shown."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.abc import MetaPathFinder

LEVEL = "TF_CPP_MIN_LOG_LEVEL"
OUR_LEVEL = "02"
"""As much as 2; written so, a process tells its parent's own setting from somebody's wish."""

CHATTER = re.compile(
    rb"All log messages before absl::InitializeLog"
    rb"|^I0000 "
    rb"|oneDNN custom operations are on"
    rb"|Could not find cuda drivers"
    rb"|cuda_(platform|executor|diagnostics)\.cc.*(failed call to cuInit|CUDA_ERROR|CUDA error)"
    rb"|^To enable the following instructions"
    rb"|TF-TRT Warning"
)
"""What an ordinary start says on a machine without a GPU; `ganssl.base.device` says it better."""


_one_at_a_time = threading.RLock()


def quiet_tensorflow(loaded: Callable[[], None] | None = None) -> None:
    """Settle TensorFlow's environment, and drop its chatter when it is first imported.

    Who sets `TF_CPP_MIN_LOG_LEVEL` gets what they asked for, nothing dropped. Once is enough; a
    further call does nothing.

    Args:
        loaded: called once it is loaded; not at all where it was loaded before.
    """
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault(LEVEL, OUR_LEVEL)
    known = any(isinstance(finder, _FirstImport) for finder in sys.meta_path)
    if "tensorflow" not in sys.modules and not known:
        sys.meta_path.insert(0, _FirstImport(loaded))


def quiet_asked_for() -> bool:
    """Whether nobody but `quiet_tensorflow` has set how much TensorFlow says."""
    return os.environ.get(LEVEL) == OUR_LEVEL


class _FirstImport(MetaPathFinder):
    """Steps in at the first import of TensorFlow, and out of the way for it."""

    def __init__(self, loaded: Callable[[], None] | None) -> None:
        self.loaded, self.looking = loaded, False

    def find_spec(self, fullname, path=None, target=None):
        if fullname != "tensorflow" or self.looking:
            return None
        self.looking = True
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            self.looking = False
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def load(module) -> None:
            with suppress(ValueError):
                sys.meta_path.remove(self)
            if quiet_asked_for():
                with without_chatter():
                    execute(module)
                    module.config.list_physical_devices()  # looks for a GPU and says so
            else:
                execute(module)
            if self.loaded:
                self.loaded()

        spec.loader.exec_module = load
        return spec


@contextmanager
def without_chatter() -> Iterator[None]:
    """Drop the lines of `CHATTER` from file descriptor 2; the others come when the block ends.

    After an exception all of them come. One thread at a time; others wait for the block's end.
    """
    with _one_at_a_time:
        yield from _dropping()


def _dropping() -> Iterator[None]:
    sys.stderr.flush()
    saved = os.dup(2)
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 2)
        pattern: re.Pattern[bytes] | None = CHATTER
        try:
            yield
        except BaseException:
            pattern = None
            raise
        finally:
            sys.stderr.flush()
            os.dup2(saved, 2)
            os.close(saved)
            said.seek(0)
            for line in said:
                if pattern is None or not pattern.search(line):
                    os.write(2, line)
