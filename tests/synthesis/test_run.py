"""Sets on disk: the same bytes however they were made, resumed work, layouts, reading back."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import tarfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ganssl.__main__ import main
from ganssl.attributes import Attribute
from ganssl.base.job import CANCELLED, Cancelled
from ganssl.base.jobs import JobRunner
from ganssl.errors import UserError
from ganssl.models.catalogue import load_model
from ganssl.models.face_model import FaceModel
from ganssl.models.fast_generator import fast_generator
from ganssl.models.full_rate import BATCH, face_decoder
from ganssl.photos.folder import read_folder
from ganssl.photos.images import read_provenance
from ganssl.synthesis import (
    Recipe,
    Writing,
    contact_sheet,
    finish_set,
    preview_faces,
    read_set,
    recipe_codes,
    synthesize,
)
from ganssl.synthesis.codes import BLOCK
from tests.helpers.small_model import SIZE, small_model

pytestmark = pytest.mark.slow

RECIPE = Recipe("Smiling", BLOCK + 76, seed=3, balance_over=("Male",), size=16)  # 2 blocks
ON_ONNX = replace(RECIPE, engine="onnxruntime")


@pytest.fixture(scope="module")
def model(bundle: Path) -> FaceModel:
    return load_model(bundle)


@pytest.fixture(scope="module")
def whole(model: FaceModel, tmp_path_factory) -> Path:
    """The set of `RECIPE`, made in one go."""
    folder = tmp_path_factory.mktemp("sets") / "whole"
    summary = synthesize(model, RECIPE, folder)
    assert summary.complete and summary.written == RECIPE.count and summary.found == 0
    return folder


@pytest.fixture(scope="module")
def little(model: FaceModel, tmp_path_factory) -> Path:
    """A hundred faces in the model's own size."""
    folder = tmp_path_factory.mktemp("sets") / "little"
    synthesize(model, Recipe("Smiling", 100, size=SIZE), folder)
    return folder


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def stop_after(calls: int) -> Callable[[], bool]:
    seen = iter(range(calls))
    return lambda: next(seen, None) is None


# the same bytes


def test_shards_in_any_order_give_the_same_bytes(model: FaceModel, whole: Path, tmp_path: Path):
    summaries = [
        synthesize(model, RECIPE, tmp_path / "set", Writing(shards=3, shard=shard))
        for shard in (2, 0, 1)
    ]
    assert [s.written for s in summaries] == [76, 0, BLOCK]  # two blocks for three shards
    assert [s.missing for s in summaries] == [BLOCK, BLOCK, 0]
    assert hashes(tmp_path / "set") == hashes(whole)


def test_shards_of_several_machines_are_put_together(model: FaceModel, whole: Path, tmp_path: Path):
    for shard in (0, 1):
        synthesize(model, RECIPE, tmp_path / str(shard), Writing(shards=2, shard=shard))
        assert not finish_set(tmp_path / str(shard))
        shutil.copytree(tmp_path / str(shard), tmp_path / "set", dirs_exist_ok=True)
    assert finish_set(tmp_path / "set")
    assert hashes(tmp_path / "set") == hashes(whole)


def test_shards_at_the_same_time(model: FaceModel, whole: Path, tmp_path: Path):
    with ThreadPoolExecutor(2) as pool:
        runs = [
            pool.submit(synthesize, model, RECIPE, tmp_path / "set", Writing(shards=2, shard=i))
            for i in range(2)
        ]
        assert sum(run.result().written for run in runs) == RECIPE.count
    assert hashes(tmp_path / "set") == hashes(whole)


def test_interrupted_work_goes_on_to_the_same_bytes(model: FaceModel, whole: Path, tmp_path: Path):
    out = tmp_path / "set"
    batches = BLOCK // BATCH
    with pytest.raises(Cancelled):  # in the second block
        synthesize(model, RECIPE, out, cancelled=stop_after(batches + 1))
    with pytest.raises(UserError, match="1 of 2 blocks are missing"):
        read_set(out)
    told: list[tuple[int, int]] = []
    summary = synthesize(model, RECIPE, out, progress=lambda *now: told.append(now))
    assert (summary.found, summary.written) == (BLOCK, 76)
    assert told[-1] == (76, 76) and told == sorted(told)
    assert hashes(out) == hashes(whole)


