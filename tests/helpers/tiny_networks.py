"""The smallest networks that train, and an objective with all its terms from early on."""

from __future__ import annotations

from ganssl.models.config import ModelConfig
from ganssl.models.vaegan import Objective

TINY = ModelConfig(
    size=64,
    latent_size=8,
    encoder_widths=(8, 8, 8, 8),
    generator_widths=(8, 8, 8, 8),
    detail_width=4,
    discriminator_widths=(8, 8, 8, 8),
)


EARLY = Objective(feature_from=0.0, adversarial_from=0.5, adversarial_warm=0.5, adversarial=0.1)
