"""Which columns of a table of labels are read: the photo's, those of answers, and no index."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from ganssl.attributes import CELEBA_ATTRIBUTES, Attribute, did_you_mean, meant_name
from ganssl.errors import UserError
from ganssl.photos.label_values import NO_ANSWER, class_word, word
from ganssl.photos.matching import SPLITS, clean_path, looks_like_photo, loose_key
from ganssl.photos.table_text import MOST_COLUMNS

FILE_COLUMNS = (
    "file", "filename", "filepath", "fileid", "image", "imageid", "imagename", "imagepath",
    "imagefile", "imagefilename", "img", "imgname", "imgpath", "imgid", "photo", "photoname",
    "photoid", "photofile", "picture", "path", "fullpath", "relativepath", "fname", "sourcefile",
    "datei", "dateiname", "url", "imageurl", "name", "id",
)  # fmt: skip
"""Headers of the photo's column, without case, blanks and `_`; the first that is there counts."""

PHOTO_HEADER = re.compile(
    r"(?=.*(?:file|image|img|photo|picture|pic|frame|foto|bild))"
    r"(?:file|filename|image|img|photo|picture|pic|frame|foto|bild|name|path|full|relative|source"
    r"|url|uri|id|no|nr|number|jpe?g|png|s|\d|[#()\[\]])+"
)
"""Other headers that are made of such words, such as `Image Filename (jpg)`."""

LABEL_COLUMN = "label"
LABEL_COLUMNS = (
    "label", "labels", "class", "classname", "category", "choice", "target", "answer", "tag",
    "classification", "annotation",
)  # fmt: skip
"""Headers of a column that does not say which attribute it answers."""

INDEX_COLUMNS = frozenset({"", "unnamed: 0", "index", "level_0", "#"})
TOOL_COLUMNS = frozenset(
    {"annotation_id", "annotator", "created_at", "updated_at", "lead_time", "id", "counter"}
)
"""What Label Studio adds to its tables."""

PART_COLUMNS = frozenset({"split", "subset", "partition", "part", "set", "phase", "usage"})
"""Headers of a column that may divide the photos into training, validation and test."""

OF_SEX = re.compile(r"gender|sex|geschlecht|genre|g[ée]nero|genere|kön", re.I)
ASKING = re.compile(r"^(?i:is|has|perceived|label|attr|attribute|gt)(?:[\s_.-]+|(?=[A-Z]))")
ASKED = re.compile(r"[\s_.-]+(?i:label|labels|class|flag|gt|attr)$|\s*[(\[][^)\]]*[)\]]$")
"""What stands before an attribute in a header, and what behind it."""

MANY = 2_000
"""With more different cells a column of numbers without a name is an index, not answers."""


@dataclass(frozen=True)
class Asked:
    """What is to be read of a table.

    Attributes:
        attribute: read this one attribute: from `column`, from the column of its name, or from
            `label`. Without it every column is an attribute.
        column: read this one column.
        every_column: read the other columns too, each as an attribute of its own; then
            `attribute` only says what its column, or `label`, answers.
        wanted: keep only rows whose `loose_key` is among these.
        words: a column that answers `attribute` in words none of which is known becomes one of
            texts, so that a person can be asked; it is an error otherwise.
    """

    attribute: Attribute | None = None
    column: str | None = None
    every_column: bool = False
    wanted: Collection[str] | None = None
    words: bool = False


def photo_column(
    name: str,
    header: list[str],
    rows: list[list[str]],
    wanted: Collection[str] | None = None,
) -> int:
    """Which column names the photos: by its header, or else by what its cells look like.

    Args:
        wanted: the photos, as `ganssl.photos.matching.loose_key` has them.
    """
    plain = [re.sub(r"[\s_:.-]", "", title).casefold() for title in header]
    looks = [_photo_share(rows, i) for i in range(len(header))]
    named = sorted(
        (i for i, title in enumerate(plain) if title in FILE_COLUMNS),
        key=lambda i: (looks[i] < 0.5, FILE_COLUMNS.index(plain[i])),
    )
    if all(plain[i] in ("name", "id") and looks[i] < 0.5 for i in named):
        made = [i for i, title in enumerate(plain) if PHOTO_HEADER.fullmatch(title)]
        named = made if len(made) == 1 else named
    likely = [i for i, share in enumerate(looks) if share >= 0.5]
    if wanted and not named and not likely:
        likely = [i for i in range(len(header)) if _names_wanted(rows, i, wanted)]
    headless = any(looks_like_photo(title) for title in header)
    if headless or len(header) < 2 or not (named or len(likely) == 1):
        raise UserError(
            f"{name}, line 1: the header must be 'file' and one or more attributes, such as "
            f"'file,Smiling'; found {','.join(header)[:60]!r}."
        )
    if len(header) > MOST_COLUMNS:
        raise UserError(f"{name} has more than {MOST_COLUMNS:,} columns.")
    if named and (looks[named[0]] >= 0.5 or len(likely) != 1):
        return named[0]
    return likely[0]


def names_photos(rows: Sequence[Sequence[str]]) -> bool:
    """Whether rows look like a table of photos: a usual header, or names of photo files."""
    return any(
        looks_like_photo(cell) or re.sub(r"[\s_:.-]", "", cell).casefold() in FILE_COLUMNS[:-2]
        for row in rows
        for cell in row
    )


def _photo_share(rows: list[list[str]], column: int) -> float:
    cells = [row[column] for row in rows if len(row) > column and row[column].strip()]
    return sum(map(looks_like_photo, cells)) / len(cells) if cells else 0.0


