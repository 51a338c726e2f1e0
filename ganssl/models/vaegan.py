"""The VAE-GAN in training: networks, objective and its schedule, without any loop.

After Larsen et al. 2016, with what later work found to be stable: first a VAE
(L1, gradients, KL), then deep feature consistency on a fixed face network (Hou
et al. 2016), last and gently the adversarial terms on reconstructions and on
samples from the prior, with a smoothness penalty on the discriminator.
Unlike Larsen, the adversarial gradient of reconstructions reaches the encoder
too: blocking it costs a second pass through the generator.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import keras
from keras import ops

from ganssl.models import losses
from ganssl.models.config import ModelConfig
from ganssl.models.networks import build_discriminator, build_encoder, build_generator


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
    kl: float = 2e-4
    feature: float = 0.3
    similarity: float = 0.1
    adversarial: float = 0.02
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
        self.mean_encoder = build_encoder(config)  # moving averages, what ships
        self.mean_generator = build_generator(config)
        self.mean_encoder.set_weights(self.encoder.get_weights())
        self.mean_generator.set_weights(self.generator.get_weights())

    @property
    def autoencoder_variables(self) -> list:
        return self.encoder.trainable_variables + self.generator.trainable_variables

    def averages(self) -> list[tuple]:
        """Pairs of (moving average, trained variable)."""
        trained = self.encoder.variables + self.generator.variables
        means = self.mean_encoder.variables + self.mean_generator.variables
        return list(zip(means, trained, strict=True))

    def autoencoder_losses(
        self, faces, noise, prior, kl_weight, adversarial_weight, stage: tuple[bool, bool]
    ) -> tuple[dict, tuple]:
        """Terms of encoder and generator, and the generated faces.

        Args:
            faces: `[b, s, s, 3]` in [-1, 1].
            noise: standard normal `[b, d]`, the posterior's reparameterisation.
            prior: codes from N(0, 1), `[b, d]`; decoded in the adversarial stage.
            stage: whether the feature and the adversarial terms are on.
        """
        with_features, adversarial = stage
        weight = self.objective
        mean, log_variance = self.encoder(faces, training=True)
        codes = mean + noise * ops.exp(0.5 * log_variance)
        if adversarial:  # one pass through the generator, so its batch norm sees both sources
            both = self.generator(ops.concatenate([codes, prior]), training=True)
            rebuilt, sampled = ops.split(both, 2)
        else:
            rebuilt, sampled = self.generator(codes, training=True), None
        terms = {
            "pixel": losses.pixel_distance(faces, rebuilt),
            "gradient": losses.gradient_distance(faces, rebuilt),
            "kl": losses.kl_divergence(mean, log_variance),
        }
        total = weight.pixel * terms["pixel"] + weight.gradient * terms["gradient"]
        total = total + kl_weight * terms["kl"]
        if with_features and self.face_maps is not None:
            terms["feature"] = losses.feature_distance(
                self.face_maps(faces), self.face_maps(rebuilt)
            )
            total = total + weight.feature * terms["feature"]
        if adversarial:
            _, *real_features = self.discriminator(faces, training=False)
            rebuilt_logits, *rebuilt_features = self.discriminator(rebuilt, training=False)
            sampled_logits = self.discriminator(sampled, training=False)[0]
            terms["similarity"] = losses.feature_distance(real_features, rebuilt_features)
            terms["adversarial"] = losses.generator_loss([rebuilt_logits, sampled_logits])
            total = total + weight.similarity * terms["similarity"]
            total = total + adversarial_weight * terms["adversarial"]
        terms["total"] = total
        return terms, (rebuilt, sampled)

    def discriminator_losses(self, faces, rebuilt, sampled, disturbance) -> dict:
        """Terms of the discriminator.

        Args:
            disturbance: standard normal `[k, s, s, 3]`, `k` ≤ `b`: noise for the
                smoothness penalty on the first `k` faces.
        """
        scale = self.objective.noise_scale
        real_logits = self.discriminator(faces, training=True)[0]
        fakes = [ops.stop_gradient(rebuilt), ops.stop_gradient(sampled)]
        fake_logits = [self.discriminator(fake, training=True)[0] for fake in fakes]
        some = disturbance.shape[0]
        disturbed = self.discriminator(faces[:some] + scale * disturbance, training=True)[0]
        terms = {
            "discriminator": losses.discriminator_loss(real_logits, fake_logits),
            "smoothness": losses.smoothness_penalty(real_logits[:some], disturbed, scale),
        }
        terms["total"] = terms["discriminator"] + self.objective.smoothness * terms["smoothness"]
        return terms
