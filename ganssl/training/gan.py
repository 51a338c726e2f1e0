"""Training the VAE-GAN: what one training holds, its loop, checkpoints and sample sheets."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from ganssl.base.atomic import replacing_folder, write_file
from ganssl.base.files import make_folder
from ganssl.errors import UserError
from ganssl.models.bundle import BundleModel
from ganssl.models.config import ModelConfig
from ganssl.models.density import sample_prior
from ganssl.models.differentiable import CHANCES
from ganssl.models.vaegan import Objective, VaeGan
from ganssl.photos.images import png_bytes, tile
from ganssl.photos.preprocess import Preprocess
from ganssl.training.checkpoint import FILE as CHECKPOINT
from ganssl.training.checkpoint import load_checkpoint, named_variables, save_checkpoint
from ganssl.training.clock import TrainingClock
from ganssl.training.grow import grow
from ganssl.training.steps import default_strategy, steps_of

SETTINGS = "settings.json"
VAE_STAGE = "vae_stage"  # a checkpoint from just before the adversarial terms came in
DISTURBED_SHARE = 4  # one face in four gets the smoothness penalty


@dataclass(frozen=True)
class TrainingSettings:
    """How the networks are trained; stored beside the checkpoint.

    Attributes:
        learning_rate: of encoder and generator before the adversarial stage.
        adversarial_rate: of encoder and generator in the adversarial stage, and of an
            encoder that learns alone.
        discriminator_rate: of the discriminator, which learns faster, so that it
            keeps up (Heusel et al. 2017).
        average_decay: of the moving average of encoder and generator.
        warm_steps: steps over which the first rate rises from 0.
        cool_share: last share of the budget, over which the rates fall to a tenth.
        dtype: `float32`, or `mixed_bfloat16` where it is fast, see `ganssl.base.device`.
    """

    learning_rate: float = 6e-4
    adversarial_rate: float = 2e-4
    discriminator_rate: float = 2e-4
    average_decay: float = 0.999
    warm_steps: int = 200
    cool_share: float = 0.15
    dtype: str = "float32"
    seed: int = 0


class GanTraining:
    """A VAE-GAN training that can be stopped and resumed at any step.

    Args:
        faces: uint8 `[n, s, s, 3]`, may be a memory map.
        strategy: a `tf.distribute` strategy; the default uses every GPU.
    """

    def __init__(
        self,
        faces: np.ndarray,
        config: ModelConfig,
        objective: Objective,
        settings: TrainingSettings,
        clock: TrainingClock,
        eyes: dict[str, Callable] | None = None,
        strategy=None,
    ) -> None:
        self.faces, self.config, self.objective = faces, config, objective
        self.settings, self.clock = settings, clock
        self.preprocess = Preprocess(config.size)
        self.strategy = strategy or default_strategy()
        self.replicas = self.strategy.num_replicas_in_sync if self.strategy else 1
        if clock.batch_size % self.replicas:
            raise UserError(
                f"A batch of {clock.batch_size} does not divide over {self.replicas} devices."
            )
        with self.strategy.scope() if self.strategy else nullcontext():
            self.nets = VaeGan(config, objective, eyes, settings.dtype, settings.seed)
            self.optimizers = {
                "autoencoder": keras.optimizers.Adam(
                    settings.learning_rate, beta_1=0.5, beta_2=0.99
                ),
                "discriminator": keras.optimizers.Adam(
                    settings.discriminator_rate, beta_1=0.5, beta_2=0.99
                ),
            }
            self.optimizers["autoencoder"].build(self.nets.autoencoder_variables)
            self.optimizers["discriminator"].build(self.nets.discriminator_variables)
        self.steps = steps_of(self)

    def variables(self) -> dict[str, Any]:
        nets = self.nets
        owners = {
            "encoder": nets.encoder,
            "generator": nets.generator,
            "mean_encoder": nets.mean_encoder,
            "mean_generator": nets.mean_generator,
            **{f"judge_{name}": judge for name, judge in nets.judges.items()},
            **{f"optimizer_{name}": owner for name, owner in self.optimizers.items()},
        }
        return {
            k: v for name, owner in owners.items() for k, v in named_variables(name, owner).items()
        }

    def start_from(self, model: BundleModel) -> None:
        """Begin with the weights of a finished model; the discriminators begin anew.

        A wider network or one with more parts begins as the same function.
        Raises `UserError` where the model has another size or code.
        """
        pairs = (
            (model.encoder, self.nets.encoder, self.nets.mean_encoder),
            (model.generator, self.nets.generator, self.nets.mean_generator),
        )
        for source, *targets in pairs:
            for network in targets:
                grow(network, source)

    def load_batch(self, indices: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        """Faces (half mirrored), then the random numbers of one step (see `VaeGan.losses`)."""
        faces = np.array(self.faces[indices])
        mirror = rng.random(len(faces)) < 0.5
        faces[mirror] = faces[mirror][:, :, ::-1]
        codes = (len(faces), self.config.latent_size)
        disturbed = (len(faces), 3 * self.config.size**2 // DISTURBED_SHARE)  # splits like faces
        return (
            faces,
            rng.standard_normal(codes, np.float32),
            rng.standard_normal(codes, np.float32),
            rng.standard_normal(disturbed, np.float32),
            rng.random((2 * len(faces) + self.replicas, CHANCES), np.float32),
        )

    def batch_signature(self) -> list[tuple[tuple[int, ...], str]]:
        """Shape and dtype of each part of a batch."""
        batch, side, size = self.clock.batch_size, self.config.size, self.config.latent_size
        return [
            ((batch, side, side, 3), "uint8"),
            ((batch, size), "float32"),
            ((batch, size), "float32"),
            ((batch, 3 * side * side // DISTURBED_SHARE), "float32"),
            ((2 * batch + self.replicas, CHANCES), "float32"),
        ]

    def run(
        self,
        folder: Path,
        report: Callable[[TrainingClock, dict[str, float]], None],
        resume: bool = False,
        report_every: int = 20,
        save_every: int = 200,
        save_seconds: float = 120.0,
        sheet_every: int = 200,
    ) -> None:
        """Train until the clock is done; writes `checkpoint.npz` and `samples/` to `folder`.

        A checkpoint is written every `save_every` steps, and after `save_seconds` of training
        without one.
        """
        folder = Path(folder)
        if resume:
            state = load_checkpoint(folder, self.variables())
            self.clock.step, self.clock.seconds = state["step"], state["seconds"]
        steps: dict[tuple[bool, bool], Callable] = {}
        saved = self.clock.seconds
        self.clock.resume()
        for batch in self.steps.batches(self.clock.step):
            if self.clock.done:
                break
            stage = self.objective.stage(self.clock.epoch)
            if stage[1] and not (folder / VAE_STAGE / CHECKPOINT).is_file():
                with replacing_folder(folder / VAE_STAGE, (CHECKPOINT, SETTINGS)) as whole:
                    self.save(whole)
            if stage not in steps:
                steps[stage] = self.steps.compiled(stage)
            terms = steps[stage](batch, *self.rates(stage))
            self.clock.tick()
            step = self.clock.step
            if step % report_every == 0:
                values = {name: float(value) for name, value in terms.items()}
                if not np.isfinite(values["total"]):
                    raise UserError(
                        f"Training diverged at step {step}: {values}. Resume from the checkpoint "
                        "with a lower learning rate."
                    )
                report(self.clock, values)
            if step % save_every == 0 or self.clock.seconds - saved >= save_seconds:
                self.save(folder)
                saved = self.clock.seconds
            if step % sheet_every == 0:
                self.write_sheet(folder / "samples" / f"{step:07d}.png")
                self.clock.pause()
        self.save(folder)
        self.write_sheet(folder / "samples" / f"{self.clock.step:07d}.png")

    def rates(self, stage: tuple[bool, bool]) -> tuple:
        """Set the learning rates of this step; returns KL weight, adversarial weight and decay."""
        epoch, fraction = self.clock.epoch, self.clock.fraction
        cool = min(1.0, max(0.1, (1.0 - fraction) / self.settings.cool_share))
        warm = min(1.0, (self.clock.step + 1) / self.settings.warm_steps)
        late = stage[1] or self.objective.encoder_only
        rate = self.settings.adversarial_rate if late else self.settings.learning_rate
        self.optimizers["autoencoder"].learning_rate = rate * warm * cool
        self.optimizers["discriminator"].learning_rate = self.settings.discriminator_rate * cool
        decay = min(self.settings.average_decay, (1 + self.clock.step) / (10 + self.clock.step))
        scalars = (self.objective.kl_at(epoch), self.objective.adversarial_at(epoch), decay)
        return tuple(keras.ops.convert_to_tensor(value, "float32") for value in scalars)

    def save(self, folder: Path) -> None:
        self.steps.sync()
        make_folder(folder)
        self.write_settings(folder)
        state = {"step": self.clock.step, "seconds": self.clock.seconds}
        save_checkpoint(folder, self.variables(), state)
        self.clock.pause()

    def write_settings(self, folder: Path) -> None:
        settings = {
            "config": self.config.to_dict(),
            "objective": self.objective.to_dict(),
            "settings": asdict(self.settings),
            "batch_size": self.clock.batch_size,
            "photos": len(self.faces),
        }
        write_file(folder / SETTINGS, json.dumps(settings, indent=2) + "\n")

    def write_sheet(self, path: Path, columns: int = 8) -> None:
        """Two rows of training faces over their reconstructions, three of prior samples."""
        self.steps.sync()
        picks = np.linspace(0, len(self.faces) - 1, 2 * columns).astype(int)
        real = np.array(self.faces[picks])
        codes, _ = self.nets.mean_encoder(self.preprocess.to_network(real), training=False)
        rebuilt = self.decode(np.asarray(codes))
        sampled = self.decode(sample_prior(3 * columns, 1, self.config.latent_size))
        rows = [real[:columns], rebuilt[:columns], real[columns:], rebuilt[columns:], sampled]
        make_folder(path.parent)
        write_file(path, png_bytes(tile(np.concatenate(rows), columns)))

    def decode(self, codes: np.ndarray) -> np.ndarray:
        values = self.nets.mean_generator(codes, training=False)
        return self.preprocess.to_pixels(np.asarray(values))
