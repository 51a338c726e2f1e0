"""What the page Your photo alone draws."""
