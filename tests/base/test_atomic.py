"""Files and folders that are replaced: a kill at any moment leaves the old one or the new one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from ganssl.base import atomic
from ganssl.base.atomic import (
    ASIDE,
    PARTIAL,
    replacing,
    replacing_folder,
    require_writable,
    sweep_partials,
    write_file,
)
from ganssl.base.files import load_arrays, save_arrays
from ganssl.errors import DiskError, UserError

KILLS = 12


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def make_old(path: Path) -> None:
    os.utime(path, (0, 0))


def test_a_file_is_whole_and_nothing_lies_beside_it(tmp_path: Path):
    write_file(tmp_path / "a.txt", "Größe")
    write_file(tmp_path / "a.txt", b"new")
    assert (tmp_path / "a.txt").read_bytes() == b"new" and names(tmp_path) == ["a.txt"]


def test_an_error_while_writing_leaves_the_old_file(tmp_path: Path):
    write_file(tmp_path / "a.txt", "old")
    with pytest.raises(KeyboardInterrupt), replacing(tmp_path / "a.txt") as file:
        file.write(b"half")
        raise KeyboardInterrupt
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "old" and names(tmp_path) == [
        "a.txt"
    ]


def test_nobody_sees_a_file_before_it_is_finished(tmp_path: Path):
    with replacing(tmp_path / "a.txt") as file:
        file.write(b"half")
        file.flush()
        assert not (tmp_path / "a.txt").exists()
    assert (tmp_path / "a.txt").read_bytes() == b"half"


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path):
    (tmp_path / "there").mkdir()
    (tmp_path / "link.txt").symlink_to(tmp_path / "there" / "real.txt")
    write_file(tmp_path / "link.txt", "new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "there" / "real.txt").read_text(encoding="utf-8") == "new"


def test_a_device_is_written_to_and_not_replaced():
    write_file("/dev/null", "gone")
    assert not Path("/dev/null").is_file()


def test_a_disk_that_refuses_is_a_sentence_with_the_path(tmp_path: Path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(DiskError, match=r"file/a\.txt cannot be written: Not a directory"):
        write_file(tmp_path / "file" / "a.txt", "x")
    with pytest.raises(UserError, match="cannot be written: Is a directory"):
        write_file(tmp_path, "x")
    assert names(tmp_path) == ["file"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_a_sentence():
    with pytest.raises(DiskError, match="/dev/full cannot be written: No space left") as error:
        save_arrays(Path("/dev/full"), {"a": np.zeros(10_000)})
    assert error.value.reason.startswith("No space left")


def test_a_file_in_a_new_folder_is_named_by_the_folder_that_was_asked_for(tmp_path: Path):
    full = OSError(28, "No space left on device")
    refused = pytest.raises(DiskError, match="mine cannot be written: No space left")
    with refused as caught, replacing_folder(tmp_path / "mine") as new:
        raise DiskError(new / "a.txt", full)
    assert PARTIAL not in str(caught.value) and not names(tmp_path)
    refused = pytest.raises(DiskError, match="elsewhere cannot be written")
    with refused, replacing_folder(tmp_path / "mine"):
        raise DiskError("elsewhere", full)


def test_whether_a_place_can_be_written_to_is_seen_without_a_trace(tmp_path: Path):
    (tmp_path / "a.txt").write_text("old", encoding="utf-8")
    for place in ("a.txt", "b.txt", "new/inner/c.txt", "."):
        require_writable(tmp_path / place)
    require_writable("/dev/stdout")
    assert names(tmp_path) == ["a.txt"]
    with pytest.raises(DiskError, match=r"b\.txt cannot be written"):
        require_writable(tmp_path / "a.txt" / "b.txt")


@pytest.mark.skipif(sys.platform != "linux", reason="/sys is Linux's")
def test_a_place_that_may_not_be_written_to_is_seen_also_by_root():
    for place in ("/sys/a.txt", "/sys/new/inner"):
        with pytest.raises(DiskError, match=f"{place} cannot be written: (Operation|Perm|Read)"):
            require_writable(place)


def test_many_writers_of_one_file_never_damage_it(tmp_path: Path):
    path = tmp_path / "a.npz"

    def write(number: int) -> None:
        save_arrays(path, {"a": np.full(20_000, number)})
        assert len(set(load_arrays(path)["a"])) == 1

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(60)))
    assert names(tmp_path) == ["a.npz"]


def write_folder(folder: Path, text: str) -> None:
    with replacing_folder(folder, ("one", "two")) as new:
        write_file(new / "one", text)
        write_file(new / "two", text)


@pytest.mark.parametrize("exchange", [True, False])
def test_a_folder_is_replaced_and_other_files_stay(tmp_path: Path, monkeypatch, exchange: bool):
    if not exchange:
        monkeypatch.setattr(atomic, "_exchange", lambda one, other: False)
    folder = tmp_path / "c"
    write_folder(folder, "old")
    (folder / "mine.txt").write_text("precious", encoding="utf-8")
    (folder / "deep").mkdir()
    (folder / "deep" / "er.txt").write_text("precious too", encoding="utf-8")
    with replacing_folder(folder, ("one", "two")) as new:
        write_file(new / "one", "new")
    assert names(folder) == ["deep", "mine.txt", "one"] and names(tmp_path) == ["c"]
    assert (folder / "one").read_text(encoding="utf-8") == "new"
    assert (folder / "mine.txt").read_text(encoding="utf-8") == "precious"
    assert (folder / "deep" / "er.txt").read_text(encoding="utf-8") == "precious too"


def test_a_folder_that_was_not_finished_is_the_old_one(tmp_path: Path):
    write_folder(tmp_path / "c", "old")
    with pytest.raises(KeyboardInterrupt), replacing_folder(tmp_path / "c") as new:
        write_file(new / "one", "new")
        raise KeyboardInterrupt
    assert (tmp_path / "c" / "one").read_text(encoding="utf-8") == "old" and names(tmp_path) == [
        "c"
    ]


def test_the_working_folder_is_filled_in_place(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    here = os.stat(".").st_ino
    write_folder(Path("."), "new")
    assert names(tmp_path) == ["one", "two"] and os.stat(tmp_path).st_ino == here


WRITER = """
import sys
from pathlib import Path
from ganssl.base.atomic import replacing_folder, write_file
folder, number = Path(sys.argv[1]), 0
while True:
    number += 1
    with replacing_folder(folder, ("one", "two")) as new:
        write_file(new / "one", str(number) * 5000)
        write_file(new / "two", str(number) * 5000)
    print(number, flush=True)
