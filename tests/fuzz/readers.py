"""Every reader of files from strangers: good files of its kind, and what their content is used for.

What a reader took must also serve: it is used as the pages use it, so that a
value that only fails later counts as the reader's failure.
"""

from __future__ import annotations

import base64
import io
import json
import tempfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlencode

import numpy as np
from PIL import Image, ImageCms

from ganssl.attributes import Attribute
from ganssl.base.files import read_rows, save_arrays
from ganssl.classifier import train_classifier
from ganssl.classifier.archive import classifier_zip, read_classifier_zip
from ganssl.classifier.train import LabelledRows
from ganssl.directions import DirectionSet, slider_direction
from ganssl.directions.readings import Readings
from ganssl.errors import UserError
from ganssl.face.packed import pack, to_plain, unpack
from ganssl.face.render import read_face
from ganssl.face.sequence import FaceSequence, Scene
from ganssl.face.state import FaceState
from ganssl.features.probes import Probes
from ganssl.labelling.session_file import read_session
from ganssl.laboratory.store import laboratory_bytes, read_laboratory
from ganssl.models.manifest import weights_id
from ganssl.photos.images import check_image, png_bytes, read_image
from ganssl.photos.label_file import (
    read_attribute_list,
    read_label_csv,
    read_labels,
)
from ganssl.photos.number_list import read_number_list
from ganssl.photos.uploads import read_uploads
from ganssl.synthesis import Recipe, read_set
from tests.fuzz.mutations import (
    Mutation,
    mutate_bytes,
    mutate_classifier,
    mutate_graph,
    mutate_json,
    mutate_members,
    mutate_npz,
    mutate_text,
    one_of,
)
from tests.fuzz.structures import mutate_encoding, mutate_picture, mutate_tar
from tests.helpers.labelled_uploads import zipped
from tests.helpers.one_attribute_set import one_attribute_set
from tests.helpers.planted import make_check, make_direction
from tests.helpers.planted_features import planted_features

MODEL = SimpleNamespace(id="0123456789ab", latent_size=4)


