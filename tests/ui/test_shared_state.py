"""What all visitors of a server share, counted from the source: nothing may join it unnoticed.

A thing that outlives a visit must follow from its key alone, or be handed only to the visitor
whom it belongs to. Each stands here with the reason; a new one is added with its own, and with a
test of two visitors in `tests/pages/test_two_visitors.py` or beside what it belongs to.
"""

from __future__ import annotations

import ast

from tests.test_structure import files

CACHES = {"cache_data", "cache_resource", "lru_cache", "cache"}
MUTABLE = {"dict", "list", "set", "deque", "OrderedDict", "defaultdict", "OnceMade",
           "WeakKeyDictionary", "WeakValueDictionary", "WeakSet", "Downloads",
           "Leaving", "LiveFiles"}  # fmt: skip

SHARED = {
    # kept by the model with its directions, and all else that the result follows from
    "ganssl.ui.explore.gallery._gallery": "the model's key",
    "ganssl.ui.explore.gallery._kept_thumbnail": "the model's key and the face's state",
    "ganssl.ui.face.gallery._kept_grid": "the model's key and the face's state",
    "ganssl.ui.face.session._picture": "the model's key and the face's state; photos not at all",
    "ganssl.ui.how_it_works.judging._SCORES": "the model's key",
    "ganssl.ui.how_it_works.limits._EFFECTS": "the model's key",
    "ganssl.ui.how_it_works.limits._FACES": "the model's key, the attribute and the step",
    "ganssl.ui.how_it_works.ready._begun": "keys of models",
    "ganssl.ui.latent_space.faces._laboratory": "the key of a model with nobody's directions",
    "ganssl.ui.shared.set_making._preview": "the model's key, the directions and the recipe",
    "ganssl.ui.synthesize.made_sets._sample": "the set's id, which changes with its content",
    "ganssl.directions.holding._kept": "the set of directions itself",
    "ganssl.directions.readings._inverse": "the numbers themselves",
    # of the bare networks, in which no visitor has a part
    "ganssl.ui.face.live.base_codes": "the key of the networks, and seeds",
    "ganssl.ui.face.live_files.live_files": "the key of the networks",
    "ganssl.ui.how_it_works.faces._CROWDS": "the key of the networks",
    "ganssl.ui.how_it_works.networks._FACES": "the key of the networks",
    "ganssl.ui.how_it_works.networks._SPARES": "networks nobody has; each goes to one visitor",
    "ganssl.ui.latent_space.faces._generated": "the key of the networks",
    "ganssl.ui.shared.extractors._installed": "the key of the networks",
    "ganssl.ui.explore.ready._first_face": "nothing is kept; the default model is the server's",
    "ganssl.ui.shared.model._load_model": "the path of a model of the server",
    "ganssl.ui.shared.model.readout": "the size of faces",
    "ganssl.models.graph_trial._passed": "the content of a graph",
    "ganssl.models.naturalness._kept_codes": "the parts of a model that draw, a seed and an index",
    # handed to one visitor alone
    "ganssl.ui.label.work.keeper": "a secret, and the browser that it was made for",
    "ganssl.ui.shared.downloads.downloads": "a secret for each file",
    "ganssl.ui.shared.jobs.all_visits": "a visit is found by its session or its browser's secret",
    "ganssl.ui.shared.leaving.leaving": "a secret for each page",
    "ganssl.ui.shared.visits._open": "the server's visits, to end them when it stops",
    "ganssl.ui.shared.opening._set_of": "a run of the workspace, which all who use it share",
    # of the machine, of sizes and of files
    "ganssl.base.device.fast_precision": "the machine",
    "ganssl.base.progress._left": "the terminal of a command",
    "ganssl.benchmarks.measurement.bare_import": "the machine",
    "ganssl.engines.onnx_runtime._callers": "the priority of the thread that asks",
    "ganssl.features.extractor._vgg_face_network": "the file of weights",
    "ganssl.features.on_ray._extractor": "the file of weights, in a worker of its own",
    "ganssl.photos.cascade._network": "a name",
    "ganssl.photos.cascade._parts": "two numbers",
    "ganssl.photos.colour._transform": "the bytes of a colour profile",
    "ganssl.reproduce_2017.article_net.article_net": "sizes",
    "ganssl.synthesis.ray_engine._model": "the folder of a model, in a worker of its own",
    "ganssl.synthesis.reader._members": "the path of a file and its version",
}


def found() -> set[str]:
    """Functions whose results are kept, and things of a module that can change."""
    names = set()
    for module, path in files().items():
        if module.startswith("pages."):  # run anew at every look, from the first line on
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                if any(_called(mark) in CACHES for mark in node.decorator_list):
                    names.add(f"{module}.{node.name}")
            elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for target in targets:
                    pairs = [(target, node.value)]
                    if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                        pairs = list(zip(target.elts, node.value.elts, strict=True))
                    names |= {f"{module}.{ast.unparse(t)}" for t, v in pairs if _may_change(v)}
    return {name for name in names if not name.endswith(".__all__")}


def _called(node: ast.expr) -> str:
    """The last part of the name of what is called, or of the name itself."""
    return ast.unparse(node.func if isinstance(node, ast.Call) else node).rpartition(".")[2]


def _may_change(value: ast.expr) -> bool:
    """Whether it is an empty container, or one that is made by a call."""
    if isinstance(value, (ast.Dict, ast.List, ast.Set)):
        return not ast.unparse(value).strip("{}[]")
    return isinstance(value, ast.Call) and _called(value) in MUTABLE and not value.keywords


def test_all_that_outlives_a_visit_is_known_with_its_reason():
    new = sorted(found() - set(SHARED))
    assert not new, f"{new}: what do all visitors share here, and what is the key?"
    gone = sorted(set(SHARED) - found())
    assert not gone, f"{gone} are no longer there"
