"""What the page Synthesize alone draws."""
