"""A private installation: what one visit made is there for the next, until somebody deletes it."""

from __future__ import annotations

import time

import pytest
from streamlit.testing.v1 import AppTest

from ganssl.models.catalogue import load_model
from ganssl.synthesis import read_set
from ganssl.workspace import Workspace
from ganssl.workspace.contents import keep_classifier, keep_judgement, keep_slider
from ganssl.workspace.run import CLASSIFIER, JUDGEMENT, SET, SLIDER
from tests.helpers.planted import make_direction
from tests.helpers.planted_comparison import planted_classifier, planted_comparison

pytestmark = pytest.mark.slow

COUNT = 60
RUNS, SYNTHESIZE = "pages/your_runs.py", "pages/synthesize.py"


@pytest.fixture
def workspace(tmp_path, monkeypatch) -> Workspace:
    monkeypatch.setenv("GANSSL_WORKSPACE", str(tmp_path / "workspace"))
    return Workspace(tmp_path / "workspace")


def go_to(app, page: str):
    app.switch_page(page).run()
    assert not app.exception
    return app


def texts(app) -> str:
    kinds = (app.markdown, app.caption, app.success, app.warning, app.info, app.error)
    return "\n".join(element.value for kind in kinds for element in kind)


def make_set(app) -> None:
    go_to(app, SYNTHESIZE).number_input(key="synthesize/count").set_value(COUNT).run()
    app.button(key="synthesize/start").click().run()
    end = time.monotonic() + 240
    while app.get("progress"):
        assert time.monotonic() < end, "gave up waiting"
        time.sleep(0.1)
        app.run()
    assert not app.exception and not app.error


