"""One file for each command of `python -m ganssl`: `HELP`, `add_arguments`, `run`.

What several of them take stands in `_options`.
"""

GROUPS: dict[str, tuple[str, ...]] = {
    "faces": ("app", "generate", "edit", "morph"),
    "labelled sets and classifiers": (
        "synthesize",
        "train-classifier",
        "evaluate",
        "experiment",
        "reproduce-2017",
        "runs",
    ),
    "directions and labels": ("fit-directions", "direction-report", "compare-labels"),
    "models": (
        "train-gan",
        "export-model",
        "evaluate-gan",
        "distill-features",
        "evaluate-features",
        "fit-probes",
        "prepare-laboratory",
        "benchmark",
    ),
}
"""The commands as `--help` lists them; each stands in one group."""
