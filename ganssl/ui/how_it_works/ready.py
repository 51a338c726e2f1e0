"""What the steps of the story need, computed in the background before anyone gets there."""

from __future__ import annotations

import logging
import threading

from ganssl.errors import UserError
from ganssl.models.face_model import FaceModel
from ganssl.ui.shared.jobs import on_server

_begun: set[str] = set()
_lock = threading.Lock()


def prepare_in_background(model: FaceModel) -> None:
    """Begin once for a model, in a thread of its own; a test without a server has none.

    To be called where the story is near: its training needs TensorFlow, which nothing else on
    a page may.
    """
    if not on_server():
        return
    with _lock:
        if model.key in _begun:
            return
        _begun.add(model.key)
    threading.Thread(target=prepare, args=(model,), name="story", daemon=True).start()


def prepare(model: FaceModel) -> None:
    """Compute what every step keeps, in the order in which a presenter comes to it.

    The parts are imported here, so that the server and its first page need not wait for them.
    What is quick comes first: while TensorFlow is being loaded, all else is slower. It does not
    stand back: who comes to a step that is being prepared waits for it, and on a busy machine one
    who stands back takes minutes. A part that fails says so in the log; its step computes it anew,
    and tells the visitor.
    """
    from ganssl.ui.how_it_works.faces import crowd, prepare_faces
    from ganssl.ui.how_it_works.judging import prepare_judging
    from ganssl.ui.how_it_works.limits import prepare_biases
    from ganssl.ui.how_it_works.networks import prepare_training

    for part in (crowd, prepare_judging, prepare_biases, prepare_training, prepare_faces):
        try:
            part(model)
        except (UserError, ValueError, RuntimeError) as error:
            logging.getLogger(__name__).warning("%s: %s", part.__name__, error)
