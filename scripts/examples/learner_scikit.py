#!/usr/bin/env python3
"""An outside learner with scikit-learn: logistic regression on the words of texts, or on tiny pictures.

    python3 -m venv /tmp/learner && /tmp/learner/bin/pip install scikit-learn pillow
    /tmp/learner/bin/python scripts/examples/learner_scikit.py --port 8700 --folder /tmp/models
    groundwork serve --learner http://127.0.0.1:8700

Put your own model in the place of `pipeline`, your own features in that of `contents`. Models are pickles, in a folder
that nobody else may write to. The contract stands in Sources/Engine/Learning/OutsideLearner.swift.
"""

import argparse
import hashlib
import io
import json
import pathlib
import re
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import joblib
import numpy
from PIL import Image
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def pixels(url, side=24):
    """Colours of a tiny picture; None where it cannot be read."""
    try:
        with urllib.request.urlopen(url, timeout=60) as answer, Image.open(io.BytesIO(answer.read())) as image:
            image.draft("RGB", (side, side))
            return numpy.asarray(image.convert("RGB").resize((side, side)), dtype=numpy.float32).ravel() / 255
    except OSError:
        return None


def contents(request, items):
    """Those of the items that can be read, and their features."""
    if request["taskType"] == "TextMultiClass":
        return items, [item["source"]["text"] for item in items]
    if request["taskType"] != "ImageMultiClass":
        raise ValueError(f"tasks of type {request['taskType']} are not learned here")
    read = [(item, pixels(item["source"]["url"])) for item in items]
    return [item for item, row in read if row is not None], [row for _, row in read if row is not None]


def pipeline(task_type):
    if task_type == "TextMultiClass":
        return make_pipeline(TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2)), LogisticRegression(C=30, max_iter=1000))
    return make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=500))


def train(request, folder):
    examples, features = contents(request, request["examples"])
    labels = [example["label"] for example in examples]
    # A call may come twice and make one model; its addresses are others then.
    named = [request["labelingJobArn"], request["round"], [(e["id"], e["label"]) for e in examples]]
    token = hashlib.sha256(json.dumps(named).encode()).hexdigest()[:24]
    joblib.dump(pipeline(request["taskType"]).fit(features, labels), folder / token)
    return {"model": token}


def predict(request, folder):
    if not re.fullmatch("[0-9a-f]{24}", request["model"]):
        raise ValueError(f"there is no model {request['model']!r}")
    model = joblib.load(folder / request["model"])
    items, features = contents(request, request["objects"])
    return {"predictions": [
        {"id": item["id"], "label": int(model.classes_[row.argmax()]), "confidence": float(row.max())}
        for item, row in zip(items, items and model.predict_proba(features))
    ]}


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            action = {"/train": train, "/predict": predict}[self.path]
            status, answer = 200, action(json.loads(body), self.server.folder)
        except Exception as error:  # Whatever it is, the job's timeline should say it.
            status, answer = 500, {"error": f"{type(error).__name__}: {error}"}
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8700, help="0 takes a free one")
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path("models"))
    options = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", options.port), Handler)
    server.folder = options.folder
    server.folder.mkdir(parents=True, exist_ok=True)
    print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
