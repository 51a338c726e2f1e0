"""A judgement in lines of text, as `evaluate` prints it."""

from __future__ import annotations

from ganssl.judgement.elsewhere import elsewhere_table
from ganssl.judgement.placing import threshold_sentence


def judgement_text(values: dict) -> str:
    """The figures of `evaluate --json` for people."""
    low, high = values["ci95"]
    negative, positive = values["classes"]
    (true_absent, false_alarm), (missed, true_present) = values["confusion_matrix"]
    width = max(len(negative), len(positive), 8)
    lines = [
        f"{values['attribute']} by {values['head']} on {values['features']}: {values['n']} photos",
        values["verdict"],
        *(["Exchange them with --exchange-labels."] if values["labels_look_exchanged"] else []),
        "",
        f"accuracy           {values['accuracy']:.3f}  (95 % interval {low:.3f} to {high:.3f})",
        f"balanced accuracy  {_figure(values['balanced_accuracy'], values['balanced_ci95'])}",
        f"AUC                {_figure(values['auc'], values['auc_ci95'])}",
        f"majority class     {values['majority_baseline']:.3f}",
        threshold_sentence(values["threshold_used"]),
        "",
        f"{'labelled':<{width}}  answered {negative!r} / {positive!r}",
        f"{negative:<{width}}  {true_absent:>6} / {false_alarm}",
        f"{positive:<{width}}  {missed:>6} / {true_present}",
    ]
    if values["slices"]:
        lines += [
            "",
            "group                        n  accuracy  95 % interval   AUC    95 % interval",
        ]
    for group in values["slices"]:
        low, high = group["ci95"]
        lines.append(
            f"{group['value']:<24}{group['n']:>6}  {group['accuracy']:>8.3f}  "
            f"{low:.3f} to {high:.3f}  {_figure(group['auc'])}  {_ends(group['auc_ci95'])}"
        )
    lines += ["", f"{'beside it':<28}accuracy  95 % interval   AUC    95 % interval   McNemar's p"]
    for row in values["comparison"]:
        low, high = row["ci95"]
        p = "" if row["p"] is None else f"{row['p']:.2g}"
        lines.append(
            f"{row['method']:<28}{row['accuracy']:>8.3f}  {low:.3f} to {high:.3f}  "
            f"{_figure(row['auc'])}  {_ends(row['auc_ci95'])}  {p}".rstrip()
        )
    lines += [f"* {note}" for note in values["notes"]]
    if values.get("elsewhere"):
        title = "as if from elsewhere, by the views that are averaged: accuracy / AUC"
        lines += ["", title, elsewhere_table(values["elsewhere"])]
    aligned = ", ".join(f"{how} {count}" for how, count in values["aligned"].items())
    lines += ["", f"faces found by: {aligned}"]
    for key, words in (
        ("photos_without_label", "photos have no label"),
        ("labels_without_photo", "labels have no photo"),
    ):
        if values[key]:
            lines.append(f"{values[key]} {words}")
    lines += [f"refused {refusal['name']}: {refusal['reason']}" for refusal in values["refused"]]
    if values.get("run"):
        lines.append(f"kept as run {values['run']}")
    return "\n".join(lines)


def _figure(value: float | None, ends: tuple[float, float] | None = None) -> str:
    text = "–" if value is None else f"{value:.3f}"
    return text if ends is None else f"{text}  (95 % interval {_ends(ends)})"


def _ends(ends: tuple[float, float] | None) -> str:
    return f"{'–':<14}" if ends is None else f"{ends[0]:.3f} to {ends[1]:.3f}"
