"""What pyproject.toml cannot say: the app and the shipped files go into the wheel.

They lie beside the package here, and as `ganssl/shipped/` inside it where it is
installed; `ganssl.base.assets` finds them in both.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
SHIPPED = ("app.py", "pages", "assets", ".streamlit")


class BuildWithShipped(build_py):
    """Copy what ships beside the modules; an editable install finds it in the checkout."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib) / "ganssl" / "shipped"
        shutil.rmtree(target, ignore_errors=True)
        for name in SHIPPED:
            source = ROOT / name
            if source.is_dir():
                skipped = shutil.ignore_patterns("__pycache__", "secrets.toml")
                shutil.copytree(source, target / name, ignore=skipped)
            else:
                target.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target / name)


setup(cmdclass={"build_py": BuildWithShipped})
