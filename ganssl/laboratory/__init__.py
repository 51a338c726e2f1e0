"""The latent-space laboratory: how good a direction is, what it does besides, and new ones."""
