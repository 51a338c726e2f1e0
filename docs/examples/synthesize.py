"""Synthesize: a labelled, balanced set of generated faces from a few settings.

Run it as it is, or cell by cell in an editor that knows `# %%`. The set is
written to `set/` in the folder that it runs in; run it again and nothing is made twice.
"""

# %% What the set depends on: the recipe and the model, and nothing else
import numpy as np
from PIL import Image

import ganssl

model = ganssl.load_model()
recipe = ganssl.Recipe(
    "Smiling",
    count=200,
    seed=1,
    balance_over=("Male",),  # both classes get as many men as women
)
print(recipe.to_json())

# %% Make it; a call that was stopped goes on where it was
summary = ganssl.synthesize(model, recipe, "set")
print(f"{summary.written} faces at {summary.rate:.0f} a second, set {summary.id}")

# %% Read it back: labels at once, faces as they are needed
faces = ganssl.read_set("set")
print(len(faces), "faces,", int(faces.labels.sum()), "of them", faces.attribute.classes[1])
first = faces.faces(range(16))  # uint8 [16, 64, 64, 3]
Image.fromarray(np.vstack([np.hstack(first[:8]), np.hstack(first[8:])])).save("first.png")

# %% How clear a label is: its distance beyond the boundary, in σ
for answer, name in enumerate(faces.attribute.classes):
    print(f"{name}: median {np.median(faces.scores[faces.labels == answer]):+.2f} σ")
