"""The pipeline of a 2017 article, rebuilt with its defects, which are then mended one by one.

switches    the eleven defects by name
material    faces, photos and labels that every configuration shares
pipeline    one configuration: from faces to a judgement
article_net the article's classifier and its training
mends       orders, seeds, intervals: the whole study
figures     waterfall charts
"""

from ganssl.reproduce_2017.material import Material, read_material
from ganssl.reproduce_2017.mends import ORDERS, run_study
from ganssl.reproduce_2017.pipeline import run_pipeline
from ganssl.reproduce_2017.switches import DEFECTS, Defect, Switches

__all__ = [
    "DEFECTS",
    "ORDERS",
    "Defect",
    "Material",
    "Switches",
    "read_material",
    "run_pipeline",
    "run_study",
]
