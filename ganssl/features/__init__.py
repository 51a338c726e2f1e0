"""Face features: the shipped network, its teacher, and the probes that read them."""
