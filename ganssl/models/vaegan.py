"""The VAE-GAN in training: networks, objective and its schedule, without any loop.

After Larsen et al. 2016, with what later work found to be stable: first a VAE
(L1, gradients, KL), then deep feature consistency on a fixed face network (Hou
et al. 2016), last and gently the adversarial terms on reconstructions and on
samples, with a smoothness penalty on the discriminator. It judges pixels and,
beside them, the fixed network's maps (Sauer et al. 2021). Half of the samples
come from the prior, half between two codes of the batch, where edits go.
Unlike Larsen, the adversarial gradient of reconstructions reaches the encoder
too: blocking it costs a second pass through the generator.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import keras
from keras import ops

from ganssl.models import losses
from ganssl.models.config import ModelConfig
from ganssl.models.networks import (
    build_discriminator,
    build_encoder,
    build_generator,
    build_map_judge,
)

SHIFTS = 4
"""The fixed network folds 2×2 pixels of half the size: its grid repeats after so many pixels."""


@dataclass(frozen=True)
class Objective:
    """Weights of the terms and when they come in (in passes over the photos).

    Attributes:
        pixel, gradient, kl, feature, similarity, adversarial: weights.
        kl_warm: passes over which the KL weight rises from 0.
        feature_from, adversarial_from: when these terms come in.
        adversarial_warm: passes over which the adversarial weight rises from 0.
        smoothness: weight of the discriminator's penalty.
        noise_scale: standard deviation of its noise, faces in [-1, 1].
    """

    pixel: float = 1.0
    gradient: float = 1.0
    kl: float = 6e-4
    feature: float = 0.8
    similarity: float = 0.1
    adversarial: float = 0.08
    kl_warm: float = 1.0
    feature_from: float = 1.0
    adversarial_from: float = 12.0
    adversarial_warm: float = 2.0
    smoothness: float = 0.01
    noise_scale: float = 0.05

    def to_dict(self) -> dict:
        return asdict(self)

    def stage(self, epoch: float) -> tuple[bool, bool]:
        """Whether the feature term and the adversarial terms are on at `epoch`."""
        return epoch >= self.feature_from, epoch >= self.adversarial_from

    def kl_at(self, epoch: float) -> float:
        return self.kl * min(1.0, epoch / self.kl_warm) if self.kl_warm else self.kl

    def adversarial_at(self, epoch: float) -> float:
        since = epoch - self.adversarial_from
        return self.adversarial * min(1.0, max(0.0, since) / max(self.adversarial_warm, 1e-6))


class VaeGan:
    """Encoder, generator, discriminator, their moving averages, and the objective.

    Args:
        face_maps: the fixed face network's early layers, `faces → list of maps`,
            or None to leave the feature term out.
        dtype: of the layers, `float32` or `mixed_bfloat16`.
    """

    def __init__(
        self,
        config: ModelConfig,
        objective: Objective,
        face_maps=None,
        dtype: str = "float32",
        seed: int = 0,
    ) -> None:
        keras.utils.set_random_seed(seed)
        self.config, self.objective, self.face_maps = config, objective, face_maps
        self.encoder = build_encoder(config, dtype)
        self.generator = build_generator(config, dtype)
        self.discriminator = build_discriminator(config, dtype)
        self.map_judge = None if face_maps is None else self._build_map_judge(dtype)
        self.mean_encoder = build_encoder(config)  # moving averages, what ships
        self.mean_generator = build_generator(config)
        self.mean_encoder.set_weights(self.encoder.get_weights())
        self.mean_generator.set_weights(self.generator.get_weights())

    @property
    def autoencoder_variables(self) -> list:
        return self.encoder.trainable_variables + self.generator.trainable_variables

    @property
    def discriminator_variables(self) -> list:
        judge = self.map_judge.trainable_variables if self.map_judge else []
        return self.discriminator.trainable_variables + judge

    def _build_map_judge(self, dtype: str) -> keras.Model:
        side = self.config.size
        maps = self.face_maps(ops.zeros((1, side, side, 3)))
        return build_map_judge([tuple(each.shape[1:]) for each in maps], dtype)

    def look(self, faces, shift=None) -> tuple:
        """Faces and, where there is a fixed network, its maps: what a judge sees.

        `shift`: int32 `[2]`, moves the picture by so many pixels down and right.
        Networks that fold pixels or skip some see every place with the same
        phase, and without shifts that vary they teach the generator a grid.
        """
        if shift is not None:
            faces = ops.roll(ops.roll(faces, shift[0], axis=1), shift[1], axis=2)
        return faces, self.face_maps(faces) if self.face_maps is not None else None

    def judge(self, seen: tuple, training: bool = False) -> tuple[list, list]:
        """Logits of every head, and the features of the one that judges pixels."""
        faces, maps = seen
        logits, *features = self.discriminator(faces, training=training)
        if maps is None:
            return [logits], features
        return [logits, *self.map_judge(maps, training=training)], features

    def averages(self) -> list[tuple]:
        """Pairs of (moving average, trained variable)."""
        trained = self.encoder.variables + self.generator.variables
        means = self.mean_encoder.variables + self.mean_generator.variables
        return list(zip(means, trained, strict=True))

    def autoencoder_losses(
        self, faces, noise, prior, kl_weight, adversarial_weight, stage: tuple[bool, bool]
    ) -> tuple[dict, tuple]:
        """Terms of encoder and generator, and what the discriminator is to judge.

        Args:
            faces: `[b, s, s, 3]` in [-1, 1].
            noise: standard normal `[b, d]`, the posterior's reparameterisation.
            prior: codes from N(0, 1), `[b, d]`; used in the adversarial stage,
                and the first one for the shift before the networks look.
            stage: whether the feature and the adversarial terms are on.

        Returns the terms, and (real, rebuilt, sampled) as `look` gives them.
        """
        with_features, adversarial = stage
        weight = self.objective
        mean, log_variance = self.encoder(faces, training=True)
        codes = mean + noise * ops.exp(0.5 * log_variance)
        sampled = None
        if adversarial:  # one pass through the generator, so its batch norm sees both sources
            both = ops.concatenate([codes, sample_codes(codes, prior)])
            rebuilt, sampled = ops.split(self.generator(both, training=True), 2)
        else:
            rebuilt = self.generator(codes, training=True)
        terms = {
            "pixel": losses.pixel_distance(faces, rebuilt),
            "gradient": losses.gradient_distance(faces, rebuilt),
            "kl": losses.kl_divergence(mean, log_variance),
        }
        total = weight.pixel * terms["pixel"] + weight.gradient * terms["gradient"]
        total = total + kl_weight * terms["kl"]
        shift = ops.cast(SHIFTS * ops.sigmoid(prior[0, :2]), "int32")  # the same for all faces
        real, fake = self.look(faces, shift), self.look(rebuilt, shift)
        if with_features and self.face_maps is not None:
            terms["feature"] = losses.feature_distance(real[1], fake[1])
            total = total + weight.feature * terms["feature"]
        seen = (real, fake, None)
        if adversarial:
            seen = (real, fake, self.look(sampled, shift))
            (_, real_features), (fake_heads, fake_features) = map(self.judge, seen[:2])
            sampled_heads, _ = self.judge(seen[2])
            terms["similarity"] = losses.feature_distance(real_features, fake_features)
            terms["adversarial"] = losses.generator_loss([fake_heads, sampled_heads])
            total = total + weight.similarity * terms["similarity"]
            total = total + adversarial_weight * terms["adversarial"]
        terms["total"] = total
        return terms, seen

    def discriminator_losses(self, seen: tuple, disturbance) -> dict:
        """Terms of the discriminator.

        Args:
            seen: as `autoencoder_losses` returns it.
            disturbance: standard normal `[k, s, s, 3]`, `k` ≤ `b`: noise for the
                smoothness penalty on the first `k` faces.
        """
        scale, some = self.objective.noise_scale, disturbance.shape[0]
        real, *fakes = (tuple(map(_fixed, each)) for each in seen)
        real_heads, _ = self.judge(real, training=True)
        fake_heads = [self.judge(fake, training=True)[0] for fake in fakes]
        disturbed, _ = self.judge(self.look(real[0][:some] + scale * disturbance), training=True)
        same = [logits[:some] for logits in real_heads]
        terms = {
            "discriminator": losses.discriminator_loss(real_heads, fake_heads),
            "smoothness": losses.smoothness_penalty(same, disturbed, scale),
        }
        terms["total"] = terms["discriminator"] + self.objective.smoothness * terms["smoothness"]
        return terms


def sample_codes(codes, prior):
    """Half from the prior, half between two faces; float32 `[b, d]`.

    A mixture of two codes with weights whose squares add up to 1 has the mean
    (near 0) and the covariance of the batch.
    """
    half = prior.shape[0] // 2
    share = ops.sigmoid(prior[half:, :1])  # (b/2, 1)
    first, second = codes[half:], ops.flip(codes, axis=0)[half:]
    between = ops.sqrt(share) * first + ops.sqrt(1.0 - share) * second
    return ops.concatenate([prior[:half], ops.stop_gradient(between)])


def _fixed(values):
    """Without gradient: a tensor, a list of them, or None."""
    if isinstance(values, list):
        return [ops.stop_gradient(value) for value in values]
    return None if values is None else ops.stop_gradient(values)
