#!/usr/bin/env python3
"""Writes masks.json: what an independent version of the votes about masks makes of drawn crowds.

Command: python3 Tests/Golden/make-masks.py     (needs: pip install numpy scipy)

Written from the formulas, with one plane of numbers per class and pixel, where the program counts patterns of answers.
Masks are lists of value, length, value, length …; rows from the top.
"""

import json
import pathlib

import numpy as np
import scipy
from scipy.ndimage import gaussian_filter, gaussian_filter1d

HERE = pathlib.Path(__file__).resolve().parent
CASES = [(seed, workers, classes) for seed, (workers, classes) in
         enumerate([(2, 2), (3, 2), (3, 4), (4, 3), (5, 2), (5, 4), (9, 2), (9, 5)])]
SIZES = [(23, 17), (1, 30), (30, 1), (16, 16)]


def crowd(seed, workers, classes):
    """Blobs of several classes, and workers who shift and disturb them."""
    draw = np.random.default_rng(seed)
    width, height = SIZES[seed % len(SIZES)]

    def fields(wide):
        return np.stack([gaussian_filter(draw.normal(size=(height, width)), wide) for _ in range(classes)])
    truth = fields(2)
    truth /= truth.std()
    masks = []
    for _ in range(workers):
        noise = fields(1)
        masks.append(np.argmax(truth + draw.uniform(0.2, 1.5) * noise / noise.std(), axis=0))
    return np.array(masks)


def largest(planes):
    """The first class of those whose value is the largest, but for rounding errors."""
    return np.argmax(planes >= planes.max(axis=0) - 1e-9, axis=0)


def shares(masks, classes, weights):
    planes = np.stack([(weights[:, None, None] * (masks == k)).sum(axis=0) for k in range(classes)])
    return planes / weights.sum()


def fit(mask, fused, classes):
    values = []
    for k in range(1, classes):
        union = ((mask == k) | (fused == k)).sum()
        if union:
            values.append(((mask == k) & (fused == k)).sum() / union)
    return np.mean(values) if values else 1.0


def reliability_aware(masks, classes):
    weights = np.ones(len(masks))
    planes = shares(masks, classes, weights)
    fused = largest(planes)
    for _ in range(9):
        weights = np.array([np.log(1 + 1 / (1 - fit(mask, fused, classes) + 1e-5)) for mask in masks])
        planes = shares(masks, classes, weights)
        before, fused = fused, largest(planes)
        if (before != fused).mean() < 1e-4:
            break
    return planes, fused


def smoothed(masks, planes, fused):
    blurred = np.stack([
        gaussian_filter1d(gaussian_filter1d(plane, 0.5, axis=0, mode="nearest", radius=1), 0.5, axis=1,
                          mode="nearest", radius=1) for plane in planes])
    return np.where((masks == masks[0]).all(axis=0), fused, largest(blurred))


def expectation(masks, classes):
    named = np.unique(masks)
    others = max(2, len(named)) - 1
    region = masks.any(axis=0).sum()
    prior = shares(masks, classes, np.ones(len(masks)))
    if region == 0:
        return prior, largest(prior)
    is_named = masks[:, None] == np.arange(classes)[None, :, None, None]

    def accuracies(truth):
        wrong = (1 - (is_named * truth[None]).sum(axis=1)).sum(axis=(1, 2))
        return np.clip(1 - wrong / region, 1e-10, 1 - 1e-10)

    def evidence(accuracy):
        right = np.log(accuracy)[:, None, None, None]
        wrong = np.log((1 - accuracy) / others)[:, None, None, None]
        return np.where(is_named, right, wrong).sum(axis=0)
    fused = largest(prior)
    accuracy = accuracies((fused[None] == np.arange(classes)[:, None, None]).astype(float))
    before = -np.inf
    for _ in range(10):
        with np.errstate(divide="ignore", invalid="ignore"):
            sums = np.log(prior) + evidence(accuracy)
            sums -= sums.max(axis=0)
            belief = np.exp(sums)
            belief /= belief.sum(axis=0)
            belief[belief < 1e-15] = 0
            accuracy = accuracies(belief)
            gains = belief * (len(masks) * np.log(prior) + evidence(accuracy) - np.log(belief))
        now = np.where(belief > 0, gains, 0).sum() / masks.size
        prior = belief
        if now - before < 1e-5:
            break
        before = now
    return prior, largest(prior)


def runs(mask):
    flat, result = mask.ravel(), []
    for value in flat:
        if result and result[-2] == value:
            result[-1] += 1
        else:
            result += [int(value), 1]
    return result


def case(seed, workers, classes):
    masks = crowd(seed, workers, classes)
    planes, fused = reliability_aware(masks, classes)
    beliefs, expected = expectation(masks, classes)
    return {
        "width": masks.shape[2], "height": masks.shape[1], "masks": [runs(mask) for mask in masks],
        "reliability-aware": runs(fused), "smoothed": runs(smoothed(masks, planes, fused)),
        "share": float(planes.max(axis=0).mean()),
        "expectation-maximisation": runs(expected), "belief": float(beliefs.max(axis=0).mean())}


def main():
    cases = [case(*parameters) for parameters in CASES]
    lines = ",\n".join(json.dumps(one, separators=(",", ":")) for one in cases)
    (HERE / "masks.json").write_text(
        f'{{"madeBy": "python3 Tests/Golden/make-masks.py", "numpy": "{np.__version__}", '
        f'"scipy": "{scipy.__version__}",\n"cases": [\n{lines}\n]}}\n')
    for one in cases:
        print(one["width"], one["height"], len(one["masks"]), one["share"], one["belief"],
              one["smoothed"] != one["reliability-aware"], one["expectation-maximisation"] != one["reliability-aware"])


main()
