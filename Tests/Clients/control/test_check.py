"""`groundwork check`: what would fail, before anything starts."""

import json
import os
import shutil
import subprocess

import pytest
from groundwork_testing import ControlError


@pytest.fixture
def check(account, tmp_path):
    """Runs `groundwork check` as the account on files that it writes; answers the exit code and what was printed."""
    program = os.environ.get("GROUNDWORK_BINARY") or shutil.which("groundwork")
    environment = {**account.environment(), "GROUNDWORK_ENDPOINT": account.endpoint}

    def run(*arguments, **files):
        for name, content in files.items():
            path = tmp_path / name.replace("_", ".")
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        done = subprocess.run(
            [program, "check", *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout.splitlines(), done.stderr

    return run


def test_a_manifest_is_read_to_its_end(check):
    lines = ['{"source-ref":"s3://b/1.png"}', '{"source":"x","source-ref":"s3://b/k"}', "{", '{"source":"text"}']
    code, problems, _ = check("manifest", "in.jsonl", in_jsonl="\n".join(lines))
    assert code == 1 and [problem.split(":")[:2] for problem in problems] == [["in.jsonl", "2"], ["in.jsonl", "3"]]
    code, problems, _ = check("manifest", "--task-type", "ImageMultiClass", "in.jsonl")
    assert code == 1 and problems[2].startswith("in.jsonl:4: ") and "source-ref" in problems[2]
    code, problems, _ = check("manifest", "--json", "in.jsonl", "good.jsonl", good_jsonl=lines[0])
    answers = [json.loads(line) for line in problems]
    assert code == 1 and [answer["valid"] for answer in answers] == [False, True]
    assert answers[0]["problems"][1]["line"] == 3 and answers[1]["checked"] == {"objects": 1}
    assert check("manifest", "good.jsonl") == (0, [], "")
    code, problems, _ = check("manifest", "--automated", "good.jsonl")
    assert code == 1 and "1250" in problems[0]
    code, problems, _ = check("manifest", "long.jsonl", long_jsonl="{}\n" * 4000)
    assert code == 1 and len(problems) == 101 and problems[-1] == "and 3900 problems more"


def test_label_categories_are_held_to_the_task(check):
    one = json.dumps({"labels": [{"label": "a"}]})
    assert check("categories", "--task-type", "BoundingBox", "one.json", one_json=one) == (0, [], "")
    code, problems, _ = check("categories", "--task-type", "ImageMultiClass", "one.json")
    assert code == 1 and problems == ["one.json: it has one label; this task type needs at least 2"]
    code, problems, _ = check(
        "categories", "--task-type", "ImageMultiClass", "bad.json", bad_json='{"labels":[{},{"label":"a"},{"label":"a"}]}')
    assert code == 1 and len(problems) == 2


def test_a_template_is_rendered_where_its_task_is_known(check):
    good = "<crowd-form>\n{{ task.input.taskObject | grant_read_access }}\n{{ task.input.mine }}</crowd-form>"
    assert check("template", "t.liquid", t_liquid=good) == (0, [], "")
    code, problems, _ = check("template", "--task-type", "ImageMultiClass", "t.liquid")
    assert code == 1 and problems == ["t.liquid:3: column 4: Task.Input has no task.input.mine"]
    task = json.dumps({"taskObject": "s3://b/k", "mine": 1})
    assert check("template", "--task-input", "task.json", "t.liquid", task_json=task) == (0, [], "")
    task = json.dumps({"taskObject": "nowhere", "mine": 1})
    code, problems, _ = check("template", "--task-input", "task.json", "t.liquid", task_json=task)
    assert code == 1 and problems[0].startswith("t.liquid:2: column ") and "nowhere" in problems[0]
    code, problems, _ = check("template", "t.liquid", t_liquid="<p>\n {% if x %}\n{{ x | shout }}{% endif %}")
    assert code == 1 and problems[0].startswith("t.liquid:3: column 8: ") and "shout" in problems[0]
    code, problems, _ = check("template", "t.liquid", t_liquid="no form")
    assert code == 1 and "crowd-form" in problems[0]


def test_a_job_that_passes_runs_to_its_end(check, make_job):
    job = make_job(objects=6)
    request = json.dumps(job.request())
    assert check("job", "job.json", job_json=request) == (0, [], "")
    code, printed, _ = check("job", "--json", "job.json")
    answer = json.loads(printed[0])
    assert code == 0 and answer["checked"] == {"objects": 6, "images": 6, "labels": 2}
    assert job.keys() == [], "nothing was written"
    job.start()
    counters = job.wait("Completed")["LabelCounters"]
    assert counters["HumanLabeled"] == 6 and counters["FailedNonRetryableError"] == 0
    # Where a job that has ended keeps its name, that is the one thing that is wrong now.
    _, problems, _ = check("job", "job.json")
    assert all("is in use" in problem for problem in problems)


def test_everything_that_is_wrong_with_a_job_is_told_at_once(check, make_job, account, s3):
    job = make_job(objects=4, pictures=2)
    missing = f"s3://{job.bucket}/nothing.json"
    manifest = [json.dumps(line) for line in job.lines()]
    manifest[1] = json.dumps({"source-ref": job.uri("images/none.png")})
    manifest.insert(2, "no json")
    job.put("input.manifest", "\n".join(manifest).encode())
    job.put("template.liquid", b"<crowd-form>\n{% for x %}</crowd-form>")
    config = {**job.request()["HumanTaskConfig"], "TaskTitle": "", "TaskTimeLimitInSeconds": 28_801}
    request = job.request(
        LabelAttributeName="animal-ref", LabelCategoryConfigS3Uri=missing, HumanTaskConfig=config, Unheard=1)
    code, problems, _ = check("job", "job.json", job_json=json.dumps(request))
    assert code == 1
    expected = [
        ("job.json", "humanTaskConfig.taskTitle"), ("job.json", "animal-ref"), ("job.json", "28800"),
        (missing, "NoSuchKey"),
        (job.uri("input.manifest") + ":3", "JSON object"), (job.uri("input.manifest") + ":2", "NoSuchKey"),
        (job.uri("template.liquid") + ":2", "expected 'in'"),
    ]
    assert len(problems) == len(expected), problems
    for problem, (place, words) in zip(problems, expected):
        assert problem.startswith(place + ": ") and words in problem


def test_a_bucket_of_somebody_else_is_found_out(check, make_job, other_account):
    job = make_job()
    theirs = other_account.client("s3")
    theirs.create_bucket(Bucket=job.bucket + "-theirs")
    request = job.request(OutputConfig={"S3OutputPath": f"s3://{job.bucket}-theirs/out"})
    code, problems, _ = check("job", "job.json", job_json=json.dumps(request))
    assert code == 1 and len(problems) == 1
    assert problems[0].startswith(f"s3://{job.bucket}-theirs/out: ") and "AccessDenied" in problems[0]


def test_what_cannot_be_answered_ends_with_2(check):
    assert check("manifest", "nothing.jsonl")[0] == 2
    assert check("manifest")[0] == 2
    assert check("categories", "x.json", x_json="{}")[0] == 2
    assert check("manifest", "--task-type", "Guess", "x.json")[0] == 2
    assert check("job", "--endpoint", "http://127.0.0.1:9", "x.json")[0] == 2
    code, _, error = check("job", "x.json", x_json="no json")
    assert code == 2 and "JSON" in error


def test_the_request_is_an_object(account):
    answer = account.control.call("POST", "check", [1])
    assert answer["valid"] is False and answer["problems"][0]["where"] == "request"
    with pytest.raises(ControlError):
        account.control.call("POST", "check", b"{")


def test_lines_that_pages_show_as_they_are_may_hold_anything(account, make_job):
    """A template of a pass-through job reads the line, which a check cannot know beforehand."""
    job = make_job("pass", objects=2)
    page = b"<crowd-form>{{ task.input.note }}</crowd-form>"
    job.put("template.liquid", page, "text/html")
    request = json.loads(json.dumps(job.request()).replace("ImageMultiClass", "PassThrough"))
    answer = account.control.call("POST", "check", request, {"account": account.identifier})
    assert answer["problems"] == [] and answer["valid"]
