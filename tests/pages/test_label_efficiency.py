"""The label-efficiency curve that ships, on its page."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def test_the_experiment_that_ships_is_shown_with_what_helps():
    def show() -> None:
        from ganssl.ui.train_and_evaluate.label_efficiency import show_label_efficiency

        show_label_efficiency()

    app = AppTest.from_function(show, default_timeout=60).run()
    assert not app.exception
    (table,) = app.dataframe
    variants = table.value.set_index("variant")
    assert list(variants.columns) == ["Male", "Smiling", "Eyeglasses"]
    assert variants.loc["as it is"].min() > 0.8
    assert {"codes of the prior", "threshold 0.5", "contradicted faces kept"} <= set(variants.index)
    figures = app.get("button_group")
    assert len(figures) == 2 and len(app.get("plotly_chart")) == 1
