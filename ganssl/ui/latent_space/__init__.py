"""What the page Latent space alone draws."""
