"""Visitors without a browser: they say to the server what a page says, and hear it out.

So the server has the work of visitors, and the machine that is measured none of their
browsers'. A program of its own (`ganssl.benchmarks.visitors` starts it):

    python -m ganssl.ui.shared.wire_visitors ADDRESS LEAST MOST QUERY...

opens a page for each query, says *ready*, and from a line *go* to a line *stop* has all of
them move a slider, each after LEAST to MOST seconds. Then it says how many milliseconds
each move took, a JSON list. An error ends it, in a sentence.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from ganssl.errors import UserError

PATIENCE = 300.0
"""Seconds until an answer."""

SLIDER = "Smiling"
REACH = 24
"""Tenths of σ on either side of the middle, where a slider is let go."""


class WireVisitor:
    """The Explore page of one visitor on a connection of its own.

    Args:
        connection: to the server, as `websockets` opens it.
        query: of the page's address; the seed decides on the face.
    """

    def __init__(self, connection: Any, query: str) -> None:
        self._connection, self._query, self._page = connection, query, ""
        self._sliders: dict[str, tuple[Any, str]] = {}  # by label: the slider, its fragment
        self._values: dict[str, list[float]] = {}  # of all sliders of the page, by id
        self._chance, self._place = random.Random(query), 0
        self._ask(None)
        self._hear()
        if SLIDER not in self._sliders:
            raise UserError(f"The page has no slider {SLIDER}.")

    def slide(self) -> float:
        """Let the slider go at another place; milliseconds until the new picture has come.

        Returns when the server has said all that it has to say.
        """
        places = [place for place in range(-REACH, REACH + 1) if place != self._place]
        self._place = self._chance.choice(places)
        slider, fragment = self._sliders[SLIDER]
        self._values[slider.id] = [self._place / 10]
        start = time.perf_counter()
        self._ask(fragment)
        pictured = self._hear()
        if pictured is None:
            raise UserError("The page of a visitor has brought no picture.")
        return 1e3 * (pictured - start)

    def _ask(self, fragment: str | None) -> None:
        message = BackMsg()
        run = message.rerun_script
        run.query_string, run.page_script_hash = self._query, self._page
        if fragment:
            run.fragment_id = fragment
        for key, value in self._values.items():
            widget = run.widget_states.widgets.add()
            widget.id = key
            widget.double_array_value.data.extend(value)
        self._connection.send(message.SerializeToString())

    def _hear(self) -> float | None:
        """Take in what the server says until its run ends; when the first picture came."""
        pictured = None
        while True:
            try:
                said = self._connection.recv(timeout=PATIENCE)
            except Exception as error:  # it is late, or has hung up
                raise UserError("The app does not answer a visitor any more.") from error
            arrived, message = time.perf_counter(), ForwardMsg.FromString(said)
            kind = message.WhichOneof("type")
            if kind == "script_finished":
                return pictured
            if kind == "new_session":
                self._page = message.new_session.page_script_hash
            elif kind == "page_info_changed":
                self._query = message.page_info_changed.query_string
            elif kind == "delta" and message.delta.HasField("new_element"):
                element = message.delta.new_element
                if element.HasField("imgs") and pictured is None:
                    pictured = arrived
                elif element.HasField("slider"):
                    self._take(element.slider, message.delta.fragment_id)

    def _take(self, slider: Any, fragment: str) -> None:
        self._sliders[slider.label.partition(" ·")[0]] = slider, fragment
        self._values[slider.id] = list(slider.value if slider.set_value else slider.default)


@contextmanager
def wire_visitor(address: str, query: str) -> Iterator[WireVisitor]:
    """A visitor of the app at an address, with the Explore page open.

    Raises `UserError` where the server does not answer as the app does.
    """
    from websockets.sync.client import connect

    stream = address.replace("http", "ws", 1) + "/_stcore/stream"
    with connect(stream, subprotocols=["streamlit"], max_size=None) as connection:  # type: ignore[list-item]
        yield WireVisitor(connection, query)


def visit(visitor: WireVisitor, number: int, looks: Sequence[float], stop: Any) -> list[float]:
    """Milliseconds of each move until `stop` is set, at least of one."""
    chance, waits = random.Random(number), list[float]()
    while not waits or not stop.is_set():
        time.sleep(chance.uniform(*looks))
        waits.append(visitor.slide())
    return waits


def main(arguments: Sequence[str]) -> int:
    """See above."""
    address, least, most, *queries = arguments
    looks = float(least), float(most)
    try:
        with ExitStack() as stack, ThreadPoolExecutor(len(queries)) as pool:
            visitors = [stack.enter_context(wire_visitor(address, query)) for query in queries]
            print("ready", flush=True)
            stop, visits = threading.Event(), []
            for line in sys.stdin:
                if line.strip() == "go":
                    stop = threading.Event()
                    visits = [
                        pool.submit(visit, one, number, looks, stop)
                        for number, one in enumerate(visitors, 1)
                    ]
                elif line.strip() == "stop":
                    stop.set()
                    waits = [wait for one in visits for wait in one.result()]
                    print(json.dumps(waits), flush=True)
            stop.set()
    except (UserError, OSError) as error:
        print(f"error: {error}", flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
