"""The evaluation of a generator, on models whose faults are known."""

import json

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from ganssl.__main__ import main
from ganssl.commands.evaluate_gan import report
from ganssl.errors import UserError
from ganssl.metrics.reconstruction import l1_error
from ganssl.models.bundle import BundleModel
from ganssl.training.evaluate_gan import evaluate_gan
from tests.helpers.synthetic_photos import write_celeba

SIDE = 32


def drawn_faces(count, seed):
    """Ellipses on plain grounds: ten random properties each, uint8 `[n, 32, 32, 3]`."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE - 0.5
    faces = np.empty((count, SIDE, SIDE, 3))
    for face in faces:
        cx, cy = rng.uniform(-0.12, 0.12, 2)
        width, height = rng.uniform(0.2, 0.4, 2)
        inside = 1 / (1 + np.exp(20 * (np.hypot((x - cx) / width, (y - cy) / height) - 1)))
        ground, skin = rng.uniform(20, 235, (2, 3))
        face[:] = ground + (skin - ground) * inside[..., None]
    return np.rint(faces).astype(np.uint8)


class GridFeatures:
    """Mean colours of an 8×8 grid, in the place of a `FaceNetwork`."""

    name = "grid of colours"

    def features(self, pixels):
        blocks = pixels.reshape(-1, 8, SIDE // 8, 8, SIDE // 8, 3)
        return blocks.mean(axis=(2, 4), dtype=np.float32).reshape(len(pixels), -1) / 64 - 2


class LinearModel:
    """Principal components of the training faces, scaled so that the prior N(0, 1) fits."""

    size, id = SIDE, "0123456789ab"

    def __init__(self, faces, latent_size, name="linear"):
        rows = faces.reshape(len(faces), -1).astype(np.float32)
        self.name, self.mean = name, rows.mean(axis=0)
        rows = rows - self.mean
        values, vectors = np.linalg.eigh(rows @ rows.T)
        kept = slice(-1, -1 - latent_size, -1)
        self.axes = vectors[:, kept].T @ rows / np.sqrt(len(rows))  # (d, pixels)
        self.inverse = self.axes.T / (values[kept] / len(rows))
        self.codes = self.encode(faces)

    def encode(self, pixels):
        return (pixels.reshape(len(pixels), -1) - self.mean) @ self.inverse

    def decode(self, codes):
        pixels = np.rint(np.clip(codes @ self.axes + self.mean, 0, 255)).astype(np.uint8)
        return pixels.reshape(-1, SIDE, SIDE, 3)

    def sample(self, count, seed, truncation=1.0, source="density", first=0):
        """The density draws each coordinate of a code from the training codes by itself."""
        rng = np.random.default_rng(seed)
        if source == "prior":
            return rng.standard_normal((count, len(self.axes)), np.float32)
        rows = rng.integers(len(self.codes), size=(count, len(self.axes)))
        return np.take_along_axis(self.codes, rows, axis=0)


class CopyingModel(LinearModel):
    """Whatever the code, the face is the training photo with the nearest code."""

    def __init__(self, faces, latent_size, name="copying"):
        super().__init__(faces, latent_size, name)
        self.faces = faces

    def decode(self, codes):
        squared = (codes**2).sum(1)[:, None] - 2 * codes @ self.codes.T + (self.codes**2).sum(1)
        return self.faces[squared.argmin(axis=1)]


class CollapsedModel(LinearModel):
    """Its density knows two codes only; its prior is sound."""

    def sample(self, count, seed, truncation=1.0, source="density", first=0):
        codes = super().sample(count, seed, truncation, source, first)
        return codes if source == "prior" else np.where(codes[:, :1] > 0, codes[:1], codes[1:2])


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """On matrices as small as these, threads of a busy machine only wait for each other."""
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="module")
def faces(one_thread):
    return drawn_faces(600, seed=0), drawn_faces(200, seed=1)


@pytest.fixture(scope="module")
def result(faces):
    training, validation = faces
    good, coarse = LinearModel(training, 24), LinearModel(training, 3, name="coarse")
    models = {"linear": good, "coarse (baseline)": coarse}
    return evaluate_gan(models, GridFeatures(), validation, training, count=200)


def rows(result, table):
    return {(row["images"], row["source"]): row for row in result[table]}


def test_every_row_has_the_same_n_and_the_rows_are_those_promised(result):
    expected = [
        ("real", "other training photos"),
        ("real", "validation photos"),
        ("linear", "prior"),
        ("linear", "density"),
        ("coarse (baseline)", "prior"),
        ("coarse (baseline)", "density"),
    ]
    assert list(rows(result, "samples")) == list(rows(result, "memorisation")) == expected
    assert (result["n"], result["validation_photos"], result["training_photos"]) == (200, 200, 600)
    assert [row["model"] for row in result["reconstruction"]] == ["linear", "coarse (baseline)"]


def test_reconstruction_is_that_of_the_validation_photos(faces, result):
    training, validation = faces
    model = LinearModel(training, 24)
    expected = l1_error(validation, model.decode(model.encode(validation))).mean()
    good, coarse = result["reconstruction"]
    assert good["l1"] == pytest.approx(expected)
    assert good["l1"] < coarse["l1"]
    assert good["psnr"] > coarse["psnr"]
    assert good["ms_ssim"] > coarse["ms_ssim"]


def test_the_better_model_comes_near_to_real_photos_and_the_coarse_one_does_not(result):
    samples = rows(result, "samples")
    floor = samples["real", "other training photos"]
    for source in ("prior", "density"):
        good, coarse = samples["linear", source], samples["coarse (baseline)", source]
        assert good["frechet"] < 1.5 * floor["frechet"]
        assert coarse["frechet"] > 3 * floor["frechet"]
        assert good["recall"] > 0.7 > coarse["recall"]  # three numbers cannot hold the variety
        assert good["density"] == pytest.approx(1, abs=0.2)
        assert good["coverage"] > 0.85
    assert min(floor["precision"], floor["recall"]) > 0.8


def test_feature_space_and_caveats_are_named(result):
    assert result["feature_space"] == "grid of colours, 192 values"
    notes = " ".join(result["notes"])
    assert "optimistic" in notes
    assert "with the same 200 training photos" in notes
    assert "3 scales" in notes  # 32 pixels


def test_a_model_that_copies_is_found_out(faces, result):
    training, validation = faces
    training = training[:400]
    models = {"copying": CopyingModel(training, 24)}
    copied = evaluate_gan(models, GridFeatures(), validation, training, 200)
    copies = rows(copied, "memorisation")["copying", "density"]
    honest = rows(result, "memorisation")["linear", "density"]
    assert copies["median_distance"] == 0.0
    assert copies["close"] == 1.0
    # half of the copies are of the n training photos that the reference holds
    assert copies["nearer_training"] == pytest.approx(1 / 2 + 1 / 2 / 2, abs=0.1)
    assert honest["nearer_training"] == pytest.approx(0.5, abs=0.08)
    assert honest["close"] < 0.05
    # by the distribution alone the copies look as good as real photos
    assert rows(copied, "samples")["copying", "density"]["precision"] > 0.8


def test_the_rows_of_real_photos_calibrate_the_memorisation_table(result):
    memorisation = rows(result, "memorisation")
    others = memorisation["real", "other training photos"]
    held_out = memorisation["real", "validation photos"]
    assert others["median_distance"] is None and held_out["nearer_training"] is None
    assert others["nearer_training"] == pytest.approx(0.5, abs=0.08)
    assert held_out["close"] == pytest.approx(0.01)
    assert others["duplicates"] == pytest.approx(0.01, abs=0.02)
    assert held_out["median_distance"] > 0


def test_a_collapsed_model_has_duplicates_and_no_recall(faces):
    training, validation = faces
    models = {"collapsed": CollapsedModel(training, 24, name="collapsed")}
    result = evaluate_gan(models, GridFeatures(), validation, training, 200)
    samples = rows(result, "samples")
    floor, row = samples["real", "other training photos"], samples["collapsed", "density"]
    assert row["recall"] == 0.0
    assert row["coverage"] < 0.2
    assert row["kernel"] > floor["kernel"] + 4 * floor["kernel_deviation"]
    assert samples["collapsed", "prior"]["recall"] > 0.7  # each source has its own row
    memorisation = rows(result, "memorisation")
    assert memorisation["collapsed", "density"]["duplicates"] == 1.0
    assert memorisation["collapsed", "prior"]["duplicates"] < 0.05


def test_seed_decides_everything_and_progress_reaches_its_total(faces):
    training, validation = faces
    models, seen = {"linear": LinearModel(training, 8)}, []
    run = [
        evaluate_gan(
            models, GridFeatures(), validation[:40], training[:90], 500, seed=seed, progress=p
        )
        for seed, p in ((3, None), (3, lambda done, total: seen.append((done, total))), (4, None))
    ]
    assert run[0] == run[1]
    assert run[0]["samples"] != run[2]["samples"]
    assert run[0]["n"] == 45  # half of the training photos
    sizes = {row["source"]: row["n"] for row in run[0]["samples"]}
    assert sizes["density"] == sizes["prior"] == sizes["other training photos"] == 45
    assert sizes["validation photos"] == 40
    assert seen[-1] == (40 + 90 + 40 + 2 * 45,) * 2
    assert seen == sorted(seen)


def test_json_and_text_hold_the_result(result):
    assert json.loads(json.dumps(result)) == result
    text = report(result)
    assert "Likeness to 200 training photos" in text
    frechet = rows(result, "samples")["linear", "density"]["frechet"]
    line = next(
        line for line in text.splitlines() if line.startswith("linear") and "density" in line
    )
    assert f"{frechet:.2f}" in line
    tables = text.split("\n\n")[:3]
    for table in tables:
        ends = {len(line) for line in table.splitlines()[1:]}
        assert len(ends) == 1, table  # aligned


def test_photos_that_do_not_fit_are_refused(faces):
    training, validation = faces
    models = {"linear": LinearModel(training, 8)}
    with pytest.raises(UserError, match="32 pixels a side"):
        evaluate_gan(models, GridFeatures(), validation[:, ::2, ::2], training)
    with pytest.raises(UserError, match="10 samples"):
        evaluate_gan(models, GridFeatures(), validation[:9], training)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Three untrained models on disk, and 60 drawn photos of which 20 are for training."""
    from ganssl.models.config import ModelConfig
    from ganssl.photos.preprocess import Preprocess

    root = tmp_path_factory.mktemp("evaluate")
    widths = dict.fromkeys(("encoder_widths", "generator_widths"), (8, 8, 8, 8))
    config = ModelConfig(size=64, latent_size=8, detail_width=4, **widths)
    for seed, name in enumerate(("gan", "vae")):
        model = BundleModel.create(config, seed)
        model.save(root / name)
    model.preprocess = Preprocess(64, crop=(0, 20, 178, 198))
    model.save(root / "wide")
    write_celeba(root / "photos", count=60)
    return root


