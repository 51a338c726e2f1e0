"""Which rows the readout shows, and in which order."""

from __future__ import annotations

from ganssl.features.readout import Change
from ganssl.ui.explore.presentation import asked_of
from ganssl.ui.face.view import OTHERS, STRONGEST, change_table, shown_rows

NOTHING = float("nan"), float("nan")


def rows(values: dict[str, tuple[float, float]], edited: tuple[str, ...] = ()) -> list[Change]:
    """As `Readout.changes` sorts them."""
    found = [Change(name, *both, name in edited) for name, both in values.items()]
    return sorted(found, key=lambda row: (not row.edited, -abs(row.difference)))


FACE = {f"A{i}": (0.1 * i, 0.1 * i) for i in range(10)}
MOVED = {f"A{i}": (0.1, 0.1 + 0.05 * i) for i in range(10)}


def names(changes: list[Change]) -> list[str]:
    return [change.attribute for change in changes]


def test_before_an_edit_it_is_what_the_face_is_perceived_as_strongest_first():
    shown, tones, place = shown_rows(rows(FACE), (34.0, 34.0), edited=False, everything=False)
    assert names(shown) == ["A9", "A8", "A7", "A6", "A5", "A4"][:STRONGEST]
    assert tones == (34.0, 34.0) and place == len(shown)
    everything, _, _ = shown_rows(rows(FACE), NOTHING, edited=False, everything=True)
    assert len(everything) == len(FACE)


def test_after_an_edit_what_was_asked_for_stands_before_the_largest_side_effects():
    shown, tones, _ = shown_rows(rows(MOVED, ("A2",)), (34.0, 36.0), True, False)
    assert names(shown) == ["A2", "A9", "A8", "A7"] and len(shown) == 1 + OTHERS
    assert tones is None  # two degrees are nothing to speak of


def test_skin_tone_is_among_the_side_effects_when_it_moved():
    for after in (47.0, 21.0):
        shown, tones, place = shown_rows(rows(MOVED, ("A2",)), (34.0, after), True, False)
        assert names(shown) == ["A2", "A9", "A8"]
        assert tones == (34.0, after) and place == 1
    _, tones, _ = shown_rows(rows(MOVED, ("A2",)), NOTHING, True, False)
    assert tones is None


def test_the_row_of_skin_tone_names_the_groups():
    table = change_table(rows(MOVED, ("A2",))[:2], (34.0, 47.2), 1)
    assert table.index("A2") < table.index("Skin tone: intermediate → light") < table.index("A9")
    assert "34° → 47°" in table and "+13°" in table
    darker = change_table([], (-20.0, -35.0))
    assert "brown → dark" in darker and "−20° → −35°" in darker and "−15°" in darker
    assert "Skin tone: tan<" in change_table([], (20.0, 21.0))


def test_side_effects_that_no_figure_shows_are_left_out_but_not_what_was_asked_for():
    found = rows({"Smiling": (0.5, 0.5), "Bald": (0.999, 1.0), "Young": (0.4, 0.43)}, ("Smiling",))
    assert names(shown_rows(found, NOTHING, True, False)[0]) == ["Smiling", "Young"]
    everything, _, _ = shown_rows(found, NOTHING, edited=True, everything=True)
    assert names(everything) == ["Smiling", "Young", "Bald"]


def test_a_plain_face_has_one_figure_and_no_change():
    table = change_table(rows({"Smiling": (0.31, 0.31)}), (34.0, 34.0), 1, plain=True)
    assert "31 %" in table and "34°" in table and "Skin tone: intermediate<" in table
    for change in ("→", "points", "±", 'class="start"'):
        assert change not in table


def test_of_a_plain_face_a_presenter_sees_what_the_sliders_beside_it_can_change():
    found = rows({"Wearing_Hat": (0.9, 0.9), "Male": (0.1, 0.1), "Smiling": (0.2, 0.2)})
    assert names(asked_of(["Smiling", "Male", "my slider"], found)) == ["Smiling", "Male"]
    assert names(asked_of(["my slider"], found))[0] == "Wearing_Hat"