def test_a_killed_block_is_made_again(model: FaceModel, whole: Path, tmp_path: Path):
    """A kill leaves half-written images without a record; nothing of it survives."""
    out = Path(shutil.copytree(whole, tmp_path / "set"))
    (out / "blocks" / "000001.csv").unlink()
    victims = sorted((out / "images").glob("*/0000109*.png"))
    victims[0].write_bytes(victims[0].read_bytes()[:50])
    victims[1].unlink()
    (out / "DATASHEET.md").unlink()
    summary = synthesize(model, RECIPE, out)
    assert (summary.written, summary.complete) == (76, True)
    assert hashes(out) == hashes(whole)


def test_a_complete_set_is_left_as_it_is(model: FaceModel, whole: Path):
    before = hashes(whole)
    summary = synthesize(model, RECIPE, whole)
    assert (summary.written, summary.found, summary.rate) == (0, RECIPE.count, 0)
    assert hashes(whole) == before


def test_the_engine_is_of_the_recipe(model: FaceModel, whole: Path, tmp_path: Path):
    synthesize(model, ON_ONNX, tmp_path / "a")
    for shard in (1, 0):
        synthesize(model, ON_ONNX, tmp_path / "b", Writing(shards=2, shard=shard))
    assert hashes(tmp_path / "a") == hashes(tmp_path / "b")
    ours, theirs = read_set(tmp_path / "a"), read_set(whole)
    assert ours.recipe.engine == "onnxruntime" and theirs.recipe.engine == "tensorflow"
    assert ours.id != theirs.id
    faces = [made.faces(range(50)).astype(int) for made in (ours, theirs)]
    assert np.abs(faces[0] - faces[1]).max() <= 2  # a step of the generator, resized
    with pytest.raises(UserError, match="engine is onnxruntime there and tensorflow here"):
        synthesize(model, RECIPE, tmp_path / "a")


def test_tar_shards_are_the_same_bytes_too(model: FaceModel, whole: Path, tmp_path: Path):
    one, two = tmp_path / "one", tmp_path / "two"
    synthesize(model, RECIPE, one, Writing("webdataset"))
    for shard in (1, 0):
        synthesize(model, RECIPE, two, Writing("webdataset", 2, shard))
    assert hashes(one) == hashes(two)
    tars, folders = read_set(one), read_set(whole)
    rows = [0, 1, BLOCK, RECIPE.count - 1]
    np.testing.assert_array_equal(tars.faces(rows), folders.faces(rows))
    np.testing.assert_array_equal(tars.labels, folders.labels)


# the generator for bulk work


@pytest.mark.parametrize(("dtype", "steps"), [("float32", 1), ("mixed_bfloat16", 20)])
def test_the_fast_generator_makes_the_same_faces(dtype: str, steps: int):
    """The test model has eight times the contrast of its weights, and steps as large."""
    model = small_model()
    rng = np.random.default_rng(0)
    for layer in model.generator.layers:
        if layer.name.endswith("_bn"):  # norms that are not the identity
            layer.set_weights([rng.uniform(0.5, 1.5, w.shape) for w in layer.get_weights()])
    codes = model.sample(BATCH, 0)
    expected = model.decode(codes).astype(int)
    faces = np.asarray(fast_generator(model.generator, dtype)(codes, training=False))
    difference = np.abs(model.preprocess.to_pixels(faces).astype(int) - expected)
    assert expected.std() > 5 and difference.max() <= steps and difference.mean() < 1


@pytest.mark.parametrize("arithmetic", [("float32",), ("bfloat16",), ("float32", "onnxruntime")])
def test_a_face_does_not_depend_on_its_batch(model: FaceModel, arithmetic: tuple[str, ...]):
    decode, codes = face_decoder(model, *arithmetic), model.sample(BATCH, 0)
    together = decode(codes)
    assert together.shape == (BATCH, SIZE, SIZE, 3) and together.dtype == np.uint8
    for part in (slice(0, 1), slice(7, 30)):
        np.testing.assert_array_equal(decode(codes[part])[0], decode(codes[part][:1])[0])
    np.testing.assert_array_equal(decode(codes[:5]), together[:5])


# what is refused


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (dict(seed=4), "seed is 3 there and 4 here"),
        (dict(count=3000), "count is 1100 there and 3000 here"),
        (dict(balance_over=()), "balance_over"),
    ],
)
def test_another_recipe_in_the_same_folder(model: FaceModel, whole: Path, change, match: str):
    with pytest.raises(UserError, match=match):
        synthesize(model, replace(RECIPE, **change), whole)


def test_another_layout_in_the_same_folder(model: FaceModel, whole: Path):
    with pytest.raises(UserError, match="layout is folder there and webdataset here"):
        synthesize(model, RECIPE, whole, Writing("webdataset"))


