"""The label-efficiency experiment: on planted views, and once through the command."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from ganssl.errors import UserError
from ganssl.experiments.cell import (
    BRIEF,
    BY_HAND,
    CO_TRAINED,
    METHODS,
    SYNTHETIC,
    TUNED,
    run_cell,
    slider_scores,
)
from ganssl.experiments.choice import PER_CLASS, choose_labels
from ganssl.experiments.figure import label_efficiency_figure
from ganssl.experiments.label_efficiency import Plan, run_experiment
from ganssl.experiments.summary import (
    choice_table,
    interval_over_draws,
    summary,
    table,
    verdicts,
)
from ganssl.experiments.synthetic import Labelling, labelled_pool
from ganssl.fitting.spread_directions import draw_few
from ganssl.fitting.spread_labels import spread_labels
from ganssl.judgement.baselines import ALL, BOTH, DIRECTION, FEW, SELF_TRAINING, SPREADING
from ganssl.judgement.judge import MAJORITY
from tests.helpers.planted_views import planted_material, planted_views

pytestmark = pytest.mark.slow

PLAN = Plan(("Male",), (5, 50), seeds=2, labelling=Labelling(most=600))


@pytest.fixture(scope="module")
def material():
    return planted_material()


@pytest.fixture(scope="module")
def rows(material):
    return run_experiment(material, PLAN)


def test_every_method_is_judged_in_every_cell(rows):
    drawn = set(METHODS) - {MAJORITY, ALL}
    assert drawn == {
        BY_HAND, DIRECTION, FEW, TUNED, SELF_TRAINING, SPREADING, CO_TRAINED, SYNTHETIC, BOTH,
    }  # fmt: skip
    for count in (5, 50):
        for seed in (0, 1):
            cell = [r for r in rows if (r["labels_per_class"], r["seed"]) == (count, seed)]
            assert {r["method"] for r in cell} == drawn and len(cell) == len(drawn)
    bounds = [r for r in rows if r["labels_per_class"] is None]
    assert {r["method"] for r in bounds} == {MAJORITY, ALL} and len(bounds) == 2


def test_figures_are_ordered_as_the_labels_are(rows):
    mean = {(r["method"], r["labels_per_class"]): r["accuracy"] for r in summary(rows)}
    assert 0.45 < mean[MAJORITY, None] < 0.55
    assert mean[ALL, None] > 0.85
    assert mean[FEW, 5] < mean[FEW, 50] < mean[ALL, None] + 0.01
    assert mean[SYNTHETIC, 5] > mean[FEW, 5]  # spreading over the codes pays where labels are few
    assert mean[SYNTHETIC, 50] > 0.8


def test_results_are_the_same_every_time_and_after_a_stop(material, rows, tmp_path):
    kept = tmp_path / "cells.jsonl"
    first = run_experiment(material, PLAN, kept)
    for row, other in zip(first, rows, strict=True):
        assert row == pytest.approx(other, abs=0.01)
    lines = kept.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 5  # the bounds and four cells
    changed = json.loads(lines[1])
    changed["figures"][SYNTHETIC]["validation"]["accuracy"] = 0.123
    kept.write_text(
        "\n".join([lines[0], json.dumps(changed), lines[2], lines[3][:40]]) + "\n", encoding="utf-8"
    )
    steps = []
    again = run_experiment(material, PLAN, kept, lambda *step: steps.append(step))
    assert steps[-1] == (5, 5)
    apart = [abs(a["accuracy"] - b["accuracy"]) for a, b in zip(rows, again, strict=True)]
    assert sorted(apart)[-2] < 0.01 < sorted(apart)[-1]  # the changed one was read, not run anew
    assert 0.123 in [row["accuracy"] for row in again]
    assert len(kept.read_text(encoding="utf-8").splitlines()) == 6


def test_cells_of_other_material_are_not_taken(material, rows, tmp_path):
    kept = tmp_path / "cells.jsonl"
    plan = Plan(("Male",), (5,), seeds=1, labelling=Labelling(most=600))
    run_experiment(material, plan, kept)
    run_experiment(material, Plan(("Male",), (5,), 1, labelling=Labelling(most=400)), kept)
    assert (
        len(
            {
                json.loads(line)["experiment"]
                for line in kept.read_text(encoding="utf-8").splitlines()
            }
        )
        == 2
    )


def test_the_pool_is_labelled_by_side_balanced_and_without_contradictions():
    train, labels = planted_views(1500, seed=1)
    pool, truth = planted_views(3000, seed=2, share=0.2)
    spread = spread_labels(train.features, train.codes, draw_few(labels, 20, "Male"))

    def quality(labelling: Labelling) -> tuple[int, float]:
        features, answers = labelled_pool(pool, spread, labelling, np.random.default_rng(0))
        assert np.bincount(answers).tolist() == [len(answers) // 2] * 2
        place = {row.tobytes(): i for i, row in enumerate(pool.features)}
        chosen = [place[row.tobytes()] for row in features]
        return len(answers), float(np.mean(truth[chosen] == answers))

    plain = quality(Labelling(margin=0.0, agreement=False))
    far = quality(Labelling(margin=0.6, agreement=False))
    agreed = quality(Labelling(margin=0.6))
    assert plain[0] > far[0] > agreed[0] and plain[1] < far[1] < agreed[1]
    assert quality(Labelling(most=100))[0] == 100
    with pytest.raises(UserError, match="larger pool"):
        labelled_pool(pool.part(slice(30)), spread, Labelling(), np.random.default_rng(0))


def test_verdicts_pair_the_draws():
    def row(method, seed, accuracy):
        return {
            "attribute": "Male", "test": "validation", "labels_per_class": 5, "seed": seed,
            "method": method, "accuracy": accuracy, "balanced_accuracy": 0.5, "auc": 0.5,
        }  # fmt: skip

    draws = [(0, 0.60), (1, 0.80), (2, 0.70)]
    rows = [row(TUNED, seed, value) for seed, value in draws]
    rows += [row(FEW, seed, value - 0.1) for seed, value in draws]
    rows += [row(SYNTHETIC, seed, value + 0.01 + 0.001 * seed) for seed, value in draws]
    rows += [row(CO_TRAINED, seed, value) for seed, value in draws]
    verdict, other = verdicts(rows, "validation")
    assert other["against"] == CO_TRAINED
    assert verdict["against"] == TUNED and verdict["better"] is True
    assert verdict["difference"] == pytest.approx(0.011)
    rows[8]["accuracy"] = 0.6
    assert verdicts(rows, "validation")[0]["better"] is None
    assert interval_over_draws(np.array([1.0])) is None
    assert interval_over_draws(np.array([1.0, 1.0])) is None  # equal by chance, not certain
    assert interval_over_draws(np.ones(6)) == (1.0, 1.0)
    low, high = interval_over_draws(np.array([1.0, 2.0, 3.0]))
    assert (low + high) / 2 == pytest.approx(2.0) and high == pytest.approx(4.484, abs=1e-3)


def test_table_and_figure_show_all_that_was_run(rows):
    found = summary(rows)
    text = table(found, "Male", "validation")
    assert "5+5" in text and "50+50" in text and all(name in text for name in METHODS)
    drawn = label_efficiency_figure(found)
    curve = next(trace for trace in drawn.data if trace.name == SYNTHETIC)
    means = [r["accuracy"] for r in found if r["method"] == SYNTHETIC]
    np.testing.assert_allclose(curve.y, means)
    assert any(half > 0 for half in curve.error_y["array"])


def test_plans_that_make_no_experiment_are_refused():
    for arguments, message in (
        ((("Male",), (1,)), "2 or more labels"),
        (((), (5,)), "Name one or more"),
        ((("Male",), (5,), 0), "1 or more seeds"),
    ):
        with pytest.raises(UserError, match=message):
            Plan(*arguments)
    with pytest.raises(UserError, match="not 'best'"):
        Plan(("Male",), (5,), choices=("best",))
    with pytest.raises(UserError, match="200 photos cannot be chosen from 150"):
        Plan(("Male",), (100,), choices=("typical",), folder=150)
    cells = Plan(("A", "A"), (50, 5, 5)).cells()
    assert cells[:2] == [("A", 5, 0, PER_CLASS), ("A", 50, 0, PER_CLASS)]


def test_choices_of_photos_are_run_beside_each_other(material):
    few = Labelling(most=300)
    plan = Plan(("Male",), (3, 5), 2, labelling=few, choices=("random", "both"), folder=200)
    rows = run_experiment(material, plan)
    cells = {(r["choice"], r["labels_per_class"], r["seed"]) for r in rows if r["choice"]}
    assert cells == {(c, n, s) for c in ("random", "both") for n in (3, 5) for s in (0, 1)}
    found = summary(rows)
    lines = choice_table(found, "Male", "validation").splitlines()
    assert lines[1].split() == ["6", "10"] and [line.split()[0] for line in lines[2:]] == [
        "random",
        "both",
    ]
    text = table(found, "Male", "validation", choice="both")
    assert "typical, then uncertain photos" in text and all(name in text for name in METHODS)
    of_cell = {(r["choice"], r["method"], r["labels_per_class"]): r for r in found}
    entry = of_cell["both", SYNTHETIC, 5]
    assert f"{entry['accuracy']:.3f}" in text and f"{entry['accuracy']:.3f}" in lines[3]
    assert {v["choice"] for v in verdicts(rows, "validation")} == {"random", "both"}
    kept = {plan.key(*cell) for cell in plan.cells()}
    assert len(kept) == 8 and not kept & {replace(plan, folder=300).key(*c) for c in plan.cells()}
    assert plan.key("Male", 5, 0, PER_CLASS) == "Male 5 0"  # cells that were kept before


def test_a_choice_without_a_photo_of_one_class_answers_with_the_other(material):
    """None of the photos asked has the attribute, so that nothing can be learnt from them."""
    labels = np.zeros(len(material.train), np.int8)
    labels[-3:] = 1
    rare = replace(material, labels={"Male": labels})
    few = choose_labels(material.train.features, labels, 5, "Male", 0, "random", 100)
    cell = run_cell(rare, "Male", few, 0, Labelling(most=300))
    truth = material.tests[0].labels["Male"]
    assert set(cell) == set(METHODS) - {MAJORITY, ALL}
    for found in cell.values():
        figures = found["validation"]
        assert figures["accuracy"] == pytest.approx(np.mean(truth == 0))
        assert figures["balanced_accuracy"] == figures["auc"] == 0.5


def test_a_brief_experiment_gives_the_same_figures_for_what_it_runs(material, rows, tmp_path):
    kept = tmp_path / "cells.jsonl"
    plan = replace(PLAN, brief=True)
    brief = run_experiment(material, plan, kept)
    assert {row["method"] for row in brief} == set(BRIEF)
    known = ("labels_per_class", "seed", "method")
    whole = {tuple(row[k] for k in known): row for row in rows}
    for row in brief:
        twin = whole[tuple(row[k] for k in known)]
        assert row["auc"] == pytest.approx(twin["auc"], abs=0.01)
    found = summary(brief)
    assert all(v["against"] == TUNED for v in verdicts(brief, "validation"))
    assert all(name in table(found, "Male", "validation") for name in BRIEF)
    again = run_experiment(material, replace(PLAN, labels_per_class=(5,), seeds=1), kept)
    assert {row["method"] for row in again} == set(METHODS)  # brief cells are not taken for whole


def test_the_slider_made_by_hand_is_the_difference_of_the_labelled_codes(material):
    train, labels = material.train, material.labels["Male"]
    few = draw_few(labels, 10, "Male", 0)
    judged = material.tests[0].views.codes
    vector = train.codes[few == 1].mean(axis=0) - train.codes[few == 0].mean(axis=0)
    order = np.argsort(slider_scores(train.codes, few, judged))
    np.testing.assert_array_equal(order, np.argsort(judged @ vector))


def test_too_few_labels_for_a_slider_count_as_none(material):
    few = draw_few(material.labels["Male"], 3, "Male", 0)
    cell = run_cell(material, "Male", few, 0, Labelling(most=300), brief=True)
    assert cell[BY_HAND]["validation"]["auc"] == 0.5 < cell[TUNED]["validation"]["auc"]
    few = draw_few(material.labels["Male"], 4, "Male", 0)
    cell = run_cell(material, "Male", few, 0, Labelling(most=300), brief=True)
    assert cell[BY_HAND]["validation"]["auc"] > 0.55
