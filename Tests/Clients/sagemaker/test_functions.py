"""Jobs with functions of one's own: before people see an object, and to join their answers.

Contracts: developer guide, "Pre-annotation Lambda" and "Post-annotation Lambda"; API reference of Lambda, "Invoke". The
functions read what they are told to read with boto3, as deployed ones do.
"""

import json
import socket
import sys
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from groundwork_testing import ControlError, ExampleJob

BEFORE, AFTER = "before-SageMaker", "after-SageMaker"


class FunctionFailed(Exception):
    """What a function ends with; the type's name and the text become its error."""


class Functions(ThreadingHTTPServer):
    """Plays Lambda's Invoke API, and below /plain/<name> plain addresses; functions are ordinary Python ones."""

    daemon_threads = True

    def __init__(self, **functions):
        self.functions = {name.replace("_", "-"): function for name, function in functions.items()}
        self.calls, self.statuses = [], []
        super().__init__(("127.0.0.1", 0), Invocation)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Invocation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        name, error = self.function_name(body)
        self.server.calls.append((name, json.loads(body)))
        if self.server.statuses:
            return self.answer(self.server.statuses.pop(0), {"Type": "User", "Message": "wait"})
        if error:
            return self.answer(*error)
        try:
            self.answer(200, self.server.functions[name](json.loads(body)))
        except FunctionFailed as failure:
            failed = {"errorMessage": str(failure), "errorType": "FunctionFailed", "stackTrace": []}
            self.answer(200, failed, **{"X-Amz-Function-Error": "Unhandled"})

    def function_name(self, body):
        """The function that is called; or the answer of Lambda where there is none, or the signature is not right."""
        parts = self.path.split("/")
        if parts[1] == "plain":
            assert "Authorization" not in self.headers
            return parts[2], None
        assert parts[1:3] == ["2015-03-31", "functions"] and parts[4:] == ["invocations"], self.path
        assert self.headers["X-Amz-Invocation-Type"] == "RequestResponse"
        arn = urllib.parse.unquote(parts[3]).split(":")
        assert arn[:4] == ["arn", "aws", "lambda", "us-east-1"] and arn[5] == "function" and len(arn) == 7
        if not self.is_signed(arn[4], body):
            return arn[6], (403, {"Message": "The signature does not match"})
        if arn[6] not in self.server.functions:
            return arn[6], (404, {"Type": "User", "Message": f"Function not found: {':'.join(arn)}"})
        return arn[6], None

    def is_signed(self, account, body):
        signed = self.headers["Authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
        request = AWSRequest("POST", f"http://{self.headers['Host']}{self.path}", {}, body)
        for name in signed:
            request.headers[name] = self.headers[name]
        request.context["timestamp"] = self.headers["X-Amz-Date"]
        signer = SigV4Auth(Credentials(account, "test"), "lambda", "us-east-1")
        text = signer.string_to_sign(request, signer.canonical_request(request))
        return self.headers["Authorization"].endswith("Signature=" + signer.signature(text, request))

    def answer(self, status, document, **headers):
        body = json.dumps(document).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class CustomJob(ExampleJob):
    """A job whose functions are one's own; texts in place of pictures."""

    def picture(self, number):
        return None

    def lines(self):
        return [
            {"source": f"text {number}", "number": number, "groundwork-truth": self.right_label(number)}
            for number in range(self.objects)
        ]

    def function(self, name):
        return f"arn:aws:lambda:us-east-1:{self.account.identifier}:function:{name}"

    def request(self, tags=None, before=BEFORE, after=AFTER, **changes):
        request = super().request(tags, **changes)
        task = request["HumanTaskConfig"]
        task["PreHumanTaskLambdaArn"] = self.function(before)
        task["AnnotationConsolidationConfig"] = {"AnnotationConsolidationLambdaArn": self.function(after)}
        return request


def brief(event):
    """A pre-annotation function: the page gets the text in capitals."""
    assert event["version"] == "2018-10-16" and event["labelingJobArn"].startswith("arn:aws:sagemaker:")
    assert "groundwork-truth" not in event["dataObject"]
    return {"taskInput": {"text": event["dataObject"]["source"].upper()}, "isHumanAnnotationRequired": True}


def joining(account):
    """A post-annotation function that lists all answers."""

    def join(event):
        address = urllib.parse.urlparse(event["payload"]["s3Uri"])
        body = account.client("s3").get_object(Bucket=address.netloc, Key=address.path[1:])["Body"]
        return [
            {
                "datasetObjectId": item["datasetObjectId"],
                "consolidatedAnnotation": {
                    "content": {
                        event["labelAttributeName"]: {
                            "said": [json.loads(a["annotationData"]["content"]) for a in item["annotations"]],
                            "text": item["dataObject"]["content"],
                        },
                        event["labelAttributeName"] + "-metadata": {"categories": event["labelCategories"]},
                    }
                },
            }
            for item in json.loads(body.read())
        ]

    return join


def check(job, number, line):
    """A line of the output of a job whose answers were listed."""
    assert line["source"] == f"text {number}" and line["number"] == number and "groundwork-truth" not in line
    label, metadata = line[job.attribute], line[f"{job.attribute}-metadata"]
    assert label["text"] == f"text {number}" and len(label["said"]) == job.workers
    assert metadata["type"] == "groundtruth/custom" and metadata["human-annotated"] == "yes"
    assert metadata["job-name"] == f"labeling-job/{job.name.lower()}"
    assert metadata["categories"] == job.labels


def failure(job, line):
    return line[f"{job.attribute}-metadata"]["failure-reason"]


def prepared(server, name="Own-1", **settings):
    account = server.account()
    return CustomJob(account, name, f"functions-{account.identifier}", **settings).prepare()


def test_a_custom_job_runs_to_its_end_over_the_invoke_api(own_server):
    with Functions() as functions:
        job = prepared(own_server("--lambda-endpoint", functions.url), objects=12)
        functions.functions.update({BEFORE: brief, AFTER: joining(job.account)})
        # The first two calls meet a Lambda that is too busy.
        functions.statuses = [429, 503]
        job.start(tags={"groundwork:crowd": "perfect"})
        described = job.wait("Completed", timeout=60)
        assert described["LabelCounters"]["HumanLabeled"] == 12
        assert described["HumanTaskConfig"]["PreHumanTaskLambdaArn"] == job.function(BEFORE)
        output = job.output()
        assert len(output) == 12
        for number, line in enumerate(output):
            check(job, number, line)
        before = [event for name, event in functions.calls if name == BEFORE]
        assert {event["dataObject"]["number"] for event in before} == set(range(12)) and len(before) == 14
        for event in (event for name, event in functions.calls if name == AFTER):
            assert event["roleArn"] == f"arn:aws:iam::{job.account.identifier}:role/GroundTruth"
            assert event["outputConfig"] == job.uri("output/Own-1/annotations")
            path = event["payload"]["s3Uri"].removeprefix(job.uri("output/Own-1/"))
            request = json.loads(job.read(path))
            response = json.loads(job.read(path.replace("consolidation-request", "consolidation-response")))
            assert [item["datasetObjectId"] for item in request] == [item["datasetObjectId"] for item in response]


def test_single_functions_have_addresses_of_their_own(own_server):
    with Functions() as functions:
        server = own_server()
        job = prepared(server, objects=3)
        functions.functions.update({BEFORE: brief, AFTER: joining(job.account)})
        addresses = {job.function(name): f"{functions.url}/plain/{name}" for name in (BEFORE, AFTER)}
        job.sagemaker.meta.events.register("after-call.sagemaker.CreateLabelingJob", notices := Notices())
        job.start()
        assert "--lambda-endpoint" in notices.text
        job.wait("Failed", timeout=30)

        assert server.control.call("PUT", "functions", {"functions": addresses}) == {"functions": addresses}
        assert server.control.call("GET", "functions") == {"functions": addresses}
        again = CustomJob(job.account, "Own-2", job.bucket, objects=3).prepare()
        again.sagemaker.meta.events.register("after-call.sagemaker.CreateLabelingJob", notices := Notices())
        again.start(tags={"groundwork:crowd": "perfect"})
        assert "--lambda-endpoint" not in notices.text
        again.wait("Completed", timeout=60)
        for number, line in enumerate(again.output()):
            check(again, number, line)


class Notices:
    """What the server says beside its answer."""

    text = ""

    def __call__(self, http_response, **_):
        self.text += http_response.headers.get("x-groundwork-notice", "")


COMMAND = """
import json, sys, urllib.parse
import boto3

event = json.load(sys.stdin)
address = urllib.parse.urlparse(event["payload"]["s3Uri"])
assert boto3.client("sts").get_caller_identity()["Account"] == event["roleArn"].split(":")[4]
body = boto3.client("s3").get_object(Bucket=address.netloc, Key=address.path[1:])["Body"]
answer = []
for item in json.load(body):
    content = {event["labelAttributeName"]: {"answers": len(item["annotations"])}}
    answer.append({"datasetObjectId": item["datasetObjectId"], "consolidatedAnnotation": {"content": content}})
json.dump(answer, sys.stdout)
"""


@pytest.mark.parametrize("options", [[], ["--auth", "strict"]])
def test_a_command_stands_for_a_function(own_server, tmp_path, monkeypatch, options):
    account = "111122223333"
    script, seed, keys = tmp_path / "after.py", tmp_path / "seed.json", tmp_path / "keys.json"
    script.write_text(COMMAND)
    arn = f"arn:aws:lambda:us-east-1:{account}:function:{AFTER}"
    commands = {arn: {"command": [sys.executable, str(script)]}}
    seed.write_text(json.dumps({"version": 1, "functions": {"functions": commands}}))
    identity = {"accessKeyId": account, "secretAccessKey": "test", "account": account}
    keys.write_text(json.dumps({"identities": [identity]}))
    monkeypatch.setenv("GROUNDWORK_CONTROL_TOKEN", "token")
    server = own_server("--seed-file", str(seed), "--credentials", str(keys), *options)
    assert server.control.call("GET", "functions") == {"functions": commands}
    job = CustomJob(server.account(account), "Own-1", "own-bucket", objects=3).prepare()
    request = job.request(tags={"groundwork:crowd": "perfect"})
    del request["HumanTaskConfig"]["PreHumanTaskLambdaArn"]
    job.sagemaker.create_labeling_job(**request)
    job.wait("Completed", timeout=60)
    assert [line[job.attribute] for line in job.output()] == [{"answers": 3}] * 3


def test_commands_are_not_taken_over_http(own_server):
    server = own_server()
    functions = {"arn:aws:lambda:us-east-1:111122223333:function:f": {"command": ["/bin/cat"]}}
    for path, document in [
        ("functions", {"functions": functions}),
        ("seed", {"version": 1, "functions": {"functions": functions}}),
    ]:
        method = "PUT" if path == "functions" else "POST"
        with pytest.raises(ControlError) as error:
            server.control.call(method, path, document)
        assert error.value.status == 400 and "start-up seed file" in error.value.message
    assert server.control.call("GET", "functions") == {"functions": {}}


@pytest.mark.parametrize("flag", [{"isHumanAnnotationRequired": False}, {"humanAnnotationRequired": "false"}])
def test_an_object_that_nobody_need_see_is_left_as_it_is(own_server, flag):
    with Functions() as functions:
        job = prepared(own_server("--lambda-endpoint", functions.url), objects=4)

        def choose(event):
            return {"taskInput": {}, **(flag if event["dataObject"]["number"] == 2 else {})}

        functions.functions.update({BEFORE: choose, AFTER: joining(job.account)})
        job.start()
        counters = job.wait("Completed", timeout=60)["LabelCounters"]
        assert (counters["HumanLabeled"], counters["FailedNonRetryableError"]) == (3, 1)
        assert job.output()[2] == {"source": "text 2", "number": 2}


def test_a_function_that_fails_for_one_object(own_server):
    with Functions() as functions:
        job = prepared(own_server("--lambda-endpoint", functions.url), objects=5)

        def fail(event):
            if event["dataObject"]["number"] == 1:
                raise FunctionFailed("no such text")
            return {"taskInput": {}} if event["dataObject"]["number"] != 3 else {"taskinput": {}}

        functions.functions.update({BEFORE: fail, AFTER: joining(job.account)})
        job.start()
        counters = job.wait("Completed", timeout=60)["LabelCounters"]
        assert (counters["HumanLabeled"], counters["FailedNonRetryableError"]) == (3, 2)
        output, start = job.output(), f"ClientError: The function {job.function(BEFORE)} failed: "
        assert failure(job, output[1]) == start + "FunctionFailed: no such text."
        assert failure(job, output[3]) == start + "its answer has no taskInput."
        assert job.attribute not in output[1] and job.attribute in output[2]


def test_a_post_annotation_function_that_forgets_an_object(own_server):
    with Functions() as functions:
        job = prepared(own_server("--lambda-endpoint", functions.url), objects=5)
        join = joining(job.account)
        functions.functions.update(
            {BEFORE: brief, AFTER: lambda event: [e for e in join(event) if e["datasetObjectId"] != "4"]}
        )
        job.start()
        counters = job.wait("Completed", timeout=60)["LabelCounters"]
        assert (counters["HumanLabeled"], counters["FailedNonRetryableError"]) == (4, 1)
        assert 'no entry with the datasetObjectId "4"' in failure(job, job.output()[4])


def test_an_answer_that_is_too_large(own_server):
    with Functions() as functions:
        job = prepared(own_server("--lambda-endpoint", functions.url), objects=2)
        large = {0: {"x": "y" * (6 << 20)}, 1: {}}
        functions.functions.update(
            {BEFORE: lambda event: {"taskInput": large[event["dataObject"]["number"]]}, AFTER: joining(job.account)}
        )
        job.start()
        assert job.wait("Completed", timeout=60)["LabelCounters"]["FailedNonRetryableError"] == 1
        assert "more than 6291456 bytes" in failure(job, job.output()[0])


def test_a_function_that_is_not_there_fails_the_job(own_server):
    with Functions() as functions:
        job = prepared(own_server("--lambda-endpoint", functions.url), objects=2)
        functions.functions[BEFORE] = brief
        job.start()
        described = job.wait("Failed", timeout=60)
        arn = job.function(AFTER)
        assert described["FailureReason"].startswith(f"ClientError: The function {arn} failed: there is no such function")
        assert job.output() == [{"source": f"text {number}", "number": number} for number in range(2)]


def test_a_server_of_functions_that_is_down_fails_the_job(own_server):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    job = prepared(own_server("--lambda-endpoint", f"http://{address}"), objects=2)
    job.start()
    assert job.wait("Failed", timeout=60)["FailureReason"] == (
        f"ClientError: The function {job.function(BEFORE)} failed: it could not be reached: no connection to {address}: "
        "Connection refused."
    )


@pytest.mark.parametrize("name", [BEFORE, AFTER])
def test_a_stop_does_not_wait_for_a_function(own_server, name):
    entered, ended = threading.Event(), threading.Event()

    def hang(event):
        entered.set()
        ended.wait(60)
        return {}

    with Functions() as functions:
        job = prepared(own_server("--lambda-endpoint", functions.url), objects=3)
        functions.functions.update({BEFORE: brief, AFTER: joining(job.account), name: hang})
        job.start()
        assert entered.wait(30)
        job.sagemaker.stop_labeling_job(LabelingJobName=job.name)
        job.wait("Stopped", timeout=10 if name == BEFORE else 40)
        ended.set()
        assert job.sagemaker.describe_labeling_job(LabelingJobName=job.name)["LabelCounters"]["Unlabeled"] == 3


def test_a_pre_annotation_function_before_a_built_in_task(own_server):
    with Functions() as functions:
        server = own_server("--lambda-endpoint", functions.url)
        account = server.account()
        job = ExampleJob(account, "mixed", f"functions-{account.identifier}", objects=4).prepare()
        functions.functions[BEFORE] = lambda event: {"taskInput": {"taskObject": event["dataObject"]["source-ref"]}}
        request = job.request(tags={"groundwork:crowd": "perfect"})
        arn = f"arn:aws:lambda:us-east-1:{account.identifier}:function:{BEFORE}"
        request["HumanTaskConfig"]["PreHumanTaskLambdaArn"] = arn
        job.sagemaker.create_labeling_job(**request)
        job.wait("Completed", timeout=60)
        assert [line[job.attribute] for line in job.output()] == [0, 1, 0, 1]
        assert len(functions.calls) == 4


def test_a_function_of_another_region_is_refused(make_job, sagemaker):
    from botocore.exceptions import ClientError

    job = make_job()
    request = job.request()
    request["HumanTaskConfig"]["PreHumanTaskLambdaArn"] = "arn:aws:lambda:eu-west-1:111122223333:function:mine"
    with pytest.raises(ClientError) as error:
        sagemaker.create_labeling_job(**request)
    assert error.value.response["Error"]["Code"] == "ValidationException"
