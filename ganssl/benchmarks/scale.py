"""What a set of millions of faces would take, from rates that this machine has just shown."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ganssl.benchmarks.measurement import median_time
from ganssl.benchmarks.synthesis import one_block
from ganssl.errors import UserError
from ganssl.features.extractor import get_extractor
from ganssl.models.face_model import FaceModel
from ganssl.synthesis import Recipe, Writing, read_set, synthesize
from ganssl.synthesis.codes import BLOCK


@dataclass(frozen=True)
class Rates:
    """Measured on one machine.

    Attributes:
        written: faces a second that are drawn and written.
        read: faces a second whose features are taken, read back from the set.
        bytes_per_face: of the whole folder, tables included.
        recipe: of the set that was made.
    """

    written: float
    read: float
    bytes_per_face: float
    recipe: Recipe


def measure_rates(model: FaceModel, seconds: float = 3.0) -> Rates:
    """Make sets of one block in tar files, as large sets are, and read one back."""
    if not model.directions.sliders:
        raise UserError(f"The model {model.name} has no directions to make sets with.")
    recipe = one_block(model)
    extractor = get_extractor()
    with TemporaryDirectory() as place:
        kept = Path(place) / "kept"
        synthesize(model, recipe, kept, Writing("webdataset"))
        size = sum(path.stat().st_size for path in kept.rglob("*") if path.is_file())

        def write() -> None:
            with TemporaryDirectory(dir=place) as out:
                synthesize(model, recipe, out, Writing("webdataset"))

        made = read_set(kept)
        writing = median_time(write, seconds)
        reading = median_time(lambda: extractor.features(made.faces(range(BLOCK))), seconds)
    return Rates(BLOCK / writing, BLOCK / reading, size / BLOCK, recipe)


def scale_lines(rates: Rates, faces: int, machines: int, price: float | None = None) -> list[str]:
    """Lines for people: hours, gigabytes and money for a set of so many faces.

    Machines share no work but the last step, so their rates add up: a set is made
    by shards, each of which knows its own faces.

    Args:
        price: of one machine for an hour, in any currency; None leaves money out.
    """
    steps = {"draw and write": rates.written, "read and take features": rates.read}
    those = "1 machine" if machines == 1 else f"{machines} machines"
    lines = [
        f"{faces:,} faces of {rates.recipe.size} px on {those} like this one",
        f"({rates.recipe.precision}, {rates.recipe.engine}; rates of one machine, measured now)",
        "",
        f"{'step':<24}{'faces/s':>10}{'hours':>10}" + (f"{'price':>12}" if price else ""),
    ]
    for name, rate in steps.items():
        hours = faces / rate / machines / 3600
        cost = f"{hours * machines * price:>12,.2f}" if price else ""
        lines.append(f"{name:<24}{rate:>10,.0f}{hours:>10,.1f}{cost}")
    disk = faces * rates.bytes_per_face / 1e9
    lines += ["", f"disk: {disk:,.0f} GB, {rates.bytes_per_face:,.0f} bytes a face"]
    if price:
        lines.append(f"price: at {price:g} for a machine and hour")
    return lines
