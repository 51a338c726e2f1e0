"""`tf.data` batches whose order is a pure function of seed and step: training resumes exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np


def batch_indices(
    count: int, batch_size: int, seed: int, first_step: int = 0
) -> Iterator[tuple[int, np.ndarray]]:
    """Endless `(step, indices)`: every epoch is a fresh permutation, a short tail is dropped.

    Step `s` gives the same int64 `[batch_size]` indices whether the run began
    at step 0 or was resumed at `s`.
    """
    steps = epoch_steps(count, batch_size)
    step = first_step
    while True:
        epoch, offset = divmod(step, steps)
        order = np.random.default_rng([seed, epoch]).permutation(count)
        for i in range(offset, steps):
            yield step, order[i * batch_size : (i + 1) * batch_size]
            step += 1


def epoch_steps(count: int, batch_size: int) -> int:
    return max(1, count // batch_size)


def batch_dataset(
    count: int,
    batch_size: int,
    seed: int,
    load: Callable[[np.ndarray, np.random.Generator], tuple[np.ndarray, ...]],
    signature: tuple,
    first_step: int = 0,
    workers: int = 2,
):
    """A `tf.data.Dataset` that calls `load(indices, rng)` ahead of the training step.

    Args:
        load: returns one array for each entry of `signature`; `rng` is seeded
            by `(seed, step)`, so augmentation is reproducible too.
        signature: `tf.TensorSpec`s of a batch.
        workers: batches that are prepared at the same time; order is kept.
    """
    import tensorflow as tf

    if batch_size > count:
        raise ValueError(f"a batch of {batch_size} does not fit {count} faces")

    def rows():
        for step, indices in batch_indices(count, batch_size, seed, first_step):
            yield np.int64(step), indices.astype(np.int64)

    def numpy_load(step, indices):
        rng = np.random.default_rng([seed, int(step), 1])
        return load(indices, rng)

    def tensor_load(step, indices):
        batch = tf.numpy_function(numpy_load, [step, indices], [s.dtype for s in signature])
        for tensor, spec in zip(batch, signature, strict=True):
            tensor.set_shape(spec.shape)
        return tuple(batch)

    index_spec = (tf.TensorSpec((), tf.int64), tf.TensorSpec((batch_size,), tf.int64))
    dataset = tf.data.Dataset.from_generator(rows, output_signature=index_spec)
    dataset = dataset.map(tensor_load, num_parallel_calls=workers, deterministic=True)
    return dataset.prefetch(2)


def threaded_batches(
    count: int,
    batch_size: int,
    seed: int,
    load: Callable[[np.ndarray, np.random.Generator], tuple[np.ndarray, ...]],
    first_step: int = 0,
    workers: int = 8,
) -> Iterator[tuple[np.ndarray, ...]]:
    """The same batches without TensorFlow, as arrays, prepared ahead by threads."""
    from collections import deque
    from concurrent.futures import ThreadPoolExecutor

    if batch_size > count:
        raise ValueError(f"a batch of {batch_size} does not fit {count} faces")
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque = deque()
        for step, indices in batch_indices(count, batch_size, seed, first_step):
            waiting.append(pool.submit(load, indices, np.random.default_rng([seed, step, 1])))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
