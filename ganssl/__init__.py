"""GANSSL: attribute directions in the latent space of a face model, as a library.

Nothing here imports streamlit; the app's drawing code lives in `ganssl.ui`.
TensorFlow is loaded by the modules that run a network, not by this one.
"""

__version__ = "0.1.0"