def _names_wanted(rows: list[list[str]], column: int, wanted: Collection[str]) -> bool:
    """Whether most cells of a column, and as many different ones, are names of the photos."""
    cells = [row[column].strip() for row in rows if len(row) > column and row[column].strip()]
    if {word(cell) for cell in cells} <= {"0", "1", "-1"}:
        return False  # answers, though photos may have such names
    found = [cell for cell in cells if loose_key(clean_path(cell)) in wanted]
    return len(found) * 2 > len(cells) and len(set(found)) * 2 > len(cells)


def is_title(row: Sequence[str]) -> bool:
    """Whether a row above the header says something about the table: one cell, or a comment."""
    filled = [cell.strip() for cell in row if cell.strip()]
    plain = re.sub(r"[\s_:.#-]", "", filled[0]).casefold() if filled else ""
    if not filled or plain in FILE_COLUMNS or looks_like_photo(filled[0]):
        return False
    if filled[0][0] == "#" and len(filled[0]) > 1:
        return True
    return len(filled) == 1 and bool(row[0].strip())


def used_columns(
    name: str, header: list[str], photo: int, distinct: list[set[str]], total: int
) -> tuple[list[str], list[int]]:
    """The header, and which columns may hold labels: no index, no empty one, none of a tool."""
    lower = [title.casefold() for title in header]
    tool = {"annotation_id", "lead_time"} <= set(lower)
    used = []
    for i, title in enumerate(lower):
        cells = {cell.strip() for cell in distinct[i]}
        index = title in INDEX_COLUMNS and i < 2 and all(c.isdecimal() for c in cells)
        index = index and (len(cells) == total or len(cells) > MANY)
        if i == photo or index or (not title and not any(cells)):
            continue
        if not (tool and title in TOOL_COLUMNS):
            used.append(i)
    named = [photo, *used] if header[photo] else used
    refuse_repeats([header[i] for i in named], f"{name}, line 1: column")
    if not used:
        raise UserError(f"{name} names photos but holds no column of labels.")
    return header, used


def questions(
    name: str, header: list[str], used: list[int], asked: Asked, distinct: list[set[str]]
) -> dict[int, Attribute]:
    """The columns that must hold answers, each with the attribute that it answers."""
    titles = [header[i] for i in used]
    attribute, column = asked.attribute, asked.column
    if attribute is None and column is None:
        if [title.casefold() for title in titles] == [LABEL_COLUMN]:
            raise UserError(
                f"{name} does not say which attribute its column 'label' answers: name the "
                f"attribute, or put it into the header, such as 'file,Smiling'."
            )
        return {}
    wanted = column or (attribute.name if attribute else "")
    meant = meant_name(wanted, titles)
    if meant is None and not column:
        plain = {title.casefold().replace("_", "").replace(" ", ""): title for title in titles}
        meant = next((plain[title] for title in LABEL_COLUMNS if title in plain), None)
    if meant is None:
        meant = _bare(wanted, titles)
    if meant is None and not column and attribute is not None:
        meant = _answering(attribute, {header[i]: distinct[i] for i in used})
    if meant is None:
        if asked.every_column and not column:
            return {}
        hint = did_you_mean(wanted, titles)
        raise UserError(
            f"{name} has no column {wanted!r}; its columns are {', '.join(titles[:20])}."
            + (f" {hint}" if hint else "")
        )
    return {used[titles.index(meant)]: attribute or Attribute(spelt_name(meant))}


def _answering(attribute: Attribute, columns: dict[str, set[str]]) -> str | None:
    """The one column that answers in words for an attribute, as `gender` does for Male."""
    found = []
    for title, cells in columns.items():
        words = {word(cell) for cell in cells} - NO_ANSWER
        short = min(map(len, words), default=0) == 1  # M and F may be anything elsewhere
        of_sex = OF_SEX.search(title) is not None
        if short and not of_sex:
            continue
        said = {class_word(text, attribute) for text in words}
        two = len(words) == 2 and word(attribute.positive) in words
        if of_sex:
            said -= {None}  # some have other answers than these two
        if two or said == {0, 1} or (of_sex and said and not short):
            found.append(title)
    return found[0] if len(found) == 1 else None


def _bare(wanted: str, titles: Sequence[str]) -> str | None:
    """The one title that asks for an attribute in other words: `is_male`, `Perceived Male?`,
    `Male (0/1)`."""
    bare = {
        title: ASKED.sub("", ASKING.sub("", title.strip(" ?:*!"))).replace("'", "")
        for title in titles
    }
    found = [title for title, rest in bare.items() if meant_name(wanted, [rest]) is not None]
    return found[0] if len(found) == 1 else None


def part_numbers(title: str, cells: Iterable[str]) -> dict[str, int] | None:
    """The part that each cell of a column names, as CelebA counts them; None for another column.

    Words such as train and val are read, and under `partition` CelebA's 0, 1 and 2.
    """
    plain = re.sub(r"[\s_-]", "", title).casefold()
    known = SPLITS | ({"0": 0, "1": 1, "2": 2} if plain == "partition" else {})
    found = {cell: known.get(word(cell)) for cell in cells if word(cell) not in NO_ANSWER}
    numbers = {cell: number for cell, number in found.items() if number is not None}
    if plain not in PART_COLUMNS or len(numbers) < len(found):
        return None
    return numbers if 0 in numbers.values() and len(set(numbers.values())) > 1 else None


def spelt_name(title: str) -> str:
    """CelebA's spelling of an attribute that the title means in another case."""
    return meant_name(title, CELEBA_ATTRIBUTES) or title


def refuse_repeats(titles: Sequence[str], what: str) -> None:
    """`UserError` for a title without a name or that stands twice."""
    seen: set[str] = set()
    for title in titles:
        if title in seen or not title:
            problem = "appears twice" if title else "has no name"
            raise UserError(f"{what} {title!r} {problem}. Give every column a name of its own.")
        seen.add(title)
