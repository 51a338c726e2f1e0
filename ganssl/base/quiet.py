"""TensorFlow loaded without its notes to developers; whatever else it says is shown."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.abc import MetaPathFinder

LEVEL = "TF_CPP_MIN_LOG_LEVEL"

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


def quiet_tensorflow(loaded: Callable[[], None] | None = None) -> None:
    """Settle TensorFlow's environment, and drop its chatter when it is first imported.

    Who sets `TF_CPP_MIN_LOG_LEVEL` gets what they asked for, nothing dropped.

    Args:
        loaded: called once it is loaded; not at all where it was loaded before.
    """
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    chosen = LEVEL in os.environ
    os.environ.setdefault(LEVEL, "2")
    if "tensorflow" not in sys.modules:
        sys.meta_path.insert(0, _FirstImport(loaded, not chosen))


class _FirstImport(MetaPathFinder):
    """Steps in at the first import of TensorFlow, and out of the way for it."""

    def __init__(self, loaded: Callable[[], None] | None, quiet: bool) -> None:
        self.loaded, self.quiet = loaded, quiet

    def find_spec(self, fullname, path=None, target=None):
        if fullname != "tensorflow":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def load(module) -> None:
            if self.quiet:
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

    After an exception all of them come.
    """
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
