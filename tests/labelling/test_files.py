"""Sessions, labels and labelled photos as files, and back."""

import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image

from ganssl.attributes import Attribute
from ganssl.errors import UserError
from ganssl.labelling.contact_sheet import contact_sheet, sheet_jpeg
from ganssl.labelling.export import label_csv, photo_zip, session_csv
from ganssl.labelling.session import NO, UNSURE, YES, LabellingSession, unlabelled
from ganssl.labelling.session_file import read_session, restore, save_session
from ganssl.photos.label_file import read_label_csv
from ganssl.photos.uploads import read_uploads
from tests.helpers.labelled_photos import SMILING, drawn_files, drawn_session
from tests.helpers.synthetic_photos import draw_photo, encoded

HAT = Attribute("Hat", "bare", "with a hat")


def answered(*questions):
    session = drawn_session(10, *questions)
    for i, name in enumerate(session.names[:9]):
        for question in session.questions:
            session.answer(name, question.name, (YES, NO, UNSURE)[i % 3], 1.5)
    session.start_second_pass(session.questions[0].name)
    return session


def test_a_saved_session_comes_back_whole_and_holds_no_pixels():
    session = answered(SMILING, HAT)
    text = save_session(session)
    assert len(text) < 200 * len(session.log) + 2000
    fresh = LabellingSession(session.photos)
    assert restore(fresh, read_session(text)) == []
    assert fresh.questions == session.questions
    assert (fresh.log, fresh.second) == (session.log, session.second)
    table = read_session(text).table("mine")
    np.testing.assert_array_equal(table.labels, session.to_photo_set().labels)


def test_answers_follow_the_content_and_not_the_name():
    session = answered()
    files = drawn_files(10)
    renamed = {"z.png": files.pop("00.png"), **files}
    renamed["01.png"] = encoded(draw_photo(77))  # another photo under a labelled name
    del renamed["03.png"]
    fresh = LabellingSession(unlabelled(renamed))
    notes = restore(fresh, read_session(save_session(session)))
    answers = fresh.answers("Smiling")
    assert answers["z.png"] == YES and answers["02.png"] == UNSURE
    assert "01.png" not in answers
    assert len(notes) == 2 and "such as 01.png" in notes[0] and "such as 03.png" in notes[1]


def test_answers_given_since_win_over_saved_ones():
    session = answered()
    fresh = LabellingSession(session.photos, (SMILING,))
    fresh.answer("00.png", "Smiling", NO)
    restore(fresh, read_session(save_session(session)))
    assert fresh.answers("Smiling")["00.png"] == NO
    assert fresh.answers("Smiling")["01.png"] == NO


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v.update(format="other"),
        lambda v: v.pop("answers"),
        lambda v: v["answers"][0].update(value="perhaps"),
        lambda v: v["answers"][0].update(photo="x.png"),
        lambda v: v["answers"][0].update(question="Hat"),
        lambda v: v.update(photos=3),
        lambda v: v.update(questions=[{"name": ""}]),
    ],
)
def test_a_damaged_session_file_gets_a_sentence(change):
    values = json.loads(save_session(answered()))
    change(values)
    with pytest.raises(UserError, match=r"mine\.json"):
        read_session(json.dumps(values), "mine.json")
    with pytest.raises(UserError, match="is not JSON"):
        read_session(b"\xff\xfe{", "mine.json")


def test_csv_of_one_question_and_of_several():
    one = read_label_csv(session_csv(answered()), SMILING)
    assert session_csv(answered()).startswith(
        b"\xef\xbb\xbffile,label\r\n00.png,1\r\n01.png,0\r\n03.png,1\r\n"
    )
    assert one.attributes == ("Smiling",) and len(one.names) == 6
    several = read_label_csv(session_csv(answered(SMILING, HAT)))
    assert several.attributes == ("Smiling", "Hat")


def test_the_zip_is_read_as_it_is_and_carries_no_metadata():
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "a secret place", 6  # description; to be turned by 90°
    files = {
        "a,b.jpg": encoded(draw_photo(1), "JPEG", exif=exif.tobytes()),
        "c.png": encoded(draw_photo(2)),
        "d.webp": encoded(draw_photo(3), "WEBP"),
    }
    session = LabellingSession(unlabelled(files), (SMILING, HAT))
    session.answer("a,b.jpg", "Smiling", YES)
    session.answer("c.png", "Smiling", NO)
    session.answer("c.png", "Hat", YES)
    data = photo_zip(session.to_photo_set())
    assert b"secret" in files["a,b.jpg"] and b"secret" not in data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        kinds = {
            n: Image.open(archive.open(n)).format
            for n in archive.namelist()
            if "." in n[-5:] and not n.endswith("csv")
        }
    assert kinds == {"a,b.jpg": "JPEG", "c.png": "PNG", "d.webp": "WEBP"}
    upload = read_uploads([("photos.zip", data)])
    assert not upload.refused
    assert upload.photos.names == session.names
    assert upload.photos.attributes == ("Smiling", "Hat")
    assert upload.photos.labels.tolist() == [[1, -1], [0, 1], [-1, -1]]
    assert upload.photos.read(0).size == (218, 178)  # upright, without the tag
    np.testing.assert_array_equal(np.asarray(upload.photos.read(1)), np.asarray(draw_photo(2)))
    again = LabellingSession(upload.photos)
    again.take_labels(upload.photos)
    assert label_csv(again.to_photo_set()) == label_csv(session.to_photo_set())


def test_contact_sheet_shows_every_photo_and_tells_the_labels_apart():
    session = drawn_session(10)
    plain = np.asarray(contact_sheet(session.to_photo_set(), 0, ("no", "yes", "open")))
    session.answer("09.png", "Smiling", YES)
    marked = np.asarray(contact_sheet(session.to_photo_set(), 0, ("no", "yes", "open")))
    rows, columns = np.nonzero((plain != marked).any(axis=2))
    assert rows.min() > plain.shape[0] / 2 - 8 and columns.min() > 150 and columns.max() < 320
    sheet = contact_sheet(session.to_photo_set(), 0, ("n" * 90, "y", "o"))
    assert Image.open(io.BytesIO(sheet_jpeg(sheet))).size == sheet.size
