#!/usr/bin/env python3
"""Writes consolidation.json: what an independent version of the pooled-prior model makes of simulated crowds.

Command: python3 Tests/Golden/make-consolidation.py FOLDER     (needs: pip install numpy)

FOLDER holds the simulated crowds (…/consolidation/classification). Written from the formulas of the model, with arrays
and not with loops over answers: Dawid and Skene's rounds with a prior shaped by all workers together.
"""

import csv
import json
import pathlib
import sys

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
ROUNDS, SHOWN = 50, 60
POOL, POOL_FLOOR, DIAGONAL, ELSEWHERE, FLOOR = 5.0, 1e-3, 0.1, 0.0333, 1e-10


def learn(truth, items, workers, labels, count, classes):
    """The logarithms of the classes' shares and of every worker's confusions."""
    counts = np.zeros((count, classes, classes))
    np.add.at(counts, (workers, slice(None), labels), truth[items])
    pool = POOL_FLOOR + counts.sum(axis=0)
    pool /= pool.sum(axis=1, keepdims=True)
    matrices = counts + POOL * pool + np.where(np.eye(classes) == 1, DIAGONAL, ELSEWHERE)
    matrices = np.maximum(matrices, FLOOR)
    shares = truth.sum(axis=0) + 1
    return np.log(np.maximum(shares / shares.sum(), FLOOR)), np.log(matrices / matrices.sum(axis=2, keepdims=True))


def posteriors(path):
    with open(path, newline="") as file:
        rows = np.array([[int(value) for value in row] for row in list(csv.reader(file))[1:]])
    items, workers, labels = rows.T
    classes, count = labels.max() + 1, workers.max() + 1
    truth = np.zeros((items.max() + 1, classes))
    np.add.at(truth, (items, labels), 1)
    truth /= truth.sum(axis=1, keepdims=True)
    for _ in range(ROUNDS):
        prior, confusions = learn(truth, items, workers, labels, count, classes)
        sums = np.tile(prior, (len(truth), 1))
        np.add.at(sums, items, confusions[workers, :, labels])
        sums -= sums.max(axis=1, keepdims=True)
        truth = np.exp(sums)
        truth /= truth.sum(axis=1, keepdims=True)
    return truth


def main():
    folder = pathlib.Path(sys.argv[1])
    sets = {path.name.removesuffix(".annotations.csv"): posteriors(path)[:SHOWN].tolist()
            for path in sorted(folder.glob("sim_*.annotations.csv"))}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(values)}" for name, values in sets.items())
    (HERE / "consolidation.json").write_text(
        f'{{"madeBy": "python3 Tests/Golden/make-consolidation.py", "numpy": "{np.__version__}", "rounds": {ROUNDS},\n'
        f'"posteriors": {{\n{lines}\n}}}}\n')
    print(len(sets), "sets")


main()
