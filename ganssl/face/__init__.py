"""One face: its state and picture, a photo made editable, morphs, animations, provenance."""
