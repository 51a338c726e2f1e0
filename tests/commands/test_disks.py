"""Whole commands on a disk that is full and into a place that may not be written to.

Below `/sys` nobody may make files, root neither.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from ganssl.__main__ import main
from ganssl.features.evaluate import DEFAULT_ATTRIBUTES
from ganssl.synthesis import Recipe
from tests.helpers.code_model import CodeModel, write_set
from tests.helpers.disks import full_disk
from tests.helpers.small_model import save_face_network, small_model
from tests.helpers.synthetic_photos import draw_photo, encoded, write_celeba
from tests.helpers.teacher import write_teacher

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="/sys and limits are Linux's"),
]
FORBIDDEN = Path("/sys")


@pytest.fixture(scope="module")
def material(tmp_path_factory) -> Path:
    """A model, photos, a set, a classifier and a training, as the commands take them."""
    root = tmp_path_factory.mktemp("material")
    small_model().save(root / "model")
    save_face_network(root / "network")
    write_teacher(root / "teacher")
    for seed in (1, 2):
        (root / f"{seed}.png").write_bytes(encoded(draw_photo(seed)))
    write_celeba(root / "celeba", 60)
    rows = [
        f"{i + 1:06d}.jpg " + " ".join("1" if (i // 3 + k) % 2 else "-1" for k in range(5))
        for i in range(60)
    ]  # each attribute on half of each part
    text = "\n".join(["60", " ".join(DEFAULT_ATTRIBUTES), *rows]) + "\n"
    (root / "celeba" / "list_attr_celeba.txt").write_text(text, encoding="utf-8")
    write_set(CodeModel(), Recipe("Smiling", 120), root / "set")
    train = ["train-classifier", "--data", str(root / "set"), "--head", "logistic"]
    assert main([*train, "--out", str(root / "classifier")]) == 0
    return root


@dataclass(frozen=True)
class Case:
    """A command whose last option names what it writes.

    Attributes:
        line: the command; `@` stands for the folder of `material`.
        name: of the file or folder that is written.
    """

    line: str
    name: str

    def argv(self, material: Path, out: Path) -> list[str]:
        return [word.replace("@", str(material)) for word in self.line.split()] + [str(out)]


JUDGE = (
    "evaluate --classifier @/classifier --photos @/set/images --labels @/set/labels.csv "
    "--no-face crop"
)
TINY = "--size 64 --batch-size 8 --dtype float32 --latent-size 3 --feature-from 0.5 --epochs 1"
CASES = [
    Case("generate --model @/model --out", "face.png"),
    Case("generate --model @/model --out", "face.webp"),
    Case("generate --model @/model --out @/face.png --save-state", "face.json"),
    Case("edit --model @/model --photo @/1.png --out", "mine.jpg"),
    Case("morph @/1.png @/2.png --model @/model --frames 4 --seconds 1 --out", "morph.gif"),
    Case("synthesize --model @/model --attribute Smiling --count 8 --size 16 --source prior "
         "--strategy push --out", "set"),
    Case("synthesize --model @/model --attribute Smiling --count 8 --size 16 --source prior "
         "--strategy push --out @/made --zip", "set.zip"),
    Case("train-classifier --data @/set --head logistic --out", "classifier"),
    Case("train-classifier --data @/set --head logistic --out @/again --markdown", "found.md"),
    Case(f"{JUDGE} --report", "report.html"),
    Case(f"{JUDGE} --predictions", "answers.csv"),
    Case(f"{JUDGE} --markdown", "found.md"),
    Case("fit-directions --model @/model --data @/celeba --labels-per-class 5 --out",
         "directions.npz"),
    Case("direction-report --model @/model --attributes Male,Smiling --faces 4 --out", "report"),
    Case("fit-probes --data @/celeba --network @/network --out", "probes.npz"),
    Case("prepare-laboratory --model @/model --out", "laboratory"),
    Case(f"train-gan --data @/celeba {TINY} --out", "run"),
    Case("export-model --model @/model --data @/celeba --out", "bundle"),
    Case("evaluate-gan --model @/model --data @/celeba --json", "result.json"),
]  # fmt: skip
FEW = "--labels-per-class 5 --seeds 2 --faces 200"
TO_THE_END = [
    Case("distill-features --teacher @/teacher --data @/celeba --epochs 0.2 --batch-size 8 "
         "--dtype float32 --out", "network"),
    Case(f"experiment --data @/celeba --model @/model --attribute Male {FEW} --brief --out",
         "experiment"),
    Case(f"experiment --plain --data @/celeba --model @/model --attribute Male {FEW} --out",
         "plain"),
]  # fmt: skip
"""They write after minutes or hours where they are not as small as here."""

LONG = [
    Case("experiment --data @/celeba --model @/model --attribute Male --out", "experiment"),
    Case("experiment --plain --data @/celeba --attribute Male --model @/model --out", "plain"),
    Case("distill-features --teacher @/network --data @/celeba --out", "network"),
    Case("reproduce-2017 --data @/celeba --photos @/celeba --labels @/no.csv --out", "article"),
    Case("benchmark --save", "figures.json"),
    Case("benchmark --markdown", "figures.md"),
    Case("benchmark --visitors 2 --markdown", "load.md"),
    Case("evaluate-features --data @/celeba --markdown", "features.md"),
]
"""They are refused before they begin, and take long where they are not."""


def assert_a_sentence(argv: list[str], capsys: pytest.CaptureFixture) -> str:
    """One line about the disk at the end, and no traceback; the line."""
    said = capsys.readouterr().err
    last = said.rstrip().rpartition("\n")[2]
    assert f"ganssl {argv[0]}: " in last and "Traceback" not in said, said
    assert "cannot be written" in last, said
    assert ".partial" not in last, said
    return last


def case_names(cases: list[Case]) -> list[str]:
    return [f"{case.line.split()[0]} {case.name}" for case in cases]


@pytest.mark.parametrize("case", CASES + TO_THE_END, ids=case_names(CASES + TO_THE_END))
def test_a_full_disk_is_a_sentence_and_leaves_nothing_half(case, material, tmp_path, capsys):
    out = tmp_path / case.name
    argv = case.argv(material, out)
    capsys.readouterr()
    with full_disk():
        status = main(argv)
    assert status == 2
    assert "File too large" in assert_a_sentence(argv, capsys)
    left = [*tmp_path.rglob("*.partial"), *material.rglob("*.partial")]
    assert not left and not out.is_file()


@pytest.mark.parametrize("case", CASES + LONG, ids=case_names(CASES + LONG))
def test_a_place_that_may_not_be_written_to_is_a_sentence_at_once(case, material, capsys):
    out = FORBIDDEN / case.name
    first = {"/made": "/not-made", "/again": "/not-again", "/face.png": "/not-a-face.png"}
    argv = case.argv(material, out)
    for old, new in first.items():  # what would be written before, were it not seen at once
        argv = [word.replace(f"{material}{old}", f"{material}{new}") for word in argv]
    capsys.readouterr()
    assert main(argv) == 2
    assert f"{out} cannot be written" in assert_a_sentence(argv, capsys)
    assert not list(material.glob("not-*"))


@pytest.mark.parametrize(
    "line",
    [
        "fit-directions --model @/model --data @/celeba --labels-per-class 5 --out",
        "train-classifier --data @/set --head logistic --out",
    ],
)
def test_a_cache_that_cannot_be_written_is_a_warning_and_the_work_goes_on(
    line, material, tmp_path, caplog
):
    argv = Case(line, "out").argv(material, tmp_path / "out.npz")
    assert main([*argv, "--cache", str(FORBIDDEN / "cache")]) == 0
    assert (tmp_path / "out.npz").exists()
    assert "cache" in caplog.text
