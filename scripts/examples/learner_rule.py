#!/usr/bin/env python3
"""An outside learner without any learning: an object shows the label whose name occurs in its text or its file's name.

    python3 scripts/examples/learner_rule.py --port 8700
    groundwork serve --learner http://127.0.0.1:8700

Training only counts how often the rule agrees with people, which is how sure it is of itself afterwards. The model's
name says it all, so that nothing is kept and the program may be started anew at any time. It shows the least that an
outside learner does; the whole contract stands in Sources/Engine/Learning/OutsideLearner.swift.
"""

import argparse
import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit


def words(source):
    """The words of a text, or of the path of an address, in lower case."""
    text = source["text"] if "text" in source else unquote(urlsplit(source["url"]).path)
    return re.findall(r"[^\W_]+", text.lower())


def guess(source, labels):
    """The index of the one label that occurs; None where there is none, or more than one."""
    found = set(words(source))
    matching = [index for index, label in enumerate(labels) if found.issuperset(words({"text": label}))]
    return matching[0] if len(matching) == 1 else None


def train(request):
    if request["taskType"] not in ("ImageMultiClass", "TextMultiClass"):
        raise ValueError(f"the rule does not know tasks of type {request['taskType']}")
    pairs = [(guess(example["source"], request["labels"]), example["label"]) for example in request["examples"]]
    pairs = [(said, label) for said, label in pairs if said is not None]
    return {"model": f"rule-{sum(said == label for said, label in pairs)}-of-{len(pairs)}"}


def predict(request):
    counts = re.fullmatch(r"rule-(\d+)-of-(\d+)", request["model"])
    if not counts:
        raise ValueError(f"the model {request['model']!r} is none of this program")
    confidence = (int(counts[1]) + 1) / (int(counts[2]) + 2)
    said = [(item["id"], guess(item["source"], request["labels"])) for item in request["objects"]]
    return {
        "predictions": [
            {"id": name, "label": label, "confidence": confidence} for name, label in said if label is not None
        ]
    }


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        action = {"/train": train, "/predict": predict}.get(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            if action is None:
                raise ValueError(f"there is no {self.path}")
            status, answer = 200, action(json.loads(body))
        except (ValueError, KeyError, TypeError) as error:
            status, answer = 400, {"error": f"{type(error).__name__}: {error}"}
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8700, help="0 takes a free one")
    server = ThreadingHTTPServer(("127.0.0.1", parser.parse_args().port), Handler)
    print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
