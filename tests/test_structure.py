"""The house: which room may know which, read from the imports, those inside functions too."""

from __future__ import annotations

import ast
import builtins
import re
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from ganssl import errors

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
SHORT = 100
"""Letters of a function that may stand twice: a line that calls another."""

ROOMS = (
    "ganssl",  # the files directly in it
    "ganssl.base",
    "ganssl.metrics",
    "ganssl.engines",
    "ganssl.photos",
    "ganssl.directions",
    "ganssl.models",
    "ganssl.features",
    "ganssl.fitting",
    "ganssl.face",
    "ganssl.synthesis",
    "ganssl.laboratory",
    "ganssl.labelling",
    "ganssl.training",
    "ganssl.classifier",
    "ganssl.judgement",
    "ganssl.workspace",
    "ganssl.experiments",
    "ganssl.reproduce_2017",
    "ganssl.benchmarks",
    "ganssl.commands",
    "ganssl.__main__",
    "ganssl.ui.shared",
    "ganssl.ui",
    "ganssl.ui.face",
    "ganssl.ui.explore",
    "ganssl.ui.your_photo",
    "ganssl.ui.latent_space",
    "ganssl.ui.synthesize",
    "ganssl.ui.label",
    "ganssl.ui.train_and_evaluate",
    "ganssl.ui.your_runs",
    "ganssl.ui.how_it_works",
    "pages",
    "app",
)
"""A file imports from its own room and from rooms that stand before it, and from no other."""

MOST_PARAMETERS = 7

EVERY_PAGE = ("ganssl.ui.shared", "ganssl.ui.face")


@cache
def files() -> dict[str, Path]:
    """Every module of library and app by its dotted name."""
    paths = [*(ROOT / "ganssl").rglob("*.py"), *(ROOT / "pages").rglob("*.py"), ROOT / "app.py"]
    names = {path: path.relative_to(ROOT).with_suffix("").parts for path in paths}
    return {".".join(parts).removesuffix(".__init__"): path for path, parts in names.items()}


@cache
def nodes(path: Path) -> list[ast.AST]:
    """All of a file's syntax."""
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@cache
def imported_by(path: Path) -> set[str]:
    return imported(nodes(path))


def imported(nodes: Iterable[ast.AST]) -> set[str]:
    """Dotted names that a file imports anywhere in it: `a.b.c` for `from a.b import c` as well."""
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"a relative import of {node.module}"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@cache
def arrows() -> dict[str, set[str]]:
    """The modules of this project that each module imports."""
    return {
        name: {
            target
            for found in imported_by(path)
            for target in (found, found.rpartition(".")[0])
            if target in files() and not (target != found and found in files())
        }
        for name, path in files().items()
    }


def room(module: str) -> str:
    """The innermost room of a module: that of `ganssl.ui.face.view` is `ganssl.ui.face`."""
    return max((r for r in ROOMS if f"{module}.".startswith(f"{r}.")), key=len)


def test_imports_are_found_wherever_they_stand():
    source = "import a.b\nif x:\n    from c import d, e\ndef f():\n    from g.h import i as j\n"
    assert imported(ast.walk(ast.parse(source))) == {"a.b", "c.d", "c.e", "g.h.i"}
    assert len(files()) > 200 and "ganssl.models.bundle" in arrows()["ganssl.models.catalogue"]
    assert room("ganssl.errors") == "ganssl" and room("ganssl.ui.face.view") == "ganssl.ui.face"


def test_every_folder_is_a_room():
    folders = {name for name, path in files().items() if path.name == "__init__.py"}
    inner = {"ganssl.classifier.heads"}
    assert folders - inner <= set(ROOMS)
    assert {room(name) for name in files()} == set(ROOMS)


def test_arrows_run_one_way():
    up = [
        f"{name} imports {target}"
        for name, targets in arrows().items()
        for target in targets
        if ROOMS.index(room(target)) > ROOMS.index(room(name))
    ]
    assert not up


def test_no_file_stands_in_a_circle():
    try:
        TopologicalSorter(arrows()).prepare()
    except CycleError as circle:
        pytest.fail(" imports ".join(reversed(circle.args[1])))


def test_only_the_drawing_code_imports_streamlit():
    for name, path in files().items():
        if not name.startswith(("ganssl.ui", "pages", "app")):
            packages = {i.partition(".")[0] for i in imported_by(path)}
            assert "streamlit" not in packages, f"{name} imports streamlit"
            drawing = {t for t in arrows()[name] if t.startswith("ganssl.ui")}
            assert not drawing, f"{name} imports {drawing}"


