"""Own labels: from a folder of photos and a label file to a slider of your own.

Run it as it is, or cell by cell in an editor that knows `# %%`. So that it runs
anywhere, generated faces stand in for the photos, and which of them show long
hair is decided by a coin: the slider of such labels is found to be worth nothing.
"""

# %% Photos; yours would be a folder of any photos that each show a face
import csv
from pathlib import Path

import numpy as np

import ganssl
from ganssl.fitting.few_labels import encode_any_photos, few_label_warnings, fit_few_labels

model = ganssl.load_model()
ganssl.synthesize(model, ganssl.Recipe("Smiling", count=60, seed=3, size=model.size), "photos")

# %% A label file: `file`, and one column for each question. The page *Label* writes it, too
names = ganssl.read_photos("photos").names
coin = np.random.default_rng(0).integers(0, 2, len(names))
with Path("labels.csv").open("w", newline="", encoding="utf-8") as file:
    csv.writer(file).writerows([("file", "Long hair"), *zip(names, coin, strict=True)])

# %% Align and encode them, as is done with every upload
question = ganssl.Attribute("Long hair")
photos = ganssl.read_photos("photos", "labels.csv", question)
aligned = encode_any_photos(model, photos)
for warning in (*aligned.warnings, *few_label_warnings(question, photos.column("Long hair"))):
    print("note:", warning)

# %% The direction, and how far it can be trusted: 0.5 is a coin
directions = fit_few_labels(model, aligned.encoded)
direction = directions.get("long hair")
print(f"AUC {direction.auc:.2f} by cross-validation, {direction.labels_used} labels")

# %% Use it like any other, or keep it for `generate --directions` and the page
directions.save("directions.npz")
mine = model.with_directions(model.directions.extended(directions))
face = ganssl.render(mine, ganssl.FaceState(seed=7, edits={"Long hair": 2.0}))
print(face.pixels.shape, "made in", round(face.milliseconds), "ms")
