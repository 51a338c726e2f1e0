"""What a browser needs to draw faces itself: engines, and the generators of models as programs.

The server that `app.py` sets up has routes for both. Their addresses change with
what they send, so a browser may keep it for good.
"""

from __future__ import annotations

import hashlib
import os
import threading
from functools import cached_property
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ganssl.errors import UserError
from ganssl.models.browser_program import BrowserProgram, address_part, browser_program
from ganssl.models.face_model import FaceModel

FOLDER = Path(__file__).parent / "browser"
KINDS = {".js": "text/javascript", ".wasm": "application/wasm", ".json": "application/json"}
MOST_MODELS = 4
"""So many programs are kept in memory, of about 5 MB each."""

SWITCH = "GANSSL_LIVE"
"""The environment variable that says which models' weights may leave the server.

Unset, those of all; 0, of none; else of the models that it names, with commas between.
"""

HEADERS = {"Cache-Control": "public, max-age=31536000, immutable"}


class LiveFiles:
    """The files of the live face, and where the server has them.

    Attributes:
        base: the path under which the app is served, such as `/studio`; empty for none.
        served: whether there is a server with these routes; without, pages do without.
        allowed: names of models that may be sent; None for all.
    """

    def __init__(self) -> None:
        self.base, self.served = "", False
        self.allowed: tuple[str, ...] | None = None
        self._programs: dict[str, BrowserProgram | str] = {}
        self._lock = threading.Lock()

    def routes(self, base: str | None) -> list[Route]:
        """For the server; `base` is its setting `server.baseUrlPath`."""
        self.base = f"/{base.strip('/')}" if base and base.strip("/") else ""
        self.served = True
        setting = os.environ.get(SWITCH, "")
        named = tuple(name.strip() for name in setting.split(",") if name.strip() != "0")
        self.allowed = named if setting not in ("", "1") else None
        return [
            Route(f"{self.base}/live/files/{{version}}/{{name:path}}", self.send_file),
            Route(f"{self.base}/live/model/{{key}}/{{name}}", self.send_model),
        ]

    @cached_property
    def files(self) -> str:
        """The address of the files, relative to any page."""
        return f"live/files/{self._version}"

    def offer(self, model: FaceModel) -> str:
        """The address of a model's program and weights.

        Raises `UserError`, with the reason, where there is none to give.
        """
        if self.allowed is not None and model.name not in self.allowed:
            raise UserError(
                f"the setting {SWITCH} keeps the weights of the model {model.name} on the server."
            )
        key = address_part(model.faces_key)
        with self._lock:
            if key not in self._programs:
                try:
                    self._programs[key] = browser_program(model)
                except UserError as error:
                    self._programs[key] = str(error)
                while len(self._programs) > MOST_MODELS:
                    del self._programs[next(iter(self._programs))]
            program = self._programs[key]
        if isinstance(program, str):
            raise UserError(program)
        return f"live/model/{key}"

    def send_file(self, request: Request) -> Response:
        path = self._paths.get(request.path_params["name"])
        if path is None or request.path_params["version"] != self._version:
            return PlainTextResponse("There is no such file.\n", 404)
        return _answer(path.read_bytes(), KINDS[path.suffix])

    def send_model(self, request: Request) -> Response:
        program = self._programs.get(request.path_params["key"])
        name = request.path_params["name"]
        if not isinstance(program, BrowserProgram) or name not in ("program.json", "weights.bin"):
            return PlainTextResponse("There is no such model.\n", 404)
        if name == "program.json":
            return _answer(program.steps.encode(), KINDS[".json"])
        return _answer(program.weights, "application/octet-stream")

    @cached_property
    def _paths(self) -> dict[str, Path]:
        found = sorted(path for path in FOLDER.rglob("*") if path.suffix in KINDS)
        return {path.relative_to(FOLDER).as_posix(): path for path in found}

    @cached_property
    def _version(self) -> str:
        """12 hexadecimal digits that change with any file."""
        digest = hashlib.sha256()
        for name, path in self._paths.items():
            digest.update(name.encode() + path.read_bytes())
        return digest.hexdigest()[:12]


def _answer(content: bytes, kind: str) -> Response:
    return Response(content, media_type=kind, headers=HEADERS)


live_files = LiveFiles()
