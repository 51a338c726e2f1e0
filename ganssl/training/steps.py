"""One training step, compiled for the backend that Keras runs on.

TensorFlow is what this project installs, and trains on one or several devices.
JAX compiles the same networks and losses for one fast device; set
`KERAS_BACKEND=jax` before the first import, with JAX installed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import keras

from ganssl.training.batches import batch_dataset, threaded_batches

Step = Callable[..., dict]
"""`(batch, KL weight, adversarial weight, decay) → terms`."""


def default_strategy():
    """Every GPU of this machine, or the one device there is; None on other backends."""
    if keras.backend.backend() != "tensorflow":
        return None
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    return tf.distribute.MirroredStrategy() if len(gpus) > 1 else tf.distribute.get_strategy()


def steps_of(training: Any) -> TensorFlowSteps | JaxSteps:
    """The steps of a `GanTraining` on the backend of this process."""
    kind = TensorFlowSteps if keras.backend.backend() == "tensorflow" else JaxSteps
    return kind(training)


class TensorFlowSteps:
    """Steps as graphs, over the devices of the training's strategy."""

    def __init__(self, training: Any) -> None:
        self.training = training

    def batches(self, first_step: int):
        """Batches from `first_step` on, split over the devices."""
        import tensorflow as tf

        training, strategy = self.training, self.training.strategy
        signature = tuple(
            tf.TensorSpec(shape, dtype) for shape, dtype in training.batch_signature()
        )
        dataset = batch_dataset(
            len(training.faces),
            training.clock.batch_size,
            training.settings.seed,
            training.load_batch,
            signature,
            first_step,
        )
        if strategy.num_replicas_in_sync == 1:
            return dataset
        return strategy.experimental_distribute_dataset(dataset)

    def compiled(self, stage: tuple[bool, bool]) -> Step:
        import tensorflow as tf

        training = self.training
        nets, strategy = training.nets, training.strategy
        replicas = strategy.num_replicas_in_sync

        def device_step(batch, kl_weight, adversarial_weight):
            with tf.GradientTape(persistent=True) as tape:
                terms = nets.losses(unpacked(batch), kl_weight, adversarial_weight, stage)
                total = terms["total"] / replicas  # gradients are summed over the devices
                judged = terms["judged"] / replicas if stage[1] else None
            own, judges = nets.autoencoder_variables, nets.discriminator_variables
            gradients = tape.gradient(total, own)
            if stage[1]:  # both from before either step
                judge_gradients = tape.gradient(judged, judges)
                training.optimizers["discriminator"].apply(judge_gradients, judges)
            training.optimizers["autoencoder"].apply(gradients, own)
            return terms

        @tf.function
        def step(batch, kl_weight, adversarial_weight, decay):
            if replicas == 1:
                terms = device_step(batch, kl_weight, adversarial_weight)
            else:
                each = strategy.run(device_step, (batch, kl_weight, adversarial_weight))
                terms = {k: strategy.reduce("MEAN", v, axis=None) for k, v in each.items()}
            for mean, value in nets.averages():
                mean.assign(mean * decay + tf.cast(value, mean.dtype) * (1.0 - decay))
            return terms

        return step

    def sync(self) -> None:
        """Variables are always up to date here."""


class JaxSteps:
    """Steps as pure functions of all variables, whose values live here between `sync`s."""

    def __init__(self, training: Any) -> None:
        self.training = training
        nets = training.nets
        self.own, self.judges = nets.autoencoder_variables, nets.discriminator_variables
        trained = {id(variable) for variable in (*self.own, *self.judges)}
        networks = (nets.encoder, nets.generator, *nets.judges.values())
        variables = {
            "own": self.own,
            "judges": self.judges,
            "kept": [v for n in networks for v in n.variables if id(v) not in trained],
            "means": [mean for mean, _ in nets.averages()],
            **{f"optimizer {k}": list(o.variables) for k, o in training.optimizers.items()},
        }
        self.variables: dict[str, list] = variables
        self.values: dict[str, list] | None = None

    def batches(self, first_step: int) -> Iterator[tuple]:
        training = self.training
        self.values = None  # a checkpoint may have been loaded
        return threaded_batches(
            len(training.faces),
            training.clock.batch_size,
            training.settings.seed,
            training.load_batch,
            first_step,
        )

    def compiled(self, stage: tuple[bool, bool]) -> Step:
        import jax

        optimizers, nets = self.training.optimizers, self.training.nets
        averaged = [source for _, source in nets.averages()]
        place = {
            id(v): (kind, i) for kind in ("own", "kept") for i, v in enumerate(self.variables[kind])
        }

        def losses(own, judges, kept, batch, scalars):
            groups = (self.own, own), (self.judges, judges), (self.variables["kept"], kept)
            mapping = [pair for names, values in groups for pair in zip(names, values, strict=True)]
            with keras.StatelessScope(state_mapping=mapping) as scope:
                terms = nets.losses(unpacked(batch), scalars[0], scalars[1], stage)
            kept = [scope.get_current_value(v) for v in self.variables["kept"]]
            return (terms["total"], terms.get("judged", 0.0 * terms["total"])), (terms, kept)

        def step(values, batch, scalars):
            (total, _), pull, (terms, kept) = jax.vjp(
                lambda own, judges: losses(own, judges, values["kept"], batch, scalars),
                values["own"],
                values["judges"],
                has_aux=True,
            )
            one = jax.numpy.ones_like(total)
            gradients = {"autoencoder": ("own", pull((one, 0 * one))[0])}
            if stage[1]:  # both from before either step
                gradients["discriminator"] = "judges", pull((0 * one, one))[1]
            values = {**values, "kept": kept}
            for name, (group, gradient) in gradients.items():
                key = f"optimizer {name}"
                values[group], values[key] = optimizers[name].stateless_apply(
                    values[key], gradient, values[group]
                )
            now = [values[place[id(v)][0]][place[id(v)][1]] for v in averaged]
            values["means"] = [
                mean * scalars[2] + value.astype(mean.dtype) * (1.0 - scalars[2])
                for mean, value in zip(values["means"], now, strict=True)
            ]
            return values, terms

        compiled = jax.jit(step, donate_argnums=0)

        def run(batch, *scalars) -> dict:
            if self.values is None:
                self.values = {k: [v.value for v in vs] for k, vs in self.variables.items()}
            for name, optimizer in optimizers.items():  # the rates were set on the variables
                key = f"optimizer {name}"
                i = [id(v) for v in self.variables[key]].index(id(optimizer._learning_rate))
                self.values[key][i] = jax.numpy.array(optimizer._learning_rate.value)
            self.values, terms = compiled(self.values, batch, scalars)
            return terms

        return run

    def sync(self) -> None:
        """Put the values that were trained into the variables."""
        if self.values is not None:
            for kind, variables in self.variables.items():
                for variable, value in zip(variables, self.values[kind], strict=True):
                    variable.assign(value)
            self.values = None  # a donated buffer must not stay in a variable


def unpacked(batch) -> tuple:
    """Faces in [-1, 1] and the random numbers of one step, as `VaeGan.losses` takes them."""
    pixels, noise, prior, disturbance, chances = batch
    faces = keras.ops.cast(pixels, "float32") / 127.5 - 1.0
    return faces, noise, prior, keras.ops.reshape(disturbance, (-1, *faces.shape[1:])), chances
