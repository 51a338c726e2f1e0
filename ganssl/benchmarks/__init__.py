"""Speed and memory, each beside a reference of the same run; one file for each thing measured."""