@dataclass(frozen=True)
class Reader:
    """One reader.

    Attributes:
        good: gives good files.
        mutate: makes a bad file of one.
        read: reads a file and uses what it holds; raises `UserError` for a bad one.
        cost: of one file beside those of most readers; so much fewer are tried.
    """

    good: Callable[[], list[bytes]]
    mutate: Mutation
    read: Callable[[bytes], object]
    cost: int = 1

    def count(self, mutations: int) -> int:
        """How many files are tried where most readers get so many."""
        return -(-mutations // self.cost)


def good_directions() -> list[bytes]:
    directions = [
        make_direction("Smiling", [1, 0, 0, 0], "balanced", balanced_over=("Male",)),
        make_direction("Male", [0, 1, 0, 1], cells=((30, 40), (50, 60))),
    ]
    slopes = np.array([[1, 0, 0, 0.5], [0.5, 1, 0, 0], [0, 0, 1, 0]], np.float32)
    readings = Readings(
        ("Smiling", "Male", "Skin_Tone"), slopes, slopes, *2 * [np.eye(4, dtype="f4")]
    )
    buffer = io.BytesIO()
    taught = DirectionSet(MODEL.id, directions, readings=readings)
    taught = taught.with_checks({"Smiling": make_check()})
    np.savez(buffer, **taught.file_arrays())
    mine = [laboratory_bytes(MODEL.id, directions), laboratory_bytes(MODEL.id, [])]
    return [*mine, buffer.getvalue()]


def use_directions(data: bytes) -> None:
    found = read_laboratory(data, MODEL, "mine.npz")
    mine = DirectionSet(MODEL.id).extended(found)
    laboratory_bytes(MODEL.id, mine)
    json.dumps([d.to_dict() for d in mine], allow_nan=False).encode()
    for name in found.sliders:
        vector = slider_direction(found, name, np.eye(4), "readings").vector
        assert np.isfinite(vector).all()
    for check in (direction.check for direction in found if direction.check is not None):
        rows = np.ones((3, len(check.view.weights)), np.float32)
        assert np.isfinite(check.bells.posteriors(check.view.scores(rows))).all()
        assert np.isfinite(check.bells.cut())
    for name in mine.sliders:
        assert Attribute(name).title and mine.get(name).score(np.ones((2, 4))).dtype == np.float32
        assert np.isfinite(mine.get(name).score(np.ones((2, 4)))).all()


def good_classifiers() -> list[bytes]:
    rows, labels = planted_features(80)
    attribute = Attribute("Smiling", "neutral", "smiling")
    heads = {"logistic": {}, "forest": {"trees": 20}}
    return [
        classifier_zip(train_classifier(LabelledRows(rows, labels), attribute, head, **settings))
        for head, settings in heads.items()
    ]


def use_classifier(data: bytes) -> None:
    found = read_classifier_zip(data, "mine.zip")
    scores = found.scores(planted_features(20)[0])
    assert np.isfinite(scores).all() and found.attribute.title
    read_classifier_zip(classifier_zip(found))


def good_sessions() -> list[bytes]:
    answer = {"question": "Smiling", "seconds": None, "again": False}
    values = {
        "format": "ganssl labels 1",
        "questions": [{"name": "Smiling", "negative": "no", "positive": "yes"}],
        "seed": 3,
        "photos": {"a.png": "00", "b.png": "01"},
        "answers": [
            {**answer, "photo": "a.png", "value": "yes", "seconds": 1.5},
            {**answer, "photo": "b.png", "value": "no", "again": True},
        ],
        "second_pass": {"Smiling": ["b.png"]},
    }
    return [json.dumps(values).encode()]


def use_session(data: bytes) -> None:
    saved = read_session(data, "labels.json")
    saved.table("labels.json")
    assert all(question.title for question in saved.questions)


def good_faces() -> list[bytes]:
    state = FaceState(7, 0.8, {"Smiling": 2.0}, ("Young",), MODEL.id)
    pixels = np.zeros((16, 16, 3), np.uint8)
    return [state.to_json().encode(), png_bytes(pixels, {"face": state.to_dict()})]


def mutate_face(data: bytes, rng) -> bytes:
    if not data.startswith(b"{"):
        return mutate_bytes(data, rng)
    changed = one_of(mutate_json)(data, rng)
    if rng.random() < 0.5:
        return changed
    try:
        values = json.loads(changed)
    except (ValueError, RecursionError):
        return changed
    try:
        return png_bytes(np.zeros((16, 16, 3), np.uint8), {"face": values})
    except (ValueError, RecursionError):
        return changed


def use_face(data: bytes) -> None:
    state = read_face(data, "face.json")
    again = FaceState.from_query(state.to_query())
    assert FaceState.from_json(state.to_json()) == state and again.seed == state.seed
    state.to_json().encode()


def use_recipe(data: bytes) -> None:
    recipe = Recipe.from_json(data)
    assert Recipe.from_json(recipe.to_json().encode()) == recipe and recipe.label_type.title


@cache
def set_files() -> dict[str, bytes]:
    """A finished set of four faces."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one_attribute_set(folder, balance_over=("Male",))
        files = [path for path in folder.rglob("*") if path.is_file()]
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@cache
def shard_files() -> dict[str, bytes]:
    """The same, its faces in a tar."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one_attribute_set(folder, "webdataset", balance_over=("Male",))
        files = [path for path in folder.rglob("*") if path.is_file()]
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


SET_PARTS = ("set.json", "metadata.csv", "directions.npz", "images/0_not_Smiling/00000000.png")
SHARD = "shards/000000.tar"


def good_set_parts() -> list[bytes]:
    """Each begins with its number, so that a mutation knows where it belongs."""
    good = [bytes([i]) + set_files()[name] for i, name in enumerate(SET_PARTS)]
    return [*good, bytes([len(good)]) + shard_files()[SHARD]]


def mutate_set(data: bytes, rng) -> bytes:
    ways = (mutate_json, mutate_text, mutate_npz, mutate_picture, mutate_tar)
    return data[:1] + one_of(ways[data[0]])(data[1:], rng)


def use_set(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        packed = data[0] == len(SET_PARTS)
        files, bad = (shard_files(), SHARD) if packed else (set_files(), SET_PARTS[data[0]])
        for part, content in (files | {bad: data[1:]}).items():
            (folder / part).parent.mkdir(parents=True, exist_ok=True)
            (folder / part).write_bytes(content)
        found = read_set(folder)
        for pixels, labels in found.batches():
            assert len(pixels) == len(labels)


def good_photos() -> list[bytes]:
    pixels = np.random.default_rng(0).integers(0, 255, (24, 20, 3), dtype=np.uint8)
    files = []
    photo, exif = Image.fromarray(pixels), Image.Exif()
    exif[0x0112] = 6
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = profile.replace("sRGB".encode("utf-16-be"), "xRGB".encode("utf-16-be"))
    more = {"exif": exif.tobytes(), "icc_profile": profile}
    kinds: list[tuple[str, Image.Image, dict]] = [
        ("JPEG", photo, {}), ("PNG", photo, {}), ("WEBP", photo, {}),
        ("JPEG", photo.convert("CMYK"), more), ("JPEG", photo, {"progressive": True, **more}),
        ("PNG", photo.convert("P"), more), ("TIFF", photo, {"compression": "tiff_lzw", **more}),
        ("GIF", photo, {"save_all": True, "append_images": [photo.rotate(90)]}),
        ("BMP", photo, {}), ("AVIF", photo, more), ("MPO", photo, {"append_images": [photo]}),
        ("TIFF", Image.fromarray(pixels[..., 0].astype(np.float32)), {}),
    ]  # fmt: skip
    if find_spec("pillow_heif"):
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False)
        kinds.append(("HEIF", photo, more))
    for kind, picture, options in kinds:
        buffer = io.BytesIO()
        picture.save(buffer, kind, **options)
        files.append(buffer.getvalue())
    return files


def use_photo(data: bytes) -> None:
    with suppress(UserError):
        check_image(data, "photo.png")
    assert read_image(data, "photo.png").mode == "RGB"


CSV = b"file,Smiling,Male\na.png,1,0\nb.png,0,1\nc.png,,-1\n"
LIST = b"2\nSmiling Male\na.png 1 -1\nb.png -1 1\n"
NUMBERS = b"a.png 0\nb.png 1\nc.png 2\n"
NUMBER_TABLE = b",image_id,partition\n0,a.png,train\n1,b.png,1\n2,c.png,2\n"


def use_numbers(data: bytes) -> None:
    """As lines and as a table: what neither takes is refused."""
    refused = []
    for ending in (".txt", ".csv"):
        with tempfile.NamedTemporaryFile(suffix=ending) as file:
            file.write(data)
            file.flush()
            try:
                read_number_list(file.name)
            except UserError as error:
                refused.append(error)
    if len(refused) == 2:
        raise refused[0]


def use_labels(read: Callable) -> Callable[[bytes], None]:
    def use(data: bytes) -> None:
        table = read(data)
        assert table.labels.shape == (len(table.names), len(table.attributes))
        assert all(Attribute(name).title for name in table.attributes)

    return use


TABLE_NAMES = ("a.xlsx", "a.jsonl", "a.json", "a.parquet", "a.xml", "a.csv", "a.tsv")
MALE = Attribute("Male")


@cache
def good_tables() -> list[bytes]:
    """One of each format of `TABLE_NAMES`; each begins with its number."""
    from openpyxl import Workbook
    from pyarrow import table
    from pyarrow.parquet import write_table

    names, labels = ["a.png", "b.png", "c.png"], [1, 0, None]
    book, sheet, columns = Workbook(), io.BytesIO(), io.BytesIO()
    for row in (["file", "Male", "note"], *zip(names, labels, "xyz", strict=True)):
        book.active.append(list(row))
    book.save(sheet)
    write_table(table({"file_name": names, "Male": labels}), columns)
    rows = [{"file_name": n, "Male": v} for n, v in zip(names, labels, strict=True)]
    choice = {"from_name": "Male", "type": "choices", "value": {"choices": ["yes"]}}
    tasks = [
        {
            "id": i,
            "data": {"image": f"/data/upload/1/0123abcd-{n}"},
            "annotations": [{"result": [choice]}],
        }
        for i, n in enumerate(names)
    ]
    tags = "".join(f'<image id="0" name="{n}"><tag label="Male"></tag></image>' for n in names)
    contents = (
        sheet.getvalue(),
        "\n".join(map(json.dumps, rows)).encode(),
        json.dumps(tasks).encode(),
        columns.getvalue(),
        f"<?xml version='1.0'?><annotations>{tags}</annotations>".encode(),
        CSV,
        "file\tMale\na.png\t1\nb.png\t0\n".encode("utf-16"),
    )
    by_id = {"0": {"filename": "a.png", "Male": 1}, "1": {"filename": "b.png", "Male": [0, 1]}}
    categories = [{"id": 0, "name": "Female"}, {"id": 1, "name": "Male"}]
    shapes = (
        dict(zip(names, labels, strict=True)),
        {"file": dict(enumerate(names)), "Male": dict(enumerate(labels))},
        {"columns": ["file", "Male"], "data": list(zip(names, labels, strict=True))},
        by_id,
        {"images": [{"id": i, "file_name": n} for i, n in enumerate(names)],
         "annotations": [{"image_id": 0, "category_id": 1}], "categories": categories},
        {"items": [{"id": "a", "annotations": [{"type": "label", "label_id": 0}]}],
         "categories": {"label": {"labels": categories}}},
        {"rows": [{"row": row} for row in rows]},
    )  # fmt: skip
    good = [bytes([i]) + content for i, content in enumerate(contents)]
    number = bytes([TABLE_NAMES.index("a.json")])
    return good + [number + json.dumps(shape).encode() for shape in shapes]


def mutate_table(data: bytes, rng) -> bytes:
    kind, content = TABLE_NAMES[data[0]].rpartition(".")[2], data[1:]
    if kind == "xlsx":
        content = mutate_members(content, rng)
    elif kind == "json":
        content = one_of(mutate_json)(content, rng)
    elif kind == "jsonl":
        lines = content.split(b"\n")
        at = rng.randrange(len(lines))
        lines[at] = one_of(mutate_json)(lines[at], rng)
        content = b"\n".join(lines)
    elif kind == "csv":
        content = one_of(mutate_text, mutate_encoding)(content, rng)
    elif kind == "parquet":
        content = mutate_bytes(content, rng)
    else:
        content = one_of(mutate_encoding)(content, rng)
    return data[:1] + content


def use_table(data: bytes) -> None:
    table = read_labels(data[1:], MALE, None, TABLE_NAMES[data[0]], True, words=True)
    assert table.labels.shape == (len(table.names), len(table.attributes))
    assert all(Attribute(name).title for name in table.attributes)
    assert all(len(cells) == len(table.names) for cells in table.texts.values())
    shown = [
        *table.names,
        *table.notes,
        *table.texts,
        *(c for cs in table.texts.values() for c in cs),
    ]
    "".join(shown).encode()  # as pages and files show it


def good_links() -> list[bytes]:
    """Addresses of faces; a direction of one's own is packed into one of them."""
    state = FaceState(7, 0.8, {"Smiling": 2.0, "Male": -1}, ("Young",), MODEL.id)
    packed = pack(replace(make_direction("Round", [1, 0, 0, 1]), own=True))
    own = FaceState(3, edits={"Round": 1.0}, own=(packed,))
    return [urlencode(one.to_query(), doseq=True).encode() for one in (state, own)]


def mutate_link(data: bytes, rng) -> bytes:
    if b"own=" not in data or rng.random() < 0.4:
        return mutate_bytes(data, rng)
    packed = parse_qs(data.decode())["own"][0]
    plain = zlib.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    length = int.from_bytes(plain[:4], "big")
    meta, vector = plain[4 : 4 + length], plain[4 + length :]
    if rng.random() < 0.7:
        meta = mutate_json(meta, rng)
    else:
        vector = mutate_bytes(vector, rng)
    plain = rng.choice((length, len(meta))).to_bytes(4, "big") + meta + vector
    return urlencode({"own": base64.urlsafe_b64encode(zlib.compress(plain)).decode()}).encode()


def use_link(data: bytes) -> None:
    query = parse_qs(data.decode("utf-8", "replace"), keep_blank_values=True)
    state = FaceState.from_query(query)
    for packed in state.own:
        direction = unpack(packed)
        assert Attribute(direction.attribute).title and np.isfinite(direction.vector).all()
        json.dumps(to_plain(packed), allow_nan=False).encode()
    assert FaceState.from_query(state.to_query()) == state
    FaceState.from_json(state.to_json())


def good_sequences() -> list[bytes]:
    face = FaceState(7, 0.8, {"Smiling": 2.0}, ("Young",), MODEL.id)
    return [FaceSequence((Scene("One", face), Scene("Two", FaceState(3)))).to_json().encode()]


def use_sequence(data: bytes) -> None:
    found = FaceSequence.from_json(data, "sequence.json")
    assert FaceSequence.from_json(found.to_json()) == found
    found.to_json().encode()


RUN = {
    "format": "ganssl run 1", "kind": "classifier", "name": "Mine", "finished": True,
    "made": "2026-11-28T12:00:00+00:00", "settings": {"attribute": "Smiling", "head": "logistic"},
    "figures": {"accuracy": 0.9, "auc": 0.95, "n": 40, "interval": [0.8, 0.95]},
}  # fmt: skip


def use_run(data: bytes) -> None:
    """Listed and compared with another, as the page and `runs compare` do."""
    from ganssl.workspace import Workspace
    from ganssl.workspace.compare import compare_runs, figure_text, headline

    with tempfile.TemporaryDirectory() as name:
        runs = Path(name) / "runs"
        for folder, content in (("a", data), ("b", json.dumps(RUN).encode())):
            (runs / folder).mkdir(parents=True)
            (runs / folder / "run.json").write_bytes(content)
        listing = Workspace(Path(name)).listing()
        assert len(listing.runs) + len(listing.problems) == 2
        if listing.problems:
            raise UserError(listing.problems[0])
        for run in listing.runs:
            json.dumps(run.to_dict(), allow_nan=False).encode()
        shown = compare_runs(listing.runs)
        assert shown and all(headline(run) is not None for run in listing.runs)
        for run in listing.runs:
            "".join(figure_text(run, name) for name in run.figures).encode()


def good_probes() -> list[bytes]:
    numbers = {"mean": (3,), "scale": (3,), "weights": (3, 2), "bias": (2,), "auc": (2,)}
    arrays = {name: np.ones(shape, np.float32) for name, shape in numbers.items()}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "probes.npz"
        save_arrays(path, {"attributes": np.array(["Male", "Young"]), **arrays})
        return [path.read_bytes()]


def use_probes(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "probes.npz").write_bytes(data)
        found = Probes.load(Path(folder) / "probes.npz")
    shares = found.probabilities(np.ones((2, len(found.mean)), np.float32))
    assert shares.shape == (2, len(found.attributes)) and np.isfinite(shares).all()


@cache
def good_archives() -> list[bytes]:
    """ZIPs that a command reads where they lie: CelebA's, and class folders."""
    photo = good_photos()[0]
    names = ["000001.jpg", "000002.jpg"]
    celeba = {f"img_align_celeba/{name}": photo for name in names}
    lists = {
        "list_attr_celeba.csv": b"image_id,Male\n000001.jpg,1\n000002.jpg,-1\n",
        "list_eval_partition.csv": b"image_id,partition\n000001.jpg,0\n000002.jpg,1\n",
    }
    folders = {f"set/{kind}/{name}": photo for kind in ("men", "women") for name in names}
    return [zipped(celeba | lists), zipped(folders)]  # fmt: skip


def use_archive(data: bytes) -> None:
    from ganssl.photos import read_photos

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photos.zip"
        path.write_bytes(data)
        photos = read_photos(path)
        assert len(photos.labels) == len(photos) and photos.report.text()
        for index in range(len(photos)):
            try:
                photos.read(index)
            except UserError:
                continue


BUNDLE_PARTS = ("manifest.json", "gallery.json")


@cache
def bundle_files() -> dict[str, bytes]:
    """A tiny model with a gallery."""
    from tests.helpers.small_model import small_model

    with tempfile.TemporaryDirectory() as name:
        model, folder = small_model(), Path(name) / "small"
        model.save(folder)
        slider = model.directions.sliders[0]
        gallery = {
            "format": "ganssl gallery 1",
            "model": weights_id(folder),
            "faces": [{"title": "One", "seed": 7, "truncation": 0.7}],
            "looks": [{"title": "Some", "edits": {slider: 2.0}}],
        }
        (folder / "gallery.json").write_text(json.dumps(gallery), encoding="utf-8")
        return {path.name: path.read_bytes() for path in folder.iterdir()}


def good_bundles() -> list[bytes]:
    """Each begins with its number."""
    return [bytes([i]) + bundle_files()[name] for i, name in enumerate(BUNDLE_PARTS)]


def mutate_bundle(data: bytes, rng) -> bytes:
    return data[:1] + one_of(mutate_json)(data[1:], rng)


def use_bundle(data: bytes) -> None:
    from ganssl.face.gallery import load_gallery
    from ganssl.models.catalogue import load_model

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part, content in (bundle_files() | {BUNDLE_PARTS[data[0]]: data[1:]}).items():
            (folder / part).write_bytes(content)
        model = load_model(folder)
        model.name.encode()
        gallery = load_gallery(model)
        for title, state in gallery.faces:
            title.encode()
            state.to_json().encode()
        for place, (title, _) in enumerate(gallery.looks):
            title.encode()
            gallery.dressed(gallery.first, place).check(model.id, model.directions.sliders)


@cache
def good_graphs() -> list[bytes]:
    from tests.helpers.frozen_graphs import vaegan_graph

    return [vaegan_graph(latent_size=4, filters=(2, 3, 3)).SerializeToString()]


def use_graph(data: bytes) -> None:
    """Read it and find its parts, as before the first run in a process of its own."""
    from ganssl.models.cadl import CadlModel

    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "a.tfmodel"
        path.write_bytes(data)
        model = CadlModel.load(path)
    assert model.latent_size > 0 and model.size > 0


def good_uploads() -> list[bytes]:
    photos = {f"{i}.png": data for i, data in enumerate(good_photos()[:2])}
    return [zipped(photos | {"labels.csv": b"file,Smiling\n0.png,1\n1.png,0\n"})]


def use_upload(data: bytes) -> None:
    found = read_uploads([("photos.zip", data)])
    assert found.summary() and len(found.photos.labels) == len(found.photos)


def good_checkpoints() -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "checkpoint.npz"
        state = np.frombuffer(b'{"step": 3, "seconds": 1.5}', np.uint8)
        save_arrays(path, {"v/a": np.ones((3, 2), np.float32), "state": state})
        return [path.read_bytes()]


def use_checkpoint(data: bytes) -> None:
    from ganssl.training.checkpoint import read_checkpoint

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "checkpoint.npz").write_bytes(data)
        json.dumps(read_checkpoint(Path(folder))[1], allow_nan=False)


