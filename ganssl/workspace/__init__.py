"""A folder that keeps what took time: sets, classifiers, judgements, sliders, labels, sequences."""

from ganssl.workspace.compare import compare_runs as compare_runs
from ganssl.workspace.run import Run as Run
from ganssl.workspace.workspace import Workspace as Workspace
from ganssl.workspace.workspace import open_workspace as open_workspace
