"""What the page Your runs alone draws."""
