"""The VAE-GAN in training: networks, objective and its schedule, without any loop.

After Larsen et al. 2016, with what later work found to be stable: first a VAE
(L1, gradients, KL), then deep feature consistency on a fixed face network (Hou
et al. 2016), last the adversarial terms on reconstructions and on samples. One
discriminator judges pixels, with a smoothness penalty, and one the maps of each
fixed network (Sauer et al. 2021); all see augmented faces (Zhao et al. 2020).
Samples come from the prior, from all codes of the batch and from between two
of them, where edits go.
Unlike Larsen, the adversarial gradient of reconstructions reaches the encoder
too: blocking it costs a second pass through the generator.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import keras
from keras import ops

from ganssl.models import losses
from ganssl.models.config import ModelConfig
from ganssl.models.differentiable import augment
from ganssl.models.judges import build_discriminator, build_map_judge
from ganssl.models.networks import build_encoder, build_generator

NEAREST = 0.75
"""Samples of the prior are drawn at a truncation between this and 1, as the app draws faces."""


@dataclass(frozen=True)
class Objective:
    """Weights of the terms and when they come in (in passes over the photos).

    Attributes:
        pixel, gradient, kl, similarity, lattice, adversarial: weights.
        features: weight of each fixed network's distance, by name.
        judges: how much each discriminator has to say, by name, relative to the others.
        sampled_share: of the adversarial term that goes to samples, which have no other
            teacher; the rest goes to reconstructions.
        zoom: share of steps in which networks not made for faces see enlarged parts.
        kl_warm: passes over which the KL weight rises from 0.
        feature_from, adversarial_from: when these terms come in.
        adversarial_warm: passes over which the adversarial weight rises from 0.
        smoothness: weight of the discriminator's penalty.
        noise_scale: standard deviation of its noise, faces in [-1, 1].
        encoder_only: whether the generator stays as it is, and only the encoder learns to
            find the codes of faces; without adversarial terms.
    """

    pixel: float = 1.0
    gradient: float = 1.0
    kl: float = 6e-4
    features: dict[str, float] = field(default_factory=lambda: {"face": 0.8, "image": 0.4})
    judges: dict[str, float] = field(
        default_factory=lambda: {"pixels": 2.0, "face": 1.0, "image": 1.0}
    )
    sampled_share: float = 0.7
    zoom: float = 0.5
    similarity: float = 0.1
    lattice: float = 2.0
    adversarial: float = 0.25
    kl_warm: float = 1.0
    feature_from: float = 1.0
    adversarial_from: float = 12.0
    adversarial_warm: float = 2.0
    smoothness: float = 0.01
    noise_scale: float = 0.05
    encoder_only: bool = False

    def to_dict(self) -> dict:
        return asdict(self)

    def stage(self, epoch: float) -> tuple[bool, bool]:
        """Whether the feature term and the adversarial terms are on at `epoch`."""
        adversarial = epoch >= self.adversarial_from and not self.encoder_only
        return epoch >= self.feature_from, adversarial

    def kl_at(self, epoch: float) -> float:
        return self.kl * min(1.0, epoch / self.kl_warm) if self.kl_warm else self.kl

    def adversarial_at(self, epoch: float) -> float:
        since = epoch - self.adversarial_from
        return self.adversarial * min(1.0, max(0.0, since) / max(self.adversarial_warm, 1e-6))


class VaeGan:
    """Encoder, generator, discriminators, their moving averages, and the objective.

    Args:
        eyes: fixed networks by name, `faces → list of maps, from fine to coarse`:
            what they see of a face and of its reconstruction must agree, and a
            discriminator of its own judges the maps of each.
        dtype: of the layers, `float32` or `mixed_bfloat16`.
    """

    def __init__(
        self,
        config: ModelConfig,
        objective: Objective,
        eyes: dict[str, Callable] | None = None,
        dtype: str = "float32",
        seed: int = 0,
    ) -> None:
        keras.utils.set_random_seed(seed)
        self.config, self.objective, self.eyes = config, objective, eyes or {}
        self.encoder = build_encoder(config, dtype)
        self.generator = build_generator(config, dtype)
        self.judges = {"pixels": build_discriminator(config, dtype)}
        for name, maps in self.eyes.items():
            shapes = [tuple(m.shape[1:]) for m in maps(ops.zeros((1, config.size, config.size, 3)))]
            self.judges[name] = build_map_judge(shapes, f"judge_{name}", dtype=dtype, seed=seed)
        self.mean_encoder = build_encoder(config)  # moving averages, what ships
        self.mean_generator = build_generator(config)
        self.mean_encoder.set_weights(self.encoder.get_weights())
        self.mean_generator.set_weights(self.generator.get_weights())

    @property
    def autoencoder_variables(self) -> list:
        if self.objective.encoder_only:
            return self.encoder.trainable_variables
        return self.encoder.trainable_variables + self.generator.trainable_variables

    @property
    def discriminator_variables(self) -> list:
        return [v for judge in self.judges.values() for v in judge.trainable_variables]

    @property
    def shares_of_sources(self) -> tuple[float, float]:
        """How much reconstructions and samples count in the adversarial term."""
        return 1.0 - self.objective.sampled_share, self.objective.sampled_share

    def averages(self) -> list[tuple]:
        """Pairs of (moving average, trained variable)."""
        pairs = [(self.mean_encoder, self.encoder), (self.mean_generator, self.generator)]
        if self.objective.encoder_only:
            pairs.pop()  # which stays as it is to the last bit
        return [
            both
            for mean, trained in pairs
            for both in zip(mean.variables, trained.variables, strict=True)
        ]

    def losses(
        self, batch, kl_weight, adversarial_weight, stage: tuple[bool, bool]
    ) -> dict[str, Any]:
        """Terms of the objective; `total` is for encoder and generator, `judged` for the judges.

        Both come from one look of every network at every face: take the gradient
        of each to its own variables.

        Args:
            batch: faces `[b, s, s, 3]` in [-1, 1]; standard normal noise of the
                posterior `[b, d]`, of the prior `[b, d]` and of the smoothness
                penalty `[k, s, s, 3]`, `k` ≤ `b`; uniform chances
                `[2b + 1, CHANCES]` of the augmentation, the last row for the batch.
            stage: whether the feature and the adversarial terms are on.
        """
        faces, noise, prior, disturbance, chances = batch
        with_features, adversarial = stage
        weight, count = self.objective, faces.shape[0]
        mean, log_variance = self.encoder(faces, training=True)
        codes = mean + noise * ops.exp(0.5 * log_variance)
        sampled = None
        if adversarial:  # one pass through the generator, so its batch norm sees both sources
            both = ops.concatenate([codes, sample_codes(codes, prior, chances[:count, :2])])
            rebuilt, sampled = ops.split(self.generator(both, training=True), 2)
        else:
            rebuilt = self.generator(codes, training=not weight.encoder_only)
        terms = {
            "pixel": losses.pixel_distance(faces, rebuilt),
            "gradient": losses.gradient_distance(faces, rebuilt),
            "kl": losses.kl_divergence(mean, log_variance),
        }
        total = weight.pixel * terms["pixel"] + weight.gradient * terms["gradient"]
        total = total + kl_weight * terms["kl"]
        made = [rebuilt] if sampled is None else [rebuilt, sampled]
        terms["lattice"] = sum(map(losses.lattice_energy, made)) / len(made)
        total = total + weight.lattice * terms["lattice"]
        if with_features or adversarial:
            zoomed = chances[-1, 4] < self.objective.zoom
            changes = chances[:count], chances[-1, :2], zoomed
            real, fake = self.look(faces, *changes), self.look(rebuilt, *changes)
            for name in self.eyes if with_features else ():
                terms[f"feature_{name}"] = losses.feature_distance(real[name], fake[name])
                total = total + weight.features[name] * terms[f"feature_{name}"]
        if adversarial:
            chosen = chances[count : 2 * count], chances[-1, 2:4], zoomed
            seen = real, fake, self.look(sampled, *chosen)
            self.judge(seen, disturbance, terms)
            total = total + weight.similarity * terms["similarity"]
            total = total + adversarial_weight * terms["adversarial"]
        terms["total"] = total
        return terms

    def look(self, faces, chances, place, zoomed) -> dict[str, Any]:
        """What the judges see: the augmented faces, and their maps in each fixed network.

        Networks that are not made for faces see a part of them at twice the
        size where `zoomed`: their first layer halves what it sees, and a
        generator fills what is lost there with noise.
        """
        faces = augment(faces, chances, place)
        seen = {"pixels": faces}
        for name, maps in self.eyes.items():
            whole = name == "face" or not self.objective.zoom
            seen[name] = maps(faces if whole else ops.where(zoomed, enlarged(faces, place), faces))
        return seen

    def judge(self, seen: tuple[dict, dict, dict], disturbance, terms: dict) -> None:
        """Adds to `terms` what the judges say: `adversarial` and `similarity` are for the
        generator, where judges count by their shares, and `judged` is for the judges.

        Args:
            seen: real, rebuilt and sampled faces as `look` gives them.
        """
        adversary, judged = 0.0, 0.0
        shares = {name: self.objective.judges[name] for name in self.judges}
        for name, judge in self.judges.items():
            outputs = [judge(each[name], training=True) for each in seen]
            if name == "pixels":
                real_features, fake_features = outputs[0][1:], outputs[1][1:]
                outputs = [each[:1] for each in outputs]
                some, scale = disturbance.shape[0], self.objective.noise_scale
                disturbed = judge(seen[0][name][:some] + scale * disturbance, training=True)[:1]
                same = [logits[:some] for logits in outputs[0]]
                terms["smoothness"] = losses.smoothness_penalty(same, disturbed, scale)
                terms["similarity"] = losses.feature_distance(real_features, fake_features)
            real, *fakes = outputs
            terms[f"judge_{name}"] = losses.discriminator_loss(real, fakes)
            terms[f"fool_{name}"] = losses.generator_loss(fakes, self.shares_of_sources)
            share = shares[name] / sum(shares.values())
            adversary = adversary + share * terms[f"fool_{name}"]
            judged = judged + terms[f"judge_{name}"]
        terms["adversarial"], terms["discriminator"] = adversary, judged
        terms["judged"] = judged + self.objective.smoothness * terms["smoothness"]


def enlarged(faces, place):
    """The quarter of faces `[n, s, s, 3]` at `place` (uniform in [0, 1), `[2]`), `[n, s, s, 3]`."""
    side = faces.shape[1]
    half = side // 2
    start = ops.cast(ops.floor(place * (half + 1)), "int32")
    steps = ops.arange(half, dtype="int32")
    part = ops.take(ops.take(faces, start[0] + steps, axis=1), start[1] + steps, axis=2)
    return ops.image.resize(part, (side, side), interpolation="bilinear")


def sample_codes(codes, prior, chances):
    """Codes to draw faces from in training, `[b, d]`, as faces are drawn and edited later.

    A quarter is of the prior, a half a random mixture of all codes of the batch,
    normal with their mean and covariance, as in the fitted density; both are
    pulled towards the mean a little. The last quarter lies between two faces.

    Args:
        codes: of the batch's faces, `[b, d]`.
        prior: standard normal `[b, d]`.
        chances: uniform in [0, 1), `[b, 2]`.
    """
    count, size = prior.shape
    quarter = count // 4
    near = NEAREST + (1.0 - NEAREST) * chances[:, :1]
    mean = ops.mean(codes, axis=0, keepdims=True)
    wide = ops.tile(prior, (1, -(-count // size)))[:, :count]  # weights of all codes
    mixed = mean + near * ops.matmul(wide, codes - mean) / (count - 1) ** 0.5
    share = chances[:, 1:2]
    between = ops.sqrt(share) * codes + ops.sqrt(1.0 - share) * ops.flip(codes, axis=0)
    kinds = [near * prior, mixed, between]
    parts = [
        x[a:b]
        for x, a, b in zip(
            kinds, (0, quarter, 3 * quarter), (quarter, 3 * quarter, count), strict=True
        )
    ]
    return ops.stop_gradient(ops.concatenate(parts))
