"""scikit-learn's random forest, kept as plain arrays of its trees."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ganssl.classifier.heads.head import CurvePoint, Fit, Head, learnt, require_shapes
from ganssl.errors import UserError
from ganssl.metrics.probability import cross_entropy

LEAF = -1
TREES_AT_A_TIME = 20
CHUNK = 2048
ROWS_PER_TREE = 10_000
DEEPEST = 500
"""Levels of a tree from a file; every level takes a step of its own."""


@dataclass(eq=False)
class ForestHead:
    """A random forest (Breiman 2001); the score is the mean of the trees' leaf shares.

    Each tree sees a bootstrap draw of at most 10,000 faces.

    Attributes:
        trees: how many.
        smallest_leaf: faces in a leaf at the least.
        arrays: once fitted, all trees' nodes in one row each, `[m]`:
            `left`, `right` (int32, -1 in a leaf), `feature` (int32), `cut`
            (float64, left when the value is not above it) and `share`
            (float32, of positives), and `roots` int32 `[trees]`.
    """

    kind: str = "forest"
    trees: int = 200
    smallest_leaf: int = 3
    arrays: dict[str, np.ndarray] | None = None
    curve: list[CurvePoint] = field(default_factory=list)

    def fit(self, features: np.ndarray, labels: np.ndarray, fit: Fit | None = None) -> Head:
        from sklearn.ensemble import RandomForestClassifier

        fit = fit or Fit()
        forest = RandomForestClassifier(
            min_samples_leaf=self.smallest_leaf,
            max_samples=min(1.0, ROWS_PER_TREE / len(features)),
            random_state=fit.seed,
            warm_start=True,
        )
        for count in range(TREES_AT_A_TIME, self.trees + TREES_AT_A_TIME, TREES_AT_A_TIME):
            forest.n_estimators = min(count, self.trees)
            forest.fit(features, labels, sample_weight=fit.weights)
            self.arrays = _arrays([tree.tree_ for tree in forest.estimators_])
            some = slice(None, None, -(-len(features) // CHUNK))  # a loss on enough of them
            weights = None if fit.weights is None else fit.weights[some]
            loss = cross_entropy(labels[some], self.scores(features[some]), weights)
            self.curve.append(fit.point(self, forest.n_estimators, self.trees, loss))
        return self

    def scores(self, features: np.ndarray) -> np.ndarray:
        chunks = [features[i : i + CHUNK] for i in range(0, len(features), CHUNK)]
        return np.concatenate([np.empty(0, np.float32), *map(self._chunk_scores, chunks)])

    def _chunk_scores(self, features: np.ndarray) -> np.ndarray:
        left, right, feature, cut, share, roots = (learnt(self.arrays)[name] for name in FIELDS)
        features = np.asarray(features, np.float32)
        row = np.arange(len(features))[:, None]
        node = np.broadcast_to(roots, (len(features), len(roots)))  # (n, trees)
        while (inside := left[node] != LEAF).any():
            goes_left = features[row, feature[node]] <= cut[node]
            node = np.where(inside, np.where(goes_left, left[node], right[node]), node)
        return share[node].mean(axis=1, dtype=np.float64).astype(np.float32)

    def to_arrays(self) -> dict[str, np.ndarray]:
        return learnt(self.arrays)

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray], size: int) -> ForestHead:
        nodes, trees = (np.size(arrays.get(name, ())) for name in ("left", "roots"))
        shapes: dict[str, tuple[int, ...]] = {name: (nodes,) for name in FIELDS[:-1]}
        require_shapes(arrays, shapes | {"roots": (trees,)})
        left, right, feature, _, _, roots = (arrays[name] for name in FIELDS)
        inner = left != LEAF
        here = np.arange(nodes)
        whole = all(np.issubdtype(a.dtype, np.integer) for a in (left, right, feature, roots))
        if not (
            whole
            and trees
            and np.all((left > here) == inner)  # children come later: no endless descent
            and np.all((right > here) == inner)
            and np.all((right != LEAF) == inner)  # a leaf has none on either side
            and np.all((left < nodes) & (right < nodes))
            and np.all((feature >= 0) & (feature < size))
            and np.all((roots >= 0) & (roots < nodes))
        ):
            raise UserError("The trees of the forest do not hang together.")
        if _depth(left, right, roots) > DEEPEST:
            raise UserError(f"The trees of the forest are deeper than {DEEPEST} levels.")
        return cls(trees=trees, arrays=arrays)


def _depth(left: np.ndarray, right: np.ndarray, roots: np.ndarray) -> int:
    """Levels of the deepest tree, counted up to one more than `DEEPEST`."""
    level, depth = np.unique(roots), 0
    while len(level) and depth <= DEEPEST:
        depth += 1
        children = np.concatenate([left[level], right[level]])
        level = np.unique(children[children != LEAF])
    return depth


FIELDS = ("left", "right", "feature", "cut", "share", "roots")


def _arrays(trees: list) -> dict[str, np.ndarray]:
    """Lay the nodes of scikit-learn's trees end to end."""
    counts = [tree.node_count for tree in trees]
    roots = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int32)

    def children(name: str) -> np.ndarray:
        parts = [
            np.where(nodes == LEAF, LEAF, nodes + root)
            for nodes, root in zip((getattr(tree, name) for tree in trees), roots, strict=True)
        ]
        return np.concatenate(parts).astype(np.int32)

    shares = [tree.value[:, 0, 1] / tree.value[:, 0].sum(axis=1) for tree in trees]
    return {
        "left": children("children_left"),
        "right": children("children_right"),
        "feature": np.concatenate([np.maximum(tree.feature, 0) for tree in trees]).astype(np.int32),
        "cut": np.concatenate([tree.threshold for tree in trees]),
        "share": np.concatenate(shares).astype(np.float32),
        "roots": roots,
    }