def good_rows() -> list[bytes]:
    buffer = io.BytesIO()
    np.save(buffer, np.ones((5, 3), np.float32))
    return [buffer.getvalue()]


def use_rows(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.npy"
        path.write_bytes(data)
        rows = read_rows(path, (5, 3))
    if rows is None:
        raise UserError("made afresh")
    assert rows.shape == (5, 3) and rows.dtype == np.float32


READERS: dict[str, Reader] = {
    "directions": Reader(good_directions, one_of(mutate_npz), use_directions),
    "classifier": Reader(good_classifiers, one_of(mutate_classifier), use_classifier),
    "labels session": Reader(good_sessions, one_of(mutate_json), use_session),
    "saved face": Reader(good_faces, mutate_face, use_face),
    "recipe": Reader(
        lambda: [Recipe("Smiling").to_json().encode()], one_of(mutate_json), use_recipe
    ),
    "set": Reader(good_set_parts, mutate_set, use_set),
    "photo": Reader(good_photos, one_of(mutate_picture), use_photo),
    "label csv": Reader(
        lambda: [CSV], one_of(mutate_text, mutate_encoding), use_labels(read_label_csv)
    ),
    "attribute list": Reader(
        lambda: [LIST], one_of(mutate_text, mutate_encoding), use_labels(read_attribute_list)
    ),
    "number list": Reader(
        lambda: [NUMBERS, NUMBER_TABLE], one_of(mutate_text, mutate_encoding), use_numbers
    ),
    "label tables": Reader(good_tables, mutate_table, use_table),
    "upload": Reader(good_uploads, one_of(mutate_members), use_upload),
    "photo archive": Reader(good_archives, one_of(mutate_members), use_archive),
    "link": Reader(good_links, mutate_link, use_link),
    "sequence": Reader(good_sequences, one_of(mutate_json), use_sequence),
    "run": Reader(lambda: [json.dumps(RUN).encode()], one_of(mutate_json), use_run),
    "probes": Reader(good_probes, one_of(mutate_npz), use_probes),
    "checkpoint": Reader(good_checkpoints, one_of(mutate_npz), use_checkpoint),
    "cache": Reader(good_rows, mutate_bytes, use_rows),
    "model bundle": Reader(good_bundles, mutate_bundle, use_bundle, cost=20),
    "frozen graph": Reader(good_graphs, mutate_graph, use_graph, cost=20),
}