def test_a_page_draws_from_its_own_folder_and_from_what_pages_share():
    for name, targets in arrows().items():
        if room(name) == "pages":
            own = f"ganssl.ui.{name.removeprefix('pages.')}"
            drawing = {room(t) for t in targets if t.startswith("ganssl.ui")}
            assert drawing <= {own, *EVERY_PAGE}, f"{name} imports {drawing}"


def test_folders_of_pages_do_not_import_each_other():
    for name, targets in arrows().items():
        if room(name).startswith("ganssl.ui."):
            drawing = {room(t) for t in targets if t.startswith("ganssl.ui")}
            assert drawing <= {room(name), *EVERY_PAGE}, f"{name} imports {drawing}"


def test_the_library_does_not_know_the_app():
    for name, targets in arrows().items():
        if name.startswith("ganssl"):
            assert not {t for t in targets if room(t) in ("pages", "app")}, name


def test_tests_mirror_the_library():
    tests = ROOT / "tests"
    folders = {p.parent.relative_to(tests).as_posix() for p in tests.rglob("*.py")}
    mirrored = {r.removeprefix("ganssl.") for r in ROOMS} | {".", "helpers", "fuzz"}
    assert {folder.replace("/", ".") for folder in folders} <= mirrored
    misplaced = [p for p in (tests / "helpers").iterdir() if p.name.startswith("test_")]
    assert not misplaced


def test_the_command_line_starts_without_streamlit_and_keras():
    code = (
        "import sys; from ganssl.__main__ import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print([n for n in ('streamlit', 'keras', 'tensorflow') if n in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", cwd=ROOT
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip().endswith("[]")


def leaves_the_encoding_open(node: ast.AST) -> bool:
    """Whether a call reads or writes text as the machine likes: UTF-8 here, another elsewhere."""
    if not isinstance(node, ast.Call):
        return False
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    if "encoding" in given:
        return False
    owner, _, name = ast.unparse(node.func).rpartition(".")
    if name in ("run", "Popen", "check_output"):
        return "text" in given
    if name == "open" and owner not in ("", "tarfile"):
        modes = [v for v in (*node.args[:1], given.get("mode")) if isinstance(v, ast.Constant)]
        return any(re.fullmatch(r"[rwax]\+?t?", str(mode.value)) for mode in modes)
    return name in ("read_text", "write_text")


def test_text_is_read_and_written_as_utf_8():
    """What ruff's PLW1514 cannot see: a path whose type it does not know, another program."""
    for call in ("p.read_text()", 'p.open("w")', 'p.open(mode="r+")', "run(c, text=True)"):
        assert leaves_the_encoding_open(ast.parse(call).body[0].value), call
        told = call.removesuffix(")") + ', encoding="utf-8")'
        assert not leaves_the_encoding_open(ast.parse(told.replace("(, ", "(")).body[0].value)
    assert not leaves_the_encoding_open(ast.parse('p.open("rb")').body[0].value)
    bare = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (*files().values(), *(ROOT / "tests").rglob("*.py"), *DOCS.rglob("*.py"))
        for node in nodes(path)
        if leaves_the_encoding_open(node)
    ]
    assert not bare


FOR_OTHERS = {"load_heads", "parse", "read_label_csv"}
"""Of the library, for those who call it; the program itself does without."""

CALLED_BY = {
    "compute_output_shape": "keras",
    "find_class": "pickle",
    "persistent_load": "pickle",
}
"""Methods that a package calls by their name."""


def defined(tree: ast.Module) -> set[str]:
    """The names of a module's functions, classes, methods and constants."""
    bodies = [tree.body, *(node.body for node in tree.body if isinstance(node, ast.ClassDef))]
    functions = {n.name for body in bodies for n in body if isinstance(n, DEFINITIONS)}
    targets: list[ast.expr] = []
    for node in tree.body:
        targets += node.targets if isinstance(node, ast.Assign) else []
        targets += [node.target] if isinstance(node, ast.AnnAssign) else []
    return functions | {target.id for target in targets if isinstance(target, ast.Name)}


def used(tree: Iterable[ast.AST]) -> set[str]:
    """All names that are read somewhere in a piece of syntax."""
    return {
        node.id if isinstance(node, ast.Name) else node.attr
        for node in tree
        if isinstance(node, ast.Attribute)
        or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
    }


