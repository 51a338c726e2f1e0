"""JavaScript of the live face, run by Node.js."""

from __future__ import annotations

import json
import subprocess

from ganssl.ui.face.live_files import FOLDER


def told(file: str, script: str, before: str = "", **values):
    """What a script leaves in `answer`, which may be awaited; `values` are its constants.

    Args:
        file: of the live face, whose names the script knows.
        before: what runs before that file.
    """
    start = (FOLDER / file).read_text(encoding="utf-8")
    names = "".join(f"const {name} = {json.dumps(value)};" for name, value in values.items())
    end = "console.log(JSON.stringify(answer, (_, v) => v instanceof Float32Array ? [...v] : v));"
    program = f"{before};{start};(async () => {{{names}{script};{end}process.exit()}})();"
    command = ["node", "-e", program]
    return json.loads(
        subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
    )
