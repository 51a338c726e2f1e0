"""One file for each command of `python -m ganssl`: `HELP`, `add_arguments`, `run`.

What several of them take stands in `_options`.
"""
