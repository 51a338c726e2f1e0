"""What the page Train & evaluate alone draws."""
