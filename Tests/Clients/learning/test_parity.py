"""The program's mathematics against scikit-learn's and scipy's: logistic regression, TF-IDF, the Beta quantile."""

from __future__ import annotations

from typing import Any, Callable

import pytest

pytestmark = pytest.mark.long

Ours = Callable[[str, Any], Any]
Theirs = Callable[..., Any]


def problem(name: str) -> dict[str, Any]:
    """A data set of scikit-learn's own, standardised, in single precision."""
    import numpy
    from sklearn import datasets, preprocessing

    rows, labels = getattr(datasets, f"load_{name}")(return_X_y=True)
    rows = preprocessing.StandardScaler().fit_transform(rows).astype(numpy.float32)
    return {"rows": rows.astype(float).tolist(), "labels": labels.tolist()}


def differences(given: dict[str, Any], answer: dict[str, Any]) -> dict[str, float]:
    """How far an answer is from scikit-learn's: the largest difference of a probability, and what it could still gain."""
    import numpy
    from sklearn.linear_model import LogisticRegression

    rows, labels = numpy.array(given["rows"]), numpy.array(given["labels"])
    counts = numpy.array(given.get("weights", [1.0] * len(labels)))
    # Of two classes scikit-learn fits one row of weights, which is the same model at twice the C.
    is_pair = labels.max() == 1
    model = LogisticRegression(C=given["C"] * (2 if is_pair else 1), tol=1e-10, max_iter=100_000)
    model.fit(rows, labels, sample_weight=counts)
    weights, intercepts = model.coef_.T, model.intercept_
    if is_pair:
        weights, intercepts = numpy.hstack([-weights, weights]) / 2, numpy.hstack([-intercepts, intercepts]) / 2

    def objective(weights: Any, intercepts: Any) -> float:
        scores = rows @ weights + intercepts
        highest = scores.max(axis=1)
        losses = numpy.log(numpy.exp(scores - highest[:, None]).sum(axis=1)) + highest
        losses -= scores[numpy.arange(len(labels)), labels]
        return (weights**2).sum() / 2 + given["C"] * (counts * losses).sum()

    least = objective(weights, intercepts)
    return {
        "probability": float(abs(numpy.array(answer["probabilities"]) - model.predict_proba(rows)).max()),
        "objective": float(
            (objective(numpy.array(answer["weights"]), numpy.array(answer["intercepts"])) - least) / least
        ),
    }


@pytest.mark.parametrize("c", [0.01, 1, 30, 1000])
@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "digits"])
def test_logistic_regression_finds_the_same_minimum(ours: Ours, theirs: Theirs, name: str, c: float) -> None:
    given = {**theirs(problem, name), "C": c}
    found = theirs(differences, given, ours("logistic", given))
    assert found["probability"] < 1e-3
    assert abs(found["objective"]) < 1e-6


def test_examples_count_as_much_as_they_are_told_to(ours: Ours, theirs: Theirs) -> None:
    given = {**theirs(problem, "wine"), "C": 3}
    given["weights"] = [0.25 + index % 4 for index in range(len(given["labels"]))]
    found = theirs(differences, given, ours("logistic", given))
    assert found["probability"] < 1e-3
    assert abs(found["objective"]) < 1e-6


def quantiles(points: list[tuple[float, float, int]]) -> list[float]:
    """The one-sided lower bounds of Clopper and Pearson."""
    from scipy.stats import beta

    return [float(beta.ppf(1 - level, right, count - right + 1)) for level, right, count in points]


def test_lower_bounds_are_quantiles_of_the_beta_distribution(ours: Ours, theirs: Theirs) -> None:
    points = [
        (level, right, count)
        for level in (0.5, 0.9, 0.95, 0.999)
        for count in (1, 2, 10, 59, 300, 5000, 100_000)
        for right in sorted({1, 0.5, count // 2, count * 0.93, count - 1, count})
        if 0 < right <= count
    ]
    for point, found, expected in zip(points, ours("beta", points), theirs(quantiles, points)):
        assert abs(found - expected) < 1e-9, point


def texts() -> list[str]:
    """Texts inside scikit-learn, and a few with letters beyond ASCII."""
    from sklearn import datasets

    described = [getattr(datasets, f"load_{name}")().DESCR for name in ("iris", "wine", "digits", "diabetes")]
    lines = [line for text in described for line in text.splitlines()]
    return [*described, *lines, "Ünïcode ÜNÏCODE ünïcode, naïve Ærø", "Ærø naïve: ЖЁЛТЫЙ жёлтый", ""]


def features(given: list[str]) -> dict[str, Any]:
    """The features that scikit-learn's analyzers and weighting make of texts, with terms hashed here."""
    from collections import Counter

    from scipy.sparse import lil_matrix
    from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

    whole = (1 << 64) - 1

    def bucket(term: str, state: int) -> int:
        for character in term:
            state = (state ^ ord(character)) * 0x100000001B3 & whole
        state = (state ^ state >> 33) * 0xFF51AFD7ED558CCD & whole
        state = (state ^ state >> 33) * 0xC4CEB9FE1A85EC53 & whole
        return (state ^ state >> 33) % (1 << 18)

    basis = 0xCBF29CE484222325
    words = CountVectorizer(ngram_range=(1, 2), token_pattern=r"[^\W_]+").build_analyzer()
    runs = CountVectorizer(analyzer="char_wb", ngram_range=(3, 4)).build_analyzer()
    counts: list[Counter[int]] = []
    for text in given:
        found = Counter(bucket(term, basis) for term in words(text))
        found.update(bucket(term, basis * 0x100000001B3 & whole) for term in runs(text))
        counts.append(found)
    frequencies = Counter(term for found in counts for term in found)
    known = sorted(term for term, frequency in frequencies.items() if frequency >= 2)
    column = {term: index for index, term in enumerate(known)}
    table = lil_matrix((len(given), len(known)))
    for row, found in enumerate(counts):
        for term in found.keys() & column.keys():
            table[row, column[term]] = found[term]
    weighting = TfidfTransformer(norm="l2", smooth_idf=True, sublinear_tf=True)
    rows = weighting.fit_transform(table.tocsr())
    return {
        "buckets": known,
        "weights": weighting.idf_.tolist(),
        "rows": [sorted(zip(row.indices.tolist(), row.data.tolist())) for row in rows],
    }


def test_texts_have_the_features_that_scikit_learn_gives_them(ours: Ours, theirs: Theirs) -> None:
    given = theirs(texts)
    found, expected = ours("terms", given), theirs(features, given)
    assert found["buckets"] == expected["buckets"]
    assert found["weights"] == pytest.approx(expected["weights"], abs=1e-5)
    for text, row, other in zip(given, found["rows"], expected["rows"]):
        assert [column for column, _ in row] == [column for column, _ in other], text
        assert [value for _, value in row] == pytest.approx([value for _, value in other], abs=1e-5), text