def test_folders_that_cannot_hold_a_set(model: FaceModel, tmp_path: Path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("precious", encoding="utf-8")
    with pytest.raises(UserError, match="other files"):
        synthesize(model, RECIPE, tmp_path / "mine")
    with pytest.raises(UserError, match="cannot be written"):
        synthesize(model, RECIPE, tmp_path / "mine" / "thesis.tex")
    with pytest.raises(UserError, match="holds no synthetic set"):
        read_set(tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.tex"]


def test_requests_that_do_not_fit_the_model(model: FaceModel, tmp_path: Path):
    for recipe, shards, shard, layout, match in (
        (replace(RECIPE, size=128), 1, 0, "folder", "makes faces of 64"),
        (RECIPE, 2, 2, "folder", "there is no 2"),
        (RECIPE, 1, -1, "folder", "there is no -1"),
        (RECIPE, 1, 0, "zip", "folder or webdataset"),
        (replace(RECIPE, attribute="Smilling"), 1, 0, "folder", "Did you mean Smiling"),
    ):
        with pytest.raises(UserError, match=match):
            synthesize(model, recipe, tmp_path / "set", Writing(layout, shards, shard))
    assert not (tmp_path / "set").exists()


def test_damage_is_told(whole: Path, tmp_path: Path):
    out = Path(shutil.copytree(whole, tmp_path / "set"))
    first = next((out / "images").glob("*/00000000.png"))
    first.write_bytes(b"no image")
    with pytest.raises(UserError, match=r"00000000\.png"):
        read_set(out).faces([0])
    table = (out / "metadata.csv").read_text(encoding="utf-8")
    (out / "metadata.csv").write_text(table.replace("not Smiling", "nobody", 1), encoding="utf-8")
    with pytest.raises(UserError, match=r"metadata\.csv is damaged"):
        read_set(out)
    (out / "metadata.csv").write_text(table.rsplit("\n", 5)[0], encoding="utf-8")
    with pytest.raises(UserError, match=r"metadata\.csv is damaged"):
        read_set(out)
    place = table.partition("\n")[0].split(",").index("Male")
    for side in ("9" * 30, "300"):  # no number of 8 bits
        lines = [line.split(",") for line in table.splitlines()]
        lines[1][place] = side
        text = "\n".join(map(",".join, lines))
        (out / "metadata.csv").write_text(text, encoding="utf-8")
        with pytest.raises(UserError, match=r"metadata\.csv is damaged"):
            read_set(out)
    info = json.loads((out / "set.json").read_text(encoding="utf-8"))
    for text in ("{", "[]", json.dumps({**info, "format": "2"}), json.dumps({**info, "x": 1})):
        (out / "set.json").write_text(text, encoding="utf-8")
        with pytest.raises(UserError, match=r"set\.json"):
            read_set(out)


# the layout that tools read


def test_folders_and_tables_agree_with_the_codes(model: FaceModel, whole: Path):
    codes = recipe_codes(model, RECIPE)
    rows = list(csv.DictReader((whole / "metadata.csv").open()))
    labels = list(csv.reader((whole / "labels.csv").open()))
    assert labels[0] == ["file", "label"] and len(labels) == len(rows) + 1 == RECIPE.count + 1
    classes = np.array(["not Smiling", "Smiling"])
    np.testing.assert_array_equal([row["label"] for row in rows], classes[codes.labels])
    np.testing.assert_allclose([float(row["sigma"]) for row in rows], codes.scores, atol=1e-4)
    np.testing.assert_array_equal([int(row["Male"]) for row in rows], codes.sides[:, 0])
    assert [int(row["index"]) for row in rows] == list(range(RECIPE.count))
    assert [[row["file"], row["label"]] for row in rows] == labels[1:]
    on_disk = {str(path.relative_to(whole)) for path in whole.glob("images/*/*")}
    assert on_disk == {row["file"] for row in rows}


def test_other_readers_get_the_same_labels(little: Path):
    import keras

    ours = read_set(little)
    photos = read_folder(little, little / "labels.csv", Attribute("Smiling"))
    for name, label in zip(photos.names, photos.labels[:, 0], strict=True):
        assert label == ours.labels[int(Path(name).stem)]
    data = keras.utils.image_dataset_from_directory(
        little / "images", image_size=(SIZE, SIZE), batch_size=None, shuffle=False, verbose=False
    )
    assert data.class_names == ["0_not_Smiling", "1_Smiling"]  # in the order of the labels
    theirs = np.array([int(label) for _, label in data])
    for path, label in zip(data.file_paths, theirs, strict=True):
        assert label == ours.labels[int(Path(path).stem)]


def test_every_image_says_that_it_is_generated(model: FaceModel, little: Path):
    ours = read_set(little)
    for path in (little / "images").glob("*/*.png"):
        origin = read_provenance(path.read_bytes())
        assert origin["ai_generated"] is True and origin["model_id"] == model.id
        assert origin["set"] == ours.id and origin["index"] == int(path.stem)
        assert f"{origin['label'] == 'Smiling':d}" == path.parent.name[0]


def test_webdataset_members(model: FaceModel, tmp_path: Path):
    recipe = Recipe("Smiling", 40, size=16, pairs=True)
    synthesize(model, recipe, tmp_path / "set", Writing("webdataset"))
    with tarfile.open(tmp_path / "set" / "shards" / "000000.tar") as tar:
        names = tar.getnames()
        assert names[:3] == ["00000000.png", "00000000.cls", "00000000.json"]
        assert len(names) == 120
        label = tar.extractfile("00000001.cls").read()
        facts = json.loads(tar.extractfile("00000001.json").read())
        assert read_provenance(tar.extractfile("00000001.png").read())["index"] == 1
    assert label == b"1" and facts["label"] == "Smiling" and facts["pair"] == "0"
    assert facts["file"] == "shards/000000.tar/00000001.png"


def test_croissant_describes_the_files(whole: Path):
    facts = json.loads((whole / "croissant.json").read_text(encoding="utf-8"))
    assert facts["conformsTo"].endswith("croissant/1.0")
    for table in facts["distribution"][:2]:
        data = (whole / table["contentUrl"]).read_bytes()
        assert table["sha256"] == hashlib.sha256(data).hexdigest()
    header = (whole / "metadata.csv").read_text(encoding="utf-8").partition("\n")[0].split(",")
    columns = [f["source"]["extract"]["column"] for f in facts["recordSet"][0]["field"]]
    assert columns == header
    assert len(list(whole.glob(facts["distribution"][2]["includes"]))) == RECIPE.count


def test_the_datasheet_counts_and_warns(model: FaceModel, whole: Path, tmp_path: Path):
    sheet = (whole / "DATASHEET.md").read_text(encoding="utf-8")
    for text in (
        "1,100 generated faces",
        "| Smiling | 1 | 275 |",
        "non-commercial",
        "| Smiling | mean | labels | 0.950 |",
        "| Male | mean | sides to balance over | 0.950 |",
        model.id,
        '"seed": 3',
    ):
        assert text in sheet, text
    assert "traces of the move" not in sheet and "real photos" not in sheet
    assert (whole / "MODEL_CARD.md").read_text(encoding="utf-8") == model.card
    recipe = Recipe("Smiling", 40, strategy="push", source="photos", pairs=True, size=16)
    photo_codes = model.sample(30, 1)
    synthesize(model, recipe, tmp_path / "set", photo_codes=photo_codes)
    sheet = (tmp_path / "set" / "DATASHEET.md").read_text(encoding="utf-8")
    for text in ("traces of the move", "people on real photos", "from 20 photos", "a pair"):
        assert text in sheet, text
    with pytest.raises(UserError, match="photos is"):
        synthesize(model, recipe, tmp_path / "set", photo_codes=photo_codes + 1)


# reading back


def test_a_set_is_read_back(model: FaceModel, little: Path):
    ours = read_set(little)
    codes = recipe_codes(model, ours.recipe)
    assert ours.recipe == Recipe("Smiling", 100, size=SIZE) and len(ours) == 100
    assert ours.attribute == Attribute("Smiling") and ours.model_id == model.id
    np.testing.assert_array_equal(ours.labels, codes.labels)
    np.testing.assert_allclose(ours.scores, codes.scores, atol=1e-4)
    assert ours.labels.dtype == np.int8 and ours.sides.shape == (100, 0)
    expected = model.decode(codes.codes).astype(int)
    batches = list(ours.batches(64))
    assert [len(faces) for faces, _ in batches] == [64, 36]
    faces = np.concatenate([faces for faces, _ in batches])
    assert faces.dtype == np.uint8 and np.abs(faces.astype(int) - expected).max() <= 1
    np.testing.assert_array_equal(np.concatenate([labels for _, labels in batches]), ours.labels)
    np.testing.assert_array_equal(ours.faces([99, 3]), faces[[99, 3]])
    kept = ours.directions.get("Smiling")
    np.testing.assert_array_equal(kept.vector, model.directions.get("Smiling").vector)


def test_small_faces_pass_the_preprocessing_of_photos(model: FaceModel, whole: Path):
    from PIL import Image

    from ganssl.photos.preprocess import Preprocess

    large = model.decode(recipe_codes(model, RECIPE, 0, 5).codes)
    expected = np.stack([Preprocess(16)(Image.fromarray(face)) for face in large]).astype(int)
    assert np.abs(read_set(whole).faces(range(5)).astype(int) - expected).max() <= 1


# before and around the long run


def test_the_preview_shows_the_first_faces(model: FaceModel, whole: Path):
    faces, labels = preview_faces(model, RECIPE, 30)
    ours = read_set(whole)
    np.testing.assert_array_equal(labels, ours.labels[:30])
    assert np.abs(faces.astype(int) - ours.faces(range(30))).max() <= 1
    absent, present = contact_sheet(model, RECIPE, 30, columns=5)
    assert absent.shape == present.shape == (3 * 18 - 2, 5 * 18 - 2, 3)
    np.testing.assert_array_equal(present[:16, :16], faces[1])
    assert contact_sheet(model, RECIPE, 1)[1].shape == (16, 6 * 18 - 2, 3)


def test_as_a_job_with_cancel(model: FaceModel, tmp_path: Path):
    runner = JobRunner()

    def work(context):
        def progress(done, total):
            context.progress(done, total, "faces")
            if done >= 2 * BATCH:
                runner.cancel(job)

        return synthesize(
            model, RECIPE, tmp_path, progress=progress, cancelled=lambda: context.cancelled
        )

    job = runner.submit("ann", work)
    assert job.wait(60) and job.state == CANCELLED
    assert job.progress.total == RECIPE.count and job.progress.done < 4 * BATCH
    runner.close()


def test_the_command(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture):
    out = tmp_path / "set"
    arguments = ["synthesize", "--attribute", "Smiling", "--count", "1100", "--seed", "1"]
    arguments += ["--size", "16", "--balance", "Male, Young", "--strategy", "push", "--pairs"]
    arguments += ["--strength", "1", "1.5", "--model", str(bundle), "--out", str(out)]
    arguments += ["--format", "webdataset", "--precision", "bfloat16", "--source", "prior"]
    assert main([*arguments, "--shards", "2", "--shard", "1"]) == 0
    assert "1,024 faces of other shards are missing" in capsys.readouterr().out
    speed = tmp_path / "speed.md"
    assert main([*arguments, "--markdown", str(speed)]) == 0
    said = capsys.readouterr().out
    assert "wrote 1,024 faces" in said and f"{out} is complete: 1,100 faces" in said
    kept = speed.read_text(encoding="utf-8")
    assert said.splitlines()[0] in kept and "\nset is complete: 1,100 faces" in kept
    ours = read_set(out)
    assert ours.recipe == Recipe(
        "Smiling", 1100, 1, "push", strength=(1, 1.5), source="prior", size=16, pairs=True,
        balance_over=("Male", "Young"), precision="bfloat16",
    )  # fmt: skip
    assert main([*arguments, "--margin", "1"]) == 2
    assert "margin is 0.3 there and 1.0 here" in capsys.readouterr().err
    assert main([*arguments[:-4], "--attribute", "Happy", "--out", str(tmp_path / "x")]) == 2
    assert "no direction of 'Happy'" in capsys.readouterr().err


def test_the_command_takes_photos_and_directions(
    bundle: Path, model: FaceModel, tmp_path: Path, capsys: pytest.CaptureFixture
):
    from tests.helpers.synthetic_photos import write_celeba

    write_celeba(tmp_path / "photos", 60)
    model.directions.save(tmp_path / "directions.npz")
    arguments = ["synthesize", "--attribute", "Smiling", "--count", "20", "--size", "16"]
    arguments += ["--model", str(bundle), "--out", str(tmp_path / "set"), "--strategy", "push"]
    arguments += ["--directions", str(tmp_path / "directions.npz"), "--labels-per-class", "5"]
    assert main([*arguments, "--source", "photos"]) == 2
    assert "Codes of photos are needed" in capsys.readouterr().err
    assert main([*arguments, "--source", "photos", "--photos", str(tmp_path / "photos")]) == 0
    ours = read_set(tmp_path / "set")
    assert set(ours.photos) <= set(range(20))  # the train part alone
    assert ours.recipe.labels_per_class == 5
