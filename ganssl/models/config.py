"""The sizes of a VAE-GAN, as one dataclass that is stored with the weights."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from ganssl.errors import UserError

LARGEST_SIDE, MOST_CHANNELS = 1024, 2048
"""Of the networks that are built: a file may name any numbers."""

GRID = 32
"""Side of the grid on which the encoder folds and the generator unfolds pixels."""

OLDER = {"smooth": False, "modulated": False, "fine_width": 0}
"""What models have whose settings do not name these parts."""


@dataclass(frozen=True)
class ModelConfig:
    """Architecture of encoder, generator and discriminator.

    Attributes:
        size: side of the faces in pixels, 64 or a larger power of two.
        latent_size: length of the latent code.
        encoder_widths: channels at 32×32, 16×16, 8×8 and 4×4.
        generator_widths: channels at 4×4, 8×8, 16×16 and 32×32.
        detail_width: channels at 64×64, the generator's finest grid.
        discriminator_widths: channels at 64×64, 32×32, 16×16 and 8×8.
        smooth: whether a fixed low-pass follows where the generator unfolds its
            32×32 grid: the four pixels of a cell have weights of their own, and
            an adversary's gradients would set them apart, which shows as a grid.
        modulated: whether the code also scales and shifts every norm of the generator.
        fine_width: channels at 64×64 that are drawn from the 32×32 grid by a doubling of
            their own, beside the `detail_width` unfolded ones.
    """

    size: int = 128
    latent_size: int = 128
    encoder_widths: tuple[int, int, int, int] = (64, 128, 256, 320)
    generator_widths: tuple[int, int, int, int] = (320, 256, 128, 64)
    detail_width: int = 24
    discriminator_widths: tuple[int, int, int, int] = (32, 64, 128, 256)
    smooth: bool = True
    modulated: bool = True
    fine_width: int = 24

    def __post_init__(self) -> None:
        for name in ("size", "latent_size", "detail_width", "fine_width"):
            if not isinstance(getattr(self, name), int):
                raise UserError(f"{name} must be a whole number, not {getattr(self, name)!r}.")
        for name in ("encoder_widths", "generator_widths", "discriminator_widths"):
            widths = tuple(int(width) for width in getattr(self, name))
            if len(widths) != 4 or min(widths) < 1:
                raise UserError(f"{name} needs four positive channel counts, not {widths}.")
            object.__setattr__(self, name, widths)
        if self.size < 64 or self.size & (self.size - 1):
            raise UserError(f"The size of faces must be 64, 128, 256 …, not {self.size}.")
        widths = (*self.encoder_widths, *self.generator_widths, *self.discriminator_widths)
        most = max(*widths, self.latent_size, self.detail_width, self.fine_width)
        if self.size > LARGEST_SIDE or most > MOST_CHANNELS:
            raise UserError(
                f"The networks of a model have faces of at most {LARGEST_SIDE} pixels and layers "
                f"of at most {MOST_CHANNELS:,} channels; {self.size} and {most:,} are too many."
            )
        if self.fine_width < 0 or self.latent_size < 2 or self.detail_width < 1:
            raise UserError(
                "A model needs a latent code of 2 numbers or more and 1 detail channel."
            )

    def to_dict(self) -> dict:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict) -> ModelConfig:
        try:
            return cls(**{**OLDER, **values})
        except UserError:
            raise
        except (TypeError, ValueError, OverflowError) as error:
            raise UserError(f"The model's settings are not readable: {error}.") from error
