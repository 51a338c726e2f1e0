"""A set's description for tools: Croissant 1.0 (MLCommons), JSON-LD."""

from __future__ import annotations

import hashlib

from ganssl.synthesis.layout import LABELS, METADATA, SIGMA, SetInfo, columns
from ganssl.synthesis.recipe import Recipe

CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
TERMS = "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html"
TYPES = {"index": "sc:Integer", "seed": "sc:Integer", "sigma": "sc:Float"}
MEANINGS = {
    "file_name": "path of the image below the set's folder",
    "file": "path of the image below the set's folder",
    "label": "class name: the attribute's, or 'not' and the attribute's",
    "index": "number of the face in the set, from 0",
    "seed": "seed of the whole set",
    "sigma": "distance beyond the boundary of the attribute, in σ; positive with the attribute",
    "pair": "number of the pair that the face belongs to, empty without pairs",
    "photo": "row of the photo whose code the face has, empty for drawn codes",
}


def croissant(info: SetInfo, tables: dict[str, bytes]) -> dict:
    """JSON-LD of a set.

    Args:
        tables: content of `labels.csv` and `metadata.csv`, for their checksums.
    """
    recipe = info.recipe
    shares = "with labels of" if recipe.also else "half of them with the attribute"
    first, *fields = columns(recipe)
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "@id": f"ganssl-set-{info.id}",
        "name": f"ganssl-{recipe.attribute}-{info.id}",
        "description": (
            f"{recipe.count:,} AI-generated faces, {shares} {recipe.title} as "
            f"CelebA's annotators perceive it; set {info.id} of model {info.model_name} "
            f"({info.model}). See DATASHEET.md."
        ),
        "license": TERMS,
        "url": TERMS,
        "version": "1.0.0",
        "citeAs": "Liu et al., Deep Learning Face Attributes in the Wild, ICCV 2015 (CelebA)",
        "creator": {"@type": "sc:Organization", "name": info.software},
        "distribution": [*(_table(name, data) for name, data in tables.items()), _images(info)],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": "faces",
                "name": "faces",
                "description": "one row for each face",
                "key": {"@id": f"faces/{first}"},
                "field": [_column(name, recipe) for name in (first, *fields)],
            }
        ],
    }


def _table(name: str, data: bytes) -> dict:
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "encodingFormat": "text/csv",
        "sha256": hashlib.sha256(data).hexdigest(),
        "description": data.partition(b"\n")[0].decode()
        if name == LABELS
        else "all that is known of each face",
    }


def _images(info: SetInfo) -> dict:
    tar = info.layout == "webdataset"
    return {
        "@type": "cr:FileSet",
        "@id": "shards" if tar else "images",
        "name": "shards" if tar else "images",
        "encodingFormat": "application/x-tar" if tar else "image/png",
        "includes": "shards/*.tar" if tar else "images/*/*.png",
        "description": "WebDataset shards" if tar else "one folder for each class",
    }


def _column(name: str, recipe: Recipe) -> dict:
    meaning = MEANINGS.get(name, "side of this attribute's boundary: 1 present, 0 absent")
    kind = TYPES.get(name, "sc:Text")
    if name in recipe.attributes and recipe.also:
        kind = "sc:Integer"
    elif name.removesuffix(SIGMA) in recipe.attributes:
        kind, meaning = "sc:Float", "distance beyond the boundary of this attribute, in σ"
    return {
        "@type": "cr:Field",
        "@id": f"faces/{name}",
        "name": name,
        "description": meaning,
        "dataType": kind,
        "source": {"fileObject": {"@id": METADATA}, "extract": {"column": name}},
    }
