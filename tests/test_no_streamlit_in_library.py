"""`ganssl` is a library for notebooks: only its drawing code may need streamlit."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def imported_names(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def test_only_the_drawing_code_imports_streamlit():
    library = [p for p in (ROOT / "ganssl").rglob("*.py") if "ui" not in p.parts[-2:-1]]
    assert len(library) > 30
    for path in library:
        for name in imported_names(path):
            assert name.partition(".")[0] != "streamlit", f"{path} imports streamlit"
            assert not name.startswith("ganssl.ui"), f"{path} imports the drawing code"


def test_the_command_line_starts_without_streamlit_and_keras():
    code = (
        "import sys; from ganssl.__main__ import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print([n for n in ('streamlit', 'keras', 'tensorflow') if n in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip().endswith("[]")
