"""`python -m tests.fuzz`: mutate good files of every reader, and count what becomes of them."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path
from random import Random

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from tests.fuzz.attempt import attempt, memory_peak
from tests.fuzz.readers import READERS, Reader


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument(
        "--mutations", type=int, default=2000, help="of each reader; fewer of slow ones"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--reader", choices=list(READERS), action="append", help="these alone")
    parser.add_argument("--keep", metavar="DIR", help="write the files that broke a reader there")
    args = parser.parse_args()
    warnings.simplefilter("ignore")  # numbers of odd size; what comes of them is judged
    print(f"{'reader':<16}{'files':>7}{'taken':>7}{'refused':>9}{'broken':>8}{'seconds':>9}")
    broken = 0
    for name in args.reader or READERS:
        start = time.perf_counter()
        mutations = READERS[name].count(args.mutations)
        found = count(READERS[name], mutations, args.seed, args.keep and Path(args.keep))
        failed = {kind: n for kind, n in found.items() if kind not in ("taken", "refused")}
        broken += sum(failed.values())
        print(
            f"{name:<16}{mutations:>7}{found['taken']:>7}{found['refused']:>9}"
            f"{sum(failed.values()):>8}{time.perf_counter() - start:>9.1f}  "
            + ", ".join(f"{kind} {n}" for kind, n in failed.items()),
            flush=True,
        )
    print(f"{broken} broken; the process held {memory_peak() / 2**20:,.0f} MiB at the most")
    return 1 if broken else 0


def count(reader: Reader, mutations: int, seed: int, keep: Path | None) -> Counter[str]:
    """How many mutated files were taken, refused, or raised what."""
    good, found = reader.good(), Counter()
    for number in range(mutations):
        rng = Random(f"{seed} {number}")
        data = reader.mutate(rng.choice(good), rng)
        try:
            found["taken" if attempt(reader, data) else "refused"] += 1
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            kind = f"{type(error).__name__}: {error}"[:90]
            found[kind] += 1
            if keep:
                keep.mkdir(parents=True, exist_ok=True)
                with tempfile.NamedTemporaryFile(dir=keep, delete=False) as file:
                    file.write(data)
    return found


if __name__ == "__main__":
    sys.exit(main())
