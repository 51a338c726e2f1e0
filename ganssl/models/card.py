"""The model card: what a bundle is, what it was made from, how good it is, what it is not for."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ganssl.models.bundle import BundleModel

LIMITS = """\
## Meant for

Research on attribute directions in latent spaces, teaching, and showing what a generative face
model does. Not for identifying, profiling or judging people, and not for passing generated
faces off as photographs: every face that the app saves says in its metadata that it is
AI-generated.

## Data and terms

Trained on photos of CelebA (Liu et al. 2015): celebrities, mostly Western, collected from the
web without documented consent, for non-commercial research only. The weights and every face
made with them inherit these terms. No photo and no single photo's latent code is in the bundle.
Directions may carry what the photos behind them taught of face features: their mean over all
photos and, for each attribute, weights of a linear score, its spread in both classes and the share
of photos that have the attribute. No single photo's features are in it.

## Labels

The attributes are what CelebA's annotators perceived in a photo, yes or no. They are not facts
about a person, least of all `Male` and `Young`.

## Known limits and biases

* Attributes that go together in the data go together in the model: a direction moves its
  companions along (`Male` with `Wearing_Lipstick` and `Heavy_Makeup`, `Young` with `Gray_Hair`).
  Lock an attribute to hold it, and read beside the face what else changed.
* Rare things come out poorly or not at all: hats, hands, profiles, strong shadows, text.
* Skin tones, ages and styles that are rare in CelebA are rare and less faithful here.
* A reconstruction is not the same person: fine detail is replaced by what is typical.
"""


def _stages(objective: dict, passes: float) -> str:
    text = "A plain VAE first"
    if passes > objective["feature_from"]:
        text += (
            f"; from pass {objective['feature_from']:g} also an L1 distance on early layers of the "
            "shipped face network"
        )
    if passes > objective["adversarial_from"]:
        text += f"; from pass {objective['adversarial_from']:g} also a discriminator, gently"
    else:
        text += ". The adversarial stage was not reached: these are the weights of the VAE stage"
    return text + ". What ships is a moving average of the weights."


def write_card(
    model: BundleModel,
    settings: dict,
    state: dict,
    command: str = "",
) -> str:
    """Markdown from what is known of a training; figures only as far as they were measured."""
    config = model.config
    lines = [
        f"# {model.name}",
        "",
        f"A VAE-GAN for faces of {config.size}×{config.size} pixels with a latent code of "
        f"{config.latent_size} numbers, after Larsen et al. 2016. "
        f"Encoder {model.encoder.count_params():,} and generator "
        f"{model.generator.count_params():,} weights.",
        "",
        "## Training",
        "",
        f"{state['step']:,} steps of {settings['batch_size']} faces "
        f"({state['step'] * settings['batch_size'] / max(settings['photos'], 1):.1f} passes over "
        f"{settings['photos']:,} photos) in {state['seconds'] / 3600:.1f} hours of computing.",
    ]
    if command:
        lines += ["", f"    {command}"]
    objective = settings["objective"]
    passes = state["step"] * settings["batch_size"] / max(settings["photos"], 1)
    lines += ["", textwrap.fill(_stages(objective, passes), 95)]
    if len(model.directions):
        good = model.directions.sliders
        lines += [
            "",
            f"{len(model.directions.attributes)} attribute directions were fitted; {len(good)} are "
            "good enough for a slider.",
        ]
    return "\n".join(lines) + "\n\n" + LIMITS