def test_a_set_lies_on_the_shelf_of_the_next_visit_and_can_be_deleted(open_app, workspace):
    first = open_app()
    assert f"Workspace `{workspace.folder}`" in texts(first)
    make_set(first)
    ((name, made),) = first.session_state["shelf"].sets.items()
    (run,) = workspace.listing().of(SET)
    assert made.folder == run.folder / "set" and (run.folder / "set.zip").is_file()
    assert run.figures == {"faces": COUNT, "present": COUNT // 2}

    second = go_to(open_app(), SYNTHESIZE)  # the server's caches are empty, as after a restart
    ((again, found),) = second.session_state["shelf"].sets.items()
    assert again == name and found.id == made.id
    second.button(key=f"synthesize/train on {name}").click().run()
    assert second.title[0].value == "Train & evaluate"
    assert second.selectbox(key="train/set").value == name
    go_to(second, SYNTHESIZE).button(key=f"synthesize/delete {name}").click().run()
    second.button(key="synthesize/delete for good").click().run()
    assert not second.exception and second.session_state["shelf"].sets == {}
    assert not run.folder.exists() and workspace.listing().runs == []


def test_a_set_that_the_end_of_the_server_stopped_goes_on(open_app, workspace):
    app = open_app()
    make_set(app)
    (run,) = workspace.listing().of(SET)
    before = read_set(run.folder / "set")
    card = (run.folder / "run.json").read_text(encoding="utf-8")
    card = card.replace('"finished": true', '"finished": false')
    (run.folder / "run.json").write_text(card, encoding="utf-8")
    (run.folder / "set" / "metadata.csv").unlink()

    again = open_app()
    assert again.session_state["shelf"].sets == {}
    go_to(again, RUNS).multiselect(key="runs/chosen").set_value([run.id]).run()
    again.button(key="runs/go on").click().run()
    end = time.monotonic() + 240
    while not again.session_state["shelf"].sets:
        assert time.monotonic() < end and not again.error
        time.sleep(0.1)
        again.run()
    (made,) = again.session_state["shelf"].sets.values()
    assert made.id == before.id
    assert [r.id for r in workspace.listing().of(SET)] == [run.id]


def test_runs_are_compared_named_opened_and_deleted(open_app, workspace):
    one = planted_comparison(planted_classifier(drawn=2, margin=0.5))
    two = planted_comparison(planted_classifier(drawn=3, margin=1.0))
    runs = [keep_judgement(workspace, n, c) for n, c in (("One", one), ("Two", two))]
    trained = keep_classifier(workspace, "Trained", planted_classifier())
    app = go_to(open_app(), RUNS)
    assert list(app.session_state["shelf"].classifiers) == ["Trained"]

    app.multiselect(key="runs/chosen").set_value([run.id for run in runs]).run()
    assert not app.exception
    shown = "\n".join(table.value.to_string() for table in app.table)
    low, high = two.result.judgement.ci95
    assert f"({low:.3f} to {high:.3f})" in shown
    assert "training_faces margin" in shown and "features" not in shown

    app.multiselect(key="runs/chosen").set_value([runs[0].id]).run()
    app.text_input(key=f"runs/name {runs[0].id}").set_value("The wide margin").run()
    assert not app.exception and workspace.find("The wide margin").id == runs[0].id
    app.button(key="runs/open").click().run()
    assert app.title[0].value == "Train & evaluate"
    assert app.selectbox(key="train/classifier").value == "The wide margin"

    go_to(app, RUNS).multiselect(key="runs/chosen").set_value([trained.id]).run()
    app.button(key="runs/delete").click().run()
    assert trained.folder.is_dir()  # it asks first
    app.button(key="runs/delete for good").click().run()
    assert not app.exception and not trained.folder.exists()
    assert "Trained" not in app.session_state["shelf"].classifiers
    assert not workspace.listing().of(CLASSIFIER) and len(workspace.listing().of(JUDGEMENT)) == 2


def test_a_slider_comes_back_with_its_model_alone(open_app, workspace):
    open_app()  # on the small model
    model = load_model()
    direction = make_direction("Round face", [1.0] * model.latent_size, own=True)
    keep_slider(workspace, direction, model.id)
    keep_slider(workspace, make_direction("Foreign", [1.0] * 8, own=True), "another model")
    again = open_app()
    assert list(again.session_state["shelf"].directions) == ["Round face"]
    assert again.slider(key="explore/slider Round face").value == 0


def undo(app):
    app.button(key="undo/undo").click().run()
    assert not app.exception
    return app


def delete_at_runs(app, run) -> None:
    """Ends on the first page, with which alone `AppTest` draws what stands above all of them."""
    go_to(app, RUNS).multiselect(key="runs/chosen").set_value([run.id]).run()
    app.button(key="runs/delete").click().run()
    app.button(key="runs/delete for good").click().run()
    go_to(app, "app.py")


def test_a_deleted_run_comes_back_on_any_page_in_its_place(open_app, workspace):
    for name in ("Last", "Middle", "First"):  # the newest is on top
        keep_classifier(workspace, name, planted_classifier())
    middle = workspace.find("Middle")
    app = open_app()
    before = list(app.session_state["shelf"].classifiers)
    delete_at_runs(app, middle)
    assert not middle.folder.exists()
    assert "**Middle** was deleted." in texts(app)
    undo(app)
    assert list(app.session_state["shelf"].classifiers) == before
    assert workspace.find("Middle").id == middle.id and (middle.folder / "run.json").is_file()
    assert "was deleted" not in texts(app)
    assert list(open_app().session_state["shelf"].classifiers) == before


def test_only_what_was_deleted_last_comes_back_and_what_is_left_deleted_is_gone(
    open_app, workspace
):
    first, last = (keep_classifier(workspace, n, planted_classifier()) for n in ("One", "Two"))
    app = open_app()
    delete_at_runs(app, first)
    delete_at_runs(app, last)
    undo(app)
    assert [run.id for run in workspace.listing().runs] == [last.id]
    delete_at_runs(app, last)
    app.button(key="undo/leave").click().run()
    assert not [b for b in app.button if b.key == "undo/undo"]
    assert not app.session_state["shelf"].classifiers
    assert not list(workspace.runs_folder.glob("*")) and not list(workspace.runs_folder.glob(".*"))


def clicked_twice() -> None:
    """A page on which somebody has just deleted a run with two clicks."""
    import streamlit as st

    from ganssl.ui.shared.keeping import delete_run, workspace
    from ganssl.ui.shared.undo import show_undo

    place = workspace()
    if "clicked" not in st.session_state:
        st.session_state["clicked"] = run = place.find("Mine")
        delete_run(run)
        delete_run(run)
    show_undo()


def test_a_second_click_on_delete_leaves_what_the_first_one_offered(workspace):
    run = keep_classifier(workspace, "Mine", planted_classifier())
    app = AppTest.from_function(clicked_twice).run()
    assert not workspace.listing().runs and "**Mine** was deleted." in texts(app)
    app.button(key="undo/undo").click().run()
    assert not app.exception and workspace.find("Mine").id == run.id


def test_undo_says_why_where_it_no_longer_can(open_app, workspace):
    run = keep_classifier(workspace, "Mine", planted_classifier())
    app = open_app()
    delete_at_runs(app, run)
    app.session_state["shelf"].classifiers["Mine"] = planted_classifier()
    undo(app)
    assert "There is another 'Mine' by now" in texts(app)
    assert "There is another" not in texts(app.run())  # it is said once


def test_a_slider_that_was_given_up_comes_back_in_its_place(open_app, workspace):
    open_app()  # on the small model
    model = load_model()
    for name in ("Third", "Second", "First"):
        keep_slider(workspace, make_direction(name, [1.0] * model.latent_size, own=True), model.id)
    app = open_app()
    mine = app.session_state["shelf"].directions
    before, second = list(mine), mine["Second"]
    app.session_state["lab/tab"] = "Keep, save, load"
    go_to(app, "pages/latent_space.py")
    app.selectbox(key="lab/own/one").set_value("Second").run()
    app.button(key="lab/own/give it up").click().run()
    assert not app.exception and list(mine) == [n for n in before if n != "Second"]
    assert len(workspace.listing().of(SLIDER)) == 2
    undo(go_to(app, "app.py"))
    assert list(mine) == before and mine["Second"] is second
    assert app.slider(key="explore/slider Second").value == 0
    assert len(workspace.listing().of(SLIDER)) == 3


def test_damage_is_told_and_the_rest_is_there(open_app, workspace):
    keep_classifier(workspace, "Good", planted_classifier())
    bad = keep_classifier(workspace, "Bad", planted_classifier())
    (bad.folder / "classifier" / "arrays.npz").write_bytes(b"torn")
    app = open_app()
    assert "Bad cannot be opened" in texts(app)
    assert list(app.session_state["shelf"].classifiers) == ["Good"]


def test_without_a_workspace_the_page_says_how_long_things_last(open_app, monkeypatch):
    monkeypatch.delenv("GANSSL_WORKSPACE", raising=False)
    app = open_app()
    assert "deleted a few minutes after you close it" in texts(app)
    go_to(app, RUNS)
    app.session_state["shelf"].classifiers["Mine"] = planted_classifier()
    app.run()
    assert not app.exception
    assert app.dataframe[0].value["name"].tolist() == ["Mine"]
    assert "GANSSL_WORKSPACE" in texts(app)
