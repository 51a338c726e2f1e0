"""Make a set: all of it, one shard of it, or what is left of it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganssl import __version__
from ganssl.base.device import core_count
from ganssl.base.job import Cancelled
from ganssl.base.progress import Progress
from ganssl.directions import DirectionSet
from ganssl.errors import DiskError, UserError
from ganssl.models.face_model import FaceModel
from ganssl.models.full_rate import BATCH, face_decoder
from ganssl.synthesis.codes import CodeMaker, Codes
from ganssl.synthesis.layout import SetInfo
from ganssl.synthesis.recipe import Recipe
from ganssl.synthesis.writer import encode_faces, finish_set, missing_blocks, open_set, write_block


@dataclass(frozen=True)
class Summary:
    """What a call of `synthesize` did.

    Attributes:
        folder: the set's.
        id: 12 digits that change with everything the content follows from.
        written: faces that this call wrote.
        found: faces of this shard that were there before.
        seconds: for the faces written, without loading the model.
        missing: faces that other shards have still to write; 0 when the set is complete.
    """

    folder: Path
    id: str
    written: int
    found: int
    seconds: float
    missing: int

    @property
    def rate(self) -> float:
        """Faces per second."""
        return self.written / self.seconds if self.seconds else 0.0

    @property
    def complete(self) -> bool:
        return self.missing == 0


@dataclass(frozen=True)
class Writing:
    """How a set is written.

    Attributes:
        layout: `folder` (class folders) or `webdataset` (tar files).
        shards, shard: do part `shard` (from 0) of so many parts.

    Raises `UserError` for a part that there is not.
    """

    layout: str = "folder"
    shards: int = 1
    shard: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.shard < self.shards:
            raise UserError(
                f"Of {self.shards} shards the last is number {self.shards - 1}; there is no "
                f"{self.shard}."
            )

    def blocks(self, info: SetInfo) -> range:
        """Those of this part."""
        first, end = (info.blocks * part // self.shards for part in (self.shard, self.shard + 1))
        return range(first, end)


WHOLE = Writing()
"""All of a set, in class folders."""


def synthesize(
    model: FaceModel,
    recipe: Recipe,
    out: str | Path,
    writing: Writing = WHOLE,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    photo_codes: np.ndarray | None = None,
) -> Summary:
    """Write the faces of a recipe that are not there yet.

    Finished blocks of 1,024 faces stay, so a call that was stopped is simply
    made again. All shards may write to one folder, at once or one by one, and
    the last to end writes the tables; shards of several machines are copied
    into one folder and put together by `finish_set`. The bytes do not depend
    on any of this; they do on the kind of processor, whose rounding differs.
    Faces are labelled by the model's directions; `FaceModel.with_directions` gives
    it others, such as those of few labels.

    Args:
        out: a new or empty folder, or one with a part of this very set.
        writing: the layout, and which part of the set.
        progress: called with (faces done, faces to do) of this call.
        cancelled: asked before every batch of 64 faces.
        photo_codes: float32 `[m, d]`, for the source `photos`.

    Raises:
        UserError: the recipe does not fit model or folder, next to no codes
            lie where it needs them, or the disk refuses.
        Cancelled: `cancelled` said so; finished blocks remain.

    Example:
        >>> import ganssl
        >>> model = ganssl.load_model()
        >>> summary = ganssl.synthesize(model, ganssl.Recipe("Smiling", count=20), "set")
        >>> summary.written, summary.complete
        (20, True)
        >>> ganssl.synthesize(model, ganssl.Recipe("Smiling", count=20), "set").written
        0
    """
    if recipe.size > model.size:
        raise UserError(
            f"The model makes faces of {model.size} pixels; the set cannot have {recipe.size}."
        )
    if recipe.engine not in model.engines:
        raise UserError(f"The model {model.name} runs on {', '.join(model.engines)} alone.")
    maker = CodeMaker(model, recipe, photo_codes)
    info = set_info(model, maker, writing.layout)
    out = Path(out)
    try:
        used = DirectionSet(model.id, maker.axes.used)
        open_set(out, info, used, model.card or f"# {model.name}\n")
        mine = writing.blocks(info)
        todo = sorted(set(mine) & set(missing_blocks(out, info)))
        start = time.perf_counter()
        written = _write_blocks(model, maker, info, out, todo, progress, cancelled)
        seconds = time.perf_counter() - start
        left = sum(map(info.block_size, missing_blocks(out, info)))
        if not left:
            finish_set(out)
    except (OSError, DiskError) as error:
        reason = error.reason if isinstance(error, DiskError) else error.strerror or error
        raise UserError(
            f"The set cannot be written to {out}: {reason}. "
            "Mend that and run the same again; finished faces are kept."
        ) from error
    found = sum(map(info.block_size, mine)) - written
    return Summary(out, info.id, written, found, seconds, left)


def set_info(model: FaceModel, maker: CodeMaker, layout: str = "folder") -> SetInfo:
    """What the content of a set follows from; its `id` is known before any face is made."""
    photos = maker.photo_codes
    return SetInfo(
        recipe=maker.recipe,
        model=model.id,
        model_name=model.name,
        directions=maker.axes.id,
        photos="" if photos is None else hashlib.sha256(photos.tobytes()).hexdigest()[:12],
        layout=layout,
        software=f"GANSSL {__version__}",
    )


def _write_blocks(
    model: FaceModel,
    maker: CodeMaker,
    info: SetInfo,
    out: Path,
    blocks: list[int],
    progress: Progress | None,
    cancelled: Callable[[], bool] | None,
) -> int:
    """Decode here and encode in threads; returns the number of faces written."""
    if not blocks:
        return 0
    decode = face_decoder(model, maker.recipe.precision, maker.recipe.engine)
    total, done = sum(map(info.block_size, blocks)), 0
    writing: Future | None = None
    with ThreadPoolExecutor(core_count(), "encode") as pool:
        for block in blocks:
            codes = maker.block(block)
            encoded = []
            for start in range(0, len(codes), BATCH):
                if cancelled and cancelled():
                    raise Cancelled
                batch = codes.part(slice(start, start + BATCH))
                encoded.append(pool.submit(encode_faces, info, batch, decode(batch.codes)))
                done += len(batch)
                if progress:
                    progress(done, total)
            if writing:
                writing.result()
            writing = pool.submit(_write_encoded, out, info, codes, encoded)
        if writing:
            writing.result()
    return total


def _write_encoded(out: Path, info: SetInfo, codes: Codes, encoded: list[Future]) -> None:
    """Runs in the pool after its batches, which were submitted before it."""
    write_block(out, info, codes, [png for batch in encoded for png in batch.result()])
