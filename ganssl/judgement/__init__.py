"""How good a classifier is on photos that people labelled, beside what else could be done."""