"""


def test_kills_leave_a_whole_folder(tmp_path: Path):
    rng, folder = np.random.default_rng(0), tmp_path / "c"
    for _ in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, encoding="utf-8"
        )
        process.stdout.readline()  # one is there
        time.sleep(rng.uniform(0, 0.02))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert (
            (folder / "one").read_text(encoding="utf-8")
            == (folder / "two").read_text(encoding="utf-8")
            != ""
        )
    sweep_partials(tmp_path, older=-1)
    assert names(tmp_path) == ["c"]


def test_stale_partials_are_swept_and_fresh_ones_are_left(tmp_path: Path):
    for name in ("a.npz.1.partial", "b.npz.1.partial", "b.npz.2.partial"):
        (tmp_path / name).write_text("half", encoding="utf-8")
    (tmp_path / "c.3.partial").mkdir()
    (tmp_path / "c.3.partial" / "one").write_text("half", encoding="utf-8")
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    for name in ("a.npz.1.partial", "b.npz.1.partial", "c.3.partial", "mine.txt"):
        make_old(tmp_path / name)
    sweep_partials(tmp_path, "b")
    assert names(tmp_path) == ["a.npz.1.partial", "b.npz.2.partial", "c.3.partial", "mine.txt"]
    sweep_partials(tmp_path)
    assert names(tmp_path) == ["b.npz.2.partial", "mine.txt"]
    sweep_partials(tmp_path / "nowhere")


def test_a_folder_that_was_put_aside_comes_back(tmp_path: Path):
    for name in ("c", "d"):
        aside = tmp_path / f"{name}.0123456789ab{ASIDE}"
        aside.mkdir()
        (aside / "one").write_text("old", encoding="utf-8")
        make_old(aside)
    write_folder(tmp_path / "d", "new")  # d was replaced after all, c was not
    sweep_partials(tmp_path)
    assert (tmp_path / "c" / "one").read_text(encoding="utf-8") == "old"
    assert (tmp_path / "d" / "one").read_text(encoding="utf-8") == "new"
    assert not list(tmp_path.glob(f"*{PARTIAL}"))
