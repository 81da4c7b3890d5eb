"""The examples of outside learners keep to the contract (Sources/Engine/Learning/OutsideLearner.swift). They are talked to as the
server talks to them; no server of ours takes part.
"""

import json
import random
import struct
import subprocess
import sys
import threading
import urllib.error
import urllib.request
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "scripts" / "examples"
LABELS = ["cat", "great dog"]
# Nothing but this machine is spoken to.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Example:
    """A running example."""

    def __init__(self, python, name, *options):
        self.process = subprocess.Popen(
            [python, EXAMPLES / name, "--port", "0", *options], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line.startswith("listening on "), line
        self.address = line.split()[-1]

    def call(self, path, request):
        """The status and the answer."""
        common = {"version": 1, "labelingJobArn": "arn:aws:sagemaker:us-east-1:000000000000:labeling-job/a"}
        message = urllib.request.Request(
            self.address + path, json.dumps({**common, **request}).encode(), {"Content-Type": "application/json"})
        try:
            with OPENER.open(message, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def train(self, examples, task="TextMultiClass", **more):
        """The token of a model."""
        request = {"round": 1, "taskType": task, "labels": LABELS, "examples": examples, **more}
        status, answer = self.call("/train", request)
        assert status == 200, answer
        assert isinstance(answer["model"], str) and 1 <= len(answer["model"].encode()) <= 1024
        return answer["model"]

    def predict(self, model, sources, task="TextMultiClass"):
        """Label and confidence by id; ids are the places of the sources."""
        objects = [{"id": str(index), "source": source} for index, source in enumerate(sources)]
        status, answer = self.call("/predict", {"taskType": task, "labels": LABELS, "model": model, "objects": objects})
        assert status == 200, answer
        found = {one["id"]: (one["label"], one["confidence"]) for one in answer["predictions"]}
        assert len(found) == len(answer["predictions"]) and set(found) <= {item["id"] for item in objects}
        assert all(label in range(len(LABELS)) and 0 <= confidence <= 1 for label, confidence in found.values())
        return found

    def fails(self, path, request):
        """The words of a refusal."""
        status, answer = self.call(path, request)
        assert 400 <= status < 600 and answer["error"]
        return answer["error"]

    def end(self):
        """Ends the process."""
        self.process.terminate()
        self.process.wait(30)
        self.process.stdout.close()


def example(index, source, label):
    return {"id": str(index), "source": source, "label": label}


# The rule


@pytest.fixture
def rule():
    started = Example(sys.executable, "learner_rule.py")
    yield started
    started.end()


def test_the_rule_goes_by_words(rule):
    model = rule.train([
        example(0, {"text": "A cat sat."}, 0), example(1, {"text": "what a dog, GREAT"}, 1),
        example(2, {"text": "the cat, a tiger"}, 1), example(3, {"text": "nothing"}, 1)])
    sources = [
        {"url": "http://127.0.0.1:1/b/great%20dog/17.png?cat=1"}, {"text": "concatenation"}, {"text": "Cat"},
        {"text": "the cat and the great dog"}]
    # Right two times of three, and by Laplace's rule of succession three of five.
    assert rule.predict(model, sources) == {"0": (1, 0.6), "2": (0, 0.6)}


def test_the_rule_says_what_it_cannot(rule):
    assert "BoundingBox" in rule.fails("/train", {"taskType": "BoundingBox", "labels": LABELS, "examples": []})
    assert "of this program" in rule.fails("/predict", {"labels": LABELS, "model": "other", "objects": []})
    assert "examples" in rule.fails("/train", {"taskType": "TextMultiClass", "labels": LABELS})
    assert "/else" in rule.fails("/else", {})


# scikit-learn


@pytest.fixture(scope="session")
def learner_python():
    """The interpreter of the environment that scikit-learn lives in, made on first use."""
    done = subprocess.run(
        [str(ROOT / "scripts" / "lib" / "python-environment"), "learner"], stdout=subprocess.PIPE, text=True,
        check=False)
    if done.returncode != 0:
        pytest.skip("scikit-learn is not to be had")
    return done.stdout.strip()


@pytest.fixture
def scikit(learner_python, tmp_path):
    started = Example(learner_python, "learner_scikit.py", "--folder", tmp_path / "models")
    yield started
    started.end()


def test_scikit_learns_texts(scikit):
    draw = random.Random(1)
    words = [["whisker", "purr", "mouse", "sofa"], ["bark", "bone", "leash", "walk"]]

    def text(label):
        return {"text": " ".join(draw.choices(words[label] + ["the", "and", "of", "a"], k=8))}

    examples = [example(index, text(index % 2), index % 2) for index in range(40)]
    model = scikit.train(examples)
    assert scikit.train(examples) == model, "the same training made twice is one model"
    truth = [index % 2 for index in range(30)]
    found = scikit.predict(model, [text(label) for label in truth])
    assert sum(found[str(index)][0] == label for index, label in enumerate(truth)) >= 27
    assert scikit.predict(model, []) == {}


def png(red, green, blue):
    """A picture of one colour."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + bytes((red, green, blue)) * 40) * 30
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 40, 30, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


@pytest.fixture
def pictures():
    """The address of a server whose /LABEL/SEED are pictures, reddish or bluish, and whose other paths are none."""
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            label, seed = self.path.strip("/").split("/")
            draw = random.Random(seed)
            strong, weak, other = draw.randrange(150, 256), draw.randrange(100), draw.randrange(256)
            colour = {"0": (strong, other, weak), "1": (weak, other, strong)}.get(label)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(png(*colour) if colour else b"no picture")

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_scikit_learns_pictures(scikit, pictures):
    examples = [example(index, {"url": f"{pictures}/{index % 2}/a{index}"}, index % 2) for index in range(30)]
    model = scikit.train(examples, "ImageMultiClass")
    sources = [{"url": f"{pictures}/{index % 2}/b{index}"} for index in range(20)]
    found = scikit.predict(model, sources + [{"url": f"{pictures}/broken/1"}], "ImageMultiClass")
    assert [found[str(index)][0] for index in range(20)] == [0, 1] * 10
    assert "20" not in found, "what cannot be read has no prediction"


def test_scikit_says_what_it_cannot(scikit):
    one_class = [example(index, {"text": "some words"}, 0) for index in range(4)]
    assert "class" in scikit.fails(
        "/train", {"round": 1, "taskType": "TextMultiClass", "labels": LABELS, "examples": one_class})
    for token in ("../../etc/passwd", "0" * 24):
        scikit.fails("/predict", {"taskType": "TextMultiClass", "labels": LABELS, "model": token, "objects": []})
    assert "BoundingBox" in scikit.fails(
        "/train", {"round": 1, "taskType": "BoundingBox", "labels": LABELS, "examples": []})
