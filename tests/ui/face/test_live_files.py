"""The routes of the live face: what they send, to whom, and for how long."""

from __future__ import annotations

import json

import pytest

from ganssl.errors import UserError
from ganssl.models.browser_program import address_part
from ganssl.ui.face.live_files import FOLDER, SWITCH, LiveFiles
from tests.helpers.routes import get
from tests.helpers.small_model import small_model


@pytest.fixture(scope="module")
def model():
    return small_model()


@pytest.mark.slow
def test_a_model_is_sent_as_program_and_weights_that_are_kept_for_good(model):
    files = LiveFiles()
    assert not files.served, "there is no server yet"
    routes = files.routes("")
    address = files.offer(model)
    program = get(routes, f"/{address}/program.json")
    weights = get(routes, f"/{address}/weights.bin")
    assert program.status == weights.status == 200
    assert json.loads(program.body)["weights"] == len(weights.body)
    for answer in (program, weights):
        assert "immutable" in answer.headers["cache-control"]
    assert model.faces_key in address
    assert get(routes, f"/{address}/generator.npz").status == 404
    assert get(routes, f"/{address.replace(model.faces_key, 'f' * 12)}/weights.bin").status == 404


def test_files_of_another_version_and_files_beside_are_not_sent():
    files = LiveFiles()
    routes = files.routes("")
    worker = get(routes, f"/{files.files}/worker.js")
    assert worker.body == (FOLDER / "worker.js").read_bytes()
    assert worker.headers["content-type"].startswith("text/javascript")
    wasm = get(routes, f"/{files.files}/engine.wasm")
    assert wasm.headers["content-type"] == "application/wasm"
    assert get(routes, "/live/files/000000000000/worker.js").status == 404
    for name in ("../live.py", "build.sh", "engine.c", "/etc/passwd"):
        assert get(routes, f"/{files.files}/{name}").status == 404


@pytest.mark.slow
def test_addresses_stand_under_the_base_path(model):
    files = LiveFiles()
    routes = files.routes("/studio/")
    assert files.base == "/studio"
    address = files.offer(model)
    assert get(routes, f"/studio/{address}/program.json").status == 200
    assert get(routes, f"/{address}/program.json").status == 404


def offered(setting: str, model, monkeypatch) -> bool:
    """Whether a server with this setting sends the model; the refusal names the setting."""
    monkeypatch.setenv(SWITCH, setting)
    files = LiveFiles()
    routes = files.routes("")
    address = f"live/model/{address_part(model.faces_key)}"
    try:
        assert files.offer(model) == address
    except UserError as error:
        assert SWITCH in str(error) and model.name in str(error)
        assert get(routes, f"/{address}/weights.bin").status == 404
        return False
    assert get(routes, f"/{address}/weights.bin").status == 200
    return True


@pytest.mark.slow
def test_weights_stay_on_the_server_where_it_is_told_so(model, monkeypatch):
    assert offered("", model, monkeypatch) and offered("1", model, monkeypatch)
    assert not offered("0", model, monkeypatch)
    assert offered(f"another, {model.name}", model, monkeypatch)
    assert not offered("another", model, monkeypatch)


def test_a_model_that_is_no_program_is_refused_with_the_reason_each_time():
    class Foreign:
        faces_key, name = "0123456789ab", "a graph"

    files = LiveFiles()
    routes = files.routes("")
    for _ in range(2):
        with pytest.raises(UserError, match="a graph has no"):
            files.offer(Foreign())
    path = f"/live/model/{address_part(Foreign.faces_key)}/program.json"
    assert get(routes, path).status == 404
