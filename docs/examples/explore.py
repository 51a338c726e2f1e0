"""Explore: a face from a seed, edits along attribute directions, a filmstrip, a saved face.

Run it as it is, or cell by cell in an editor that knows `# %%`. Pictures are
written to the folder that it runs in.
"""

# %% The model that ships, and the attributes that it offers
from pathlib import Path

import numpy as np
from PIL import Image

import ganssl

model = ganssl.load_model()
print(f"{model.name} {model.id} on {model.device}")
print("sliders:", ", ".join(model.directions.sliders))

# %% One face, and the same face two σ further towards Smiling while Male is held
state = ganssl.FaceState(seed=7, edits={"Smiling": 2.0}, locked=("Male",))
before = ganssl.render(model, state.unedited()).pixels  # uint8 [s, s, 3]
after = ganssl.render(model, state).pixels
Image.fromarray(np.hstack([before, after])).save("smiling.png")

# %% One attribute from -3 to 3 σ, the other edits as they are
strip = ganssl.filmstrip(model, state, "Young")  # uint8 [7, s, s, 3]
Image.fromarray(np.hstack(strip)).save("young.png")

# %% Many codes under one edit
codes = model.sample(8, seed=0, truncation=0.8)  # float32 [8, d]
smiling = ganssl.edit_codes(
    codes, {"Smiling": 2.0}, model.directions, model.covariance, locked=["Male"]
)
rows = [np.hstack(model.decode(rows)) for rows in (codes, smiling)]
Image.fromarray(np.vstack(rows)).save("eight.png")

# %% What is kept of a face: a small file that the page and `generate --state` open, too
bound = state.check(model.id, model.directions.sliders)
Path("face.json").write_text(bound.to_json(), encoding="utf-8")
again = ganssl.FaceState.from_json(Path("face.json").read_text(encoding="utf-8"))
assert np.array_equal(ganssl.render(model, again).pixels, after)