@pytest.mark.slow
def test_the_command_prints_tables_and_writes_the_same_numbers(folders, capsys):
    command = ["evaluate-gan", "--model", f"{folders}/gan", "--data", f"{folders}/photos"]
    command += ["--cache", f"{folders}/cache", "--json"]
    assert main([*command, f"{folders}/result.json", "--baseline", f"{folders}/vae"]) == 0
    text = capsys.readouterr().out
    result = json.loads((folders / "result.json").read_text(encoding="utf-8"))
    assert text == report(result) + "\n"
    assert (result["n"], result["validation_photos"], result["training_photos"]) == (10, 20, 20)
    assert result["model"]["name"] == "gan" and len(result["model"]["id"]) == 12
    assert result["baseline"]["name"] == "vae"
    assert "faceres" in result["feature_space"]
    samples = rows(result, "samples")
    real = samples["real", "other training photos"]
    assert samples["gan", "prior"]["frechet"] > 2 * real["frechet"]  # untrained
    assert main([*command, "-"]) == 0
    alone = json.loads(capsys.readouterr().out)
    assert alone["baseline"] is None
    assert alone["samples"] == result["samples"][:4]  # a baseline changes no other row


@pytest.mark.slow
def test_the_command_says_what_is_wrong(folders, capsys):
    data = ["--data", f"{folders}/photos"]
    for arguments, message in (
        (["--model", f"{folders}/gan", "--json", f"{folders}/no/result.json"], "cannot be written"),
        (["--model", f"{folders}/gan", "--baseline", f"{folders}/wide"], "same preprocessing"),
        (["--model", f"{folders}/gan", "--limit", "5"], "needs 10 samples"),
        (["--model", f"{folders}/none"], "no model"),
    ):
        assert main(["evaluate-gan", *data, *arguments]) == 2
        assert message in capsys.readouterr().err
