"""Tiny networks for a visitor to watch: built behind the page, which takes them seconds."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from ganssl.base.once import OnceMade
from ganssl.base.priority import stand_back
from ganssl.base.tensorflow_library import load_tensorflow_library
from ganssl.face.render import enlarge
from ganssl.models.face_model import FaceModel
from ganssl.ui.how_it_works.faces import crowd
from ganssl.ui.shared.jobs import on_server

if TYPE_CHECKING:
    from ganssl.training.tiny import TinyTraining

log = logging.getLogger(__name__)

_FACES = OnceMade(1)
_SPARES: dict[str, Future[TinyTraining]] = {}
_one_at_a_time = threading.Lock()


def prepare_training(model: FaceModel) -> None:
    """Begin to build networks that are ready to learn, for the next visitor who wants some.

    To be called by a thread that does not stand back: those that it starts would, too.
    """
    spare: Future[TinyTraining] = Future()
    if _SPARES.setdefault(model.faces_key, spare) is spare:
        _begin(model, spare, wanted=False)


def begin_networks(model: FaceModel) -> Future[TinyTraining]:
    """Networks for one visitor alone.

    They are the spare ones, even while these are still being built, unless that failed; else
    new ones are begun. Without a server, as in a test, they are there when this returns.
    """
    spare = _SPARES.pop(model.faces_key, None)
    if spare is not None and not (spare.done() and spare.exception()):
        return spare
    mine: Future[TinyTraining] = Future()
    if on_server():
        _begin(model, mine, wanted=True)
    else:
        _build(model, mine)
    return mine


def small_faces(model: FaceModel) -> np.ndarray:
    """The crowd at 64 pixels, uint8 `[n, 64, 64, 3]`; made once for all visitors."""

    def make() -> np.ndarray:
        from ganssl.training.tiny import SIZE

        return np.stack([enlarge(face, SIZE) for face in crowd(model).all_faces()])

    return _FACES.get(model.faces_key, make)


def _begin(model: FaceModel, networks: Future[TinyTraining], wanted: bool) -> None:
    """Build in a thread, which stands back where no visitor waits.

    It does so once its libraries are loaded: that is done under the interpreter's lock, and on
    a busy machine whoever stands back takes minutes over it, in which all others wait.
    """

    def work() -> None:
        load_tensorflow_library()
        with suppress(ImportError):  # which `_build` tells
            import ganssl.training.tiny  # noqa: F401
        if not wanted:
            stand_back()
        _build(model, networks)

    threading.Thread(target=work, name="networks", daemon=True).start()


def _build(model: FaceModel, networks: Future[TinyTraining]) -> None:
    try:
        with _one_at_a_time:
            from ganssl.training.tiny import TinyTraining

            training = TinyTraining(small_faces(model))
            training.warm_up()
        networks.set_result(training)
    except Exception as error:  # whatever it is, it is told where they are awaited
        log.warning("The networks to watch could not be built: %s", error)
        networks.set_exception(error)
