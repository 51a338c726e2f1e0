"""Directions from labelled photos: encode them, spread few labels, fit and measure."""
