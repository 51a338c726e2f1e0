"""What the page Label alone draws."""
