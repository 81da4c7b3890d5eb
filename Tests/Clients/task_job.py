"""A labeling job of any task type over lines that a test gives."""

import json
import re

from groundwork_testing import ExampleJob
from groundwork_testing.example import png

CREATED = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}"


class TaskJob(ExampleJob):
    """A job of one task type over lines that the test gives."""

    def __init__(self, account, bucket, kind, lines, attribute="label", size=(64, 48), categories=None, **options):
        super().__init__(account, options.pop("name", kind), bucket, objects=len(lines), **options)
        self.kind, self.given, self.attribute, self.size = kind, lines, attribute, size
        self.categories = categories or {}

    def picture(self, number):
        return png(*self.size)

    def lines(self):
        return [
            {"source-ref": self.uri(f"images/{number}.png"), **line} if "source" not in line else line
            for number, line in enumerate(self.given)
        ]

    def prepare(self):
        super().prepare()
        file = {"document-version": "2018-11-28", "labels": [{"label": label} for label in self.labels]}
        self.put("labels.json", json.dumps({**file, **self.categories}).encode())
        return self

    def run(self, **tags):
        self.start(tags={f"groundwork:{name}": value for name, value in tags.items()})
        described = self.wait("Completed", timeout=60)
        counters = described["LabelCounters"]
        assert counters["TotalLabeled"] == counters["HumanLabeled"] == len(self.given), counters
        return self.output()

    def responses(self):
        """The answers to each object, in the order of submission."""
        found = {}
        for key in self.keys("annotations/worker-response/"):
            assert re.fullmatch(
                r"annotations/worker-response/iteration-\d+/\d+/\d{4}-\d\d-\d\d_\d\d:\d\d:\d\d\.json", key
            )
            found[int(key.split("/")[3])] = json.loads(self.read(key))["answers"]
        return found

    def check_consolidation(self):
        """Requests hold the answers as strings, responses what the manifest has."""
        folder = "annotations/consolidated-annotation/"
        answers, output = self.responses(), self.output()
        seen = set()
        for key in self.keys(folder + "consolidation-request/"):
            for entry in json.loads(self.read(key)):
                number = int(entry["datasetObjectId"])
                line = self.lines()[number]
                place = {"content": line["source"]} if "source" in line else {"s3Uri": line["source-ref"]}
                assert entry["dataObject"] == place
                contents = [json.loads(a["annotationData"]["content"]) for a in entry["annotations"]]
                assert contents == [answer["answerContent"] for answer in answers[number]]
        for key in self.keys(folder + "consolidation-response/"):
            for entry in json.loads(self.read(key)):
                number = int(entry["datasetObjectId"])
                content = entry["consolidatedAnnotation"]["content"]
                names = [self.attribute, self.attribute + "-metadata"]
                assert content == {name: output[number][name] for name in names}
                seen.add(number)
        assert seen == set(range(len(self.given)))

    def metadata(self, line, kind):
        """The metadata of a line, once what all kinds share has been checked."""
        assert list(line)[-2:] == [self.attribute, self.attribute + "-metadata"]
        metadata = line[self.attribute + "-metadata"]
        assert metadata["type"] == kind and metadata["human-annotated"] == "yes"
        assert metadata["job-name"] == f"labeling-job/{self.name.lower()}"
        assert re.fullmatch(CREATED, metadata["creation-date"])
        return metadata
