"""The cascade beside mtcnn, whose networks it runs: `python docs/compare_detectors.py`.

`GANSSL_DATA` names a folder whose `celeba` holds CelebA in its official layout. Its photos are
laid into grey canvases: turned, small and several in one. Both look at the same canvases; how
far boxes and points lie apart, and what each takes, is printed. Then the canvases are prepared
as `train-classifier` prepares photos. `--markdown docs/results/detectors.md` writes the lines
there, too. It takes about a minute on two quiet cores.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

CANVASES, GREY = 60, (120, 120, 120)
GOAL = 20
"""Photos a second on two cores."""

TITLE = """Finding faces in photos that nobody aligned

`ganssl/photos/cascade.py` runs the three networks of mtcnn on ONNX Runtime, with one pass for all
boxes. What it finds is compared with what the package `mtcnn` finds on the same canvases: turned
faces, small ones, several in one picture. Then the canvases are prepared as photos of a folder
are: read, found, aligned and cropped, on all cores, small faces sought only where there is no
larger one."""
lines: list[str] = []


def say(line: str) -> None:
    """Print a line, and keep it for the page."""
    print(line, flush=True)
    lines.append(line)


def canvas(kind: int, photos: list[Image.Image], random: np.random.Generator) -> Image.Image:
    """One of three kinds, 640×480: a large turned face, a small one, or three beside each other."""
    picture = Image.new("RGB", (640, 480), GREY)
    if kind == 0:
        large = photos[0].resize((356, 436), Image.Resampling.BICUBIC)
        turned = large.rotate(random.uniform(-30, 30), Image.Resampling.BICUBIC, expand=True)
        picture.paste(turned, (40, -60))
    elif kind == 1:
        place = tuple(int(v) for v in random.integers(0, (560, 380)))
        picture.paste(photos[0].resize((71, 87), Image.Resampling.BICUBIC), place)
    else:
        for place, photo in enumerate(photos):
            picture.paste(photo, (15 + 210 * place, int(random.integers(0, 260))))
    return picture


def timed(find, pictures: list[Image.Image]) -> list:
    """What is found in each; the processor's and the clock's seconds for one are printed."""
    find(pictures[0])  # opens the networks
    busy, begin = time.process_time(), time.perf_counter()
    found = [find(picture) for picture in pictures]
    busy, begin = time.process_time() - busy, time.perf_counter() - begin
    say(f"{find.__name__:<10}{busy / len(pictures):>20.3f}{begin / len(pictures):>20.3f}")
    return found


def from_left(boxes: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """In one order; the surest first would differ where two are equally sure."""
    order = np.argsort(boxes[:, 0])
    return boxes[order], points[order]


def compare(paths: list[Path]) -> list[Image.Image]:
    """Prints how far the two lie apart, and returns the canvases."""
    from mtcnn import MTCNN

    from ganssl.photos.cascade import detect
    from ganssl.photos.images import read_image

    detector, random = MTCNN(), np.random.default_rng(0)

    def mtcnn(picture: Image.Image) -> tuple[np.ndarray, np.ndarray]:
        rows = detector.detect_faces(
            np.asarray(picture), box_format="xyxy", output_type="numpy"
        )  # (n, 16)
        return rows[:, 1:6], rows[:, 6:].reshape(-1, 2, 5).swapaxes(1, 2)

    pictures = [
        canvas(i % 3, [read_image(p) for p in paths[3 * i : 3 * i + 3]], random)
        for i in range(CANVASES)
    ]
    say(f"{len(pictures)} canvases{'processor s':>18}{'clock s':>20}")
    theirs, ours = timed(mtcnn, pictures), timed(detect, pictures)
    counts = [[len(boxes) for boxes, _ in found] for found in (theirs, ours)]
    say(f"faces: {sum(counts[0])} and {sum(counts[1])}; canvases with the same number: "
        f"{sum(a == b for a, b in zip(*counts, strict=True))}")  # fmt: skip
    theirs, ours = ([from_left(*one) for one in found] for found in (theirs, ours))
    same = [(a, b) for a, b in zip(theirs, ours, strict=True) if a[0].shape == b[0].shape]
    apart = [
        max(float(np.abs(x - y).max(initial=0)) for x, y in zip(a, b, strict=True)) for a, b in same
    ]
    say(f"boxes and points within 0.01 pixels in {np.sum(np.array(apart) < 0.01)} canvases; "
        f"at most {max(apart):.2f} apart")  # fmt: skip
    return pictures


def prepare(pictures: list[Image.Image]) -> None:
    """Prints how many photos a second are read, aligned and cropped, as a folder of JPEG files."""
    from tempfile import TemporaryDirectory

    from ganssl.photos.folder import read_folder
    from ganssl.photos.prepared import CROP, prepare_photos
    from ganssl.photos.preprocess import Preprocess

    with TemporaryDirectory() as folder:
        for number, picture in enumerate(pictures):
            picture.save(Path(folder) / f"{number}.jpg", quality=95)
        photos = read_folder(folder)
        busy, begin = time.process_time(), time.perf_counter()
        prepared = prepare_photos(photos, Preprocess(128), no_face=CROP)
        busy, begin = time.process_time() - busy, time.perf_counter() - begin
    rate = len(prepared) / begin
    say(f"prepared: {rate:.1f} photos a second by the clock, "
        f"{busy / len(prepared):.3f} processor s for one")  # fmt: skip
    say(f"goal: {GOAL} a second on two cores · {'reached' if rate >= GOAL else 'missed'}")


def write_page(path: Path) -> None:
    """The lines as the part of a page that is measured; the words around it stay."""
    from ganssl.base.atomic import write_file
    from ganssl.base.processor import this_processor
    from ganssl.commands._markdown import END, with_part

    begin = "<!-- measured -->"
    command = f"    python docs/compare_detectors.py --markdown {path}"
    text = "\n".join([str(this_processor()), "", *lines])
    part = "\n\n".join([begin, command, f"```text\n{text}\n```", END])
    write_file(path, with_part(path, TITLE, begin, part, False))


def main() -> None:
    parser = argparse.ArgumentParser(description="compare the cascade with mtcnn")
    parser.add_argument("--markdown", metavar="FILE", type=Path, help="write the figures there")
    args = parser.parse_args()
    folder = Path(os.environ["GANSSL_DATA"]) / "celeba" / "img_align_celeba"
    paths = sorted(folder.glob("*.jpg"))[: 3 * CANVASES]
    prepare(compare(paths))
    if args.markdown:
        write_page(args.markdown)


if __name__ == "__main__":
    main()
