"""Train and judge: a classifier from generated faces alone, judged on labelled photos.

Run it as it is, or cell by cell in an editor that knows `# %%`. So that it runs
anywhere, a second set of generated faces stands in for the photos, which makes
the figures far better than photos would: put your own folder and label file in.
"""

# %% A set to learn from
import ganssl

model = ganssl.load_model()
ganssl.synthesize(model, ganssl.Recipe("Smiling", count=200, seed=1), "set")
faces = ganssl.read_set("set")

# %% Features, and a head on them
extractor = ganssl.get_extractor()  # the face network that ships
classifier = ganssl.train_on_set(faces, extractor)
ganssl.save_classifier(classifier, "classifier")
print("learnt from", classifier.metrics["trained_on"], "faces")

# %% Labelled photos; yours would be `read_photos("photos", "labels.csv", faces.attribute)`
ganssl.synthesize(model, ganssl.Recipe("Smiling", count=60, seed=2, size=model.size), "photos")
photos = ganssl.read_photos("photos", "photos/labels.csv", faces.attribute)

# %% How good it is
found = ganssl.judge_photos(classifier, extractor, photos)
print(found.judgement.verdict)
print(f"accuracy {found.judgement.accuracy:.3f}, majority {found.judgement.majority_baseline:.3f}")

# %% And beside it what else could be done with ten of the labels of each class
prepared = ganssl.prepare_photos(
    photos, classifier.source.preprocess, model_preprocess=model.preprocess
)
compared = ganssl.compare_methods(
    classifier, extractor, prepared, ganssl.Judging(few_per_class=10, seed=0), model=model
)
for row in compared.table:
    print(f"{row['method']:<28}{row['accuracy']:.3f}")