def test_nothing_is_dead():
    """A name that only tests read is nobody's."""
    source = "A = 1\nB: int = A\nclass C:\n def f(self): return C().f()\ndef g(): h = g\n"
    tree = ast.parse(source)
    assert defined(tree) == {"A", "B", "C", "f", "g"} and used(ast.walk(tree)) == {"int", *"ACfg"}
    read = set().union(*(used(nodes(p)) for p in (*files().values(), *DOCS.rglob("*.py"))))
    dead = {
        f"{module}.{name}"
        for module, path in files().items()
        for name in defined(nodes(path)[0])
        if name not in read | FOR_OTHERS | set(CALLED_BY) and not name.startswith("__")
    }
    assert not dead


def test_no_function_is_written_twice():
    found: dict[str, list[str]] = {}
    for module, path in files().items():
        for node in nodes(path):
            if isinstance(node, ast.FunctionDef):
                said = ast.get_docstring(node) is not None
                body = "\n".join(ast.unparse(statement) for statement in node.body[said:])
                if len(body) > SHORT:
                    found.setdefault(body, []).append(f"{module}.{node.name}")
    assert not [places for places in found.values() if len(places) > 1]


def errors_of(handler: ast.ExceptHandler) -> list[type[BaseException]]:
    """The exceptions of an `except` that can be told by their names."""
    kind = handler.type
    names = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    known = {**vars(builtins), **vars(errors)}
    found = [known.get(ast.unparse(name)) for name in names if name is not None]
    return [one for one in found if isinstance(one, type)]


def hidden_handlers(tree: Iterable[ast.AST]) -> list[int]:
    """Lines of an `except` whose every exception an earlier one of the same `try` takes."""
    lines = []
    for node in tree:
        before: tuple[type[BaseException], ...] = ()
        for handler in node.handlers if isinstance(node, ast.Try) else ():
            kinds = errors_of(handler)
            if kinds and all(issubclass(kind, before) for kind in kinds):
                lines.append(handler.lineno)
            before += tuple(kinds)
    return lines


def test_no_except_is_unreachable():
    source = "try: f()\nexcept {}: a\nexcept {}: b\n"
    for kinds in (("ValueError", "UserError"), ("OSError", "(DiskFull, FileNotFoundError)")):
        assert hidden_handlers(ast.walk(ast.parse(source.format(*kinds)))) == [3]
        assert not hidden_handlers(ast.walk(ast.parse(source.format(*reversed(kinds)))))
    hidden = [
        f"{name}:{line}" for name, path in files().items() for line in hidden_handlers(nodes(path))
    ]
    assert not hidden


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many parameters a caller can give."""
    names = function.args.posonlyargs + function.args.args + function.args.kwonlyargs
    return len(names) - (bool(names) and names[0].arg in ("self", "cls"))


def wide_functions(tree: ast.AST, place: str) -> dict[str, int]:
    """Functions below a piece of syntax with more than `MOST_PARAMETERS`, by dotted name."""
    found = {}
    for node in ast.iter_child_nodes(tree):
        named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        here = f"{place}.{node.name}" if named else place
        function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if function and parameters(node) > MOST_PARAMETERS:
            found[here] = parameters(node)
        found |= wide_functions(node, here)
    return found


def test_functions_have_few_parameters():
    source = "class A:\n def f(self, a, b, c, d, /, e, f=1, *g, h, **i): pass\n"
    assert wide_functions(ast.parse(source), "m") == {}
    assert wide_functions(ast.parse(source.replace("h,", "h, j,")), "m") == {"m.A.f": 8}
    found = {}
    for name, path in files().items():
        found |= wide_functions(nodes(path)[0], name)
    assert not found, "options belong together in a dataclass"


def test_every_shared_cache_of_something_of_a_model_has_its_key():
    """Streamlit ignores `_model` and its like in a cache, so the first argument must be a `key`."""
    found = {}
    for name, path in files().items():
        for node in nodes(path):
            if isinstance(node, ast.FunctionDef) and any(
                "st.cache_" in ast.unparse(decorator) for decorator in node.decorator_list
            ):
                arguments = [argument.arg for argument in node.args.args]
                if any(argument.startswith("_") for argument in arguments):
                    found[f"{name}.{node.name}"] = arguments[0]
    sets = {"ganssl.ui.synthesize.made_sets._sample"}  # a set's id follows from all that made it
    assert len(found) > 4 and {found[name] for name in found.keys() - sets} == {"key"}
