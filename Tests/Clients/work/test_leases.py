"""Leases, late answers and lost connections, over a server whose clock is moved by hand or that is killed."""

import pytest
from botocore.exceptions import ClientError
from groundwork_testing import ControlError, ExampleJob, Server, ServerDidNotStart
from portal_job import PortalJob


def start(server, **settings):
    account = server.account()
    job = PortalJob(account, "leases", "ImageMultiClass", **settings).prepare()
    job.start()
    return account, job


def label(name):
    return {"crowd-image-classifier": {"label": name}}


def refused(call, *arguments):
    with pytest.raises(ControlError) as error:
        call(*arguments)
    return error.value


def test_a_lease_ends_with_the_task_time_and_late_answers_are_kept(own_server):
    server = own_server("--freeze-clock", "now")
    account, job = start(server, objects=1, workers=1)
    ann, ben = account.worker("Ann"), account.worker("Ben")
    assert ann.claim() is None  # the job is Initializing
    server.advance_clock(5)
    task = ann.claim()
    assert task["secondsLeft"] == 300 and ben.claim() is None
    server.advance_clock(200)
    held = ann.claim()
    assert (held["taskId"], held["secondsLeft"]) == (task["taskId"], 100)
    server.advance_clock(100)
    others = ben.claim()
    assert others["object"]["uri"] == task["object"]["uri"]
    error = refused(ann.submit, task, label("cat"))
    assert (error.status, error.code) == (409, "TaskExpired") and "kept as number 1" in error.message
    assert refused(ann.decline, task).code == "TaskExpired"
    ben.submit(others, label("dog"))
    assert job.wait()["LabelCounters"]["HumanLabeled"] == 1
    assert job.output()[0]["label-metadata"]["class-name"] == "dog"
    late = account.late_answers(job.name)
    assert [(entry["worker"], entry["answerContent"]) for entry in late] == [(ann.id, label("cat"))]
    entry = next(entry for entry in account.timeline(job.name) if entry["event"] == "lateAnswer")
    assert entry["worker"] == ann.id and entry["object"] == 0


def test_as_many_declines_as_workers_close_an_object(own_server):
    server = own_server("--freeze-clock", "now")
    account, job = start(server, objects=2, workers=2)
    server.advance_clock(5)
    people = [account.worker(name) for name in ("Ann", "Ben", "Cid")]
    for worker in people[:2]:
        worker.decline(worker.claim())
    assert people[2].claim()["object"]["uri"].endswith("/1.png")
    for worker in people[1:]:
        worker.answer_all(job.name, lambda task: label("cat"))
    counters = job.wait()["LabelCounters"]
    assert (counters["HumanLabeled"], counters["FailedNonRetryableError"]) == (1, 1)


def test_a_wrong_answer_leaves_the_task_and_names_the_rule(own_server):
    server = own_server("--freeze-clock", "now")
    account, job = start(server, objects=1, workers=1)
    server.advance_clock(5)
    ann = account.worker("Ann")
    task = ann.claim()
    for answer in (label("cow"), {}, {"crowd-image-classifier": "cat"}):
        error = refused(ann.submit, task, answer)
        assert error.status == 400 and "answerContent" in error.message and "labels" in error.message
    for spent in (-1, 1e9):
        assert refused(ann.submit, task, label("cat"), spent).status == 400
    ann.submit(task, label("cat"), 2.5)
    ann.submit(task, label("cat"), 2.5)  # sent again after a lost connection
    job.wait()
    [answer] = job.responses()[0]
    assert answer["timeSpentInSeconds"] == 0  # the clock stands still: nobody was at it for longer


def test_what_was_answered_survives_a_kill(own_server, tmp_path):
    data = ["--data-dir", str(tmp_path / "data")]
    server = own_server(*data, ephemeral=False)
    account, job = start(server, objects=6, workers=2)
    ann, ben = account.worker("Ann"), account.worker("Ben")
    while not (held := ann.claim()):
        pass
    ann.submit(held, label("dog"))
    ben.decline(ben.claim())
    held = ann.claim()
    port = int(server.endpoint.rsplit(":", 1)[1])
    server.kill()
    again = own_server(*data, ephemeral=False, port=port)
    assert again.endpoint == account.endpoint
    assert ann.claim()["taskId"] == held["taskId"]
    assert ben.claim()["object"]["uri"].endswith("/1.png")
    for worker in (ann, ben, account.worker("Cid")):
        worker.answer_all(job.name, lambda task: label("dog"))
    assert job.wait()["LabelCounters"]["HumanLabeled"] == 6
    first = job.responses()[0]
    assert ann.id in [answer["workerId"] for answer in first] and ben.id not in [a["workerId"] for a in first]


def test_stopping_keeps_the_answers_and_ends_the_tasks(own_server):
    server = own_server("--freeze-clock", "now")
    account, job = start(server, objects=3, workers=1)
    server.advance_clock(5)
    ann = account.worker("Ann")
    ann.submit(ann.claim(), label("dog"))
    task = ann.claim()
    job.sagemaker.stop_labeling_job(LabelingJobName=job.name)
    assert refused(ann.submit, task, label("dog")).code == "TaskExpired"
    assert job.wait("Stopped")["LabelCounters"]["HumanLabeled"] == 1
    assert ann.claim(job.name) is None


def test_people_of_the_public_workforce_do_not_sign_in_here(make_job, account):
    job = make_job("public")
    request = job.request({"groundwork:workforce": "portal"})
    request["HumanTaskConfig"]["WorkteamArn"] = "arn:aws:sagemaker:us-east-1:394669845002:workteam/public-crowd/default"
    price = {"AmountInUsd": {"Dollars": 0, "Cents": 1, "TenthFractionsOfACent": 2}}
    request["HumanTaskConfig"]["PublicWorkforceTaskPrice"] = price
    with pytest.raises(ClientError, match="private teams"):
        job.sagemaker.create_labeling_job(**request)


def test_the_profile_label_waits_for_real_people(own_server):
    server = own_server("--profile", "label")
    settings = {line.split()[0]: line.split()[1:] for line in server.last_lines(100).splitlines() if line[:2] == "  "}
    assert settings["profile"] == ["label", "(flag)"] and settings["pace"] == ["1", "(profile)"]
    assert settings["durability"] == ["full", "(profile)"]
    account = server.account()
    job = ExampleJob(account, "label", "label", objects=1, workers=1).prepare()
    job.start()
    report = account.job(job.name)
    assert report["steering"]["workforce"] == "portal" and report["steering"]["pace"] == 1
    ann = account.worker("Ann")
    while not (task := ann.claim()):
        pass
    ann.submit(task, label("cat"))
    assert job.wait()["LabelCounters"]["HumanLabeled"] == 1


def test_members_come_with_the_seed_file(own_server, tmp_path):
    seed = tmp_path / "seed.json"
    seed.write_text('{"version": 1, "workteams": [{"name": "birds", "members": [{"name": "Ann"}, {"name": "Ben"}]}]}')
    server = own_server("--seed-file", str(seed))
    [team] = server.control.call("GET", "work/teams")["teams"]
    assert team["name"] == "birds" and [worker["name"] for worker in team["workers"]] == ["Ann", "Ben"]


def test_a_port_of_the_pages_that_is_taken_is_named(own_server):
    first = own_server()
    taken = int(first.endpoint.rsplit(":", 1)[1])
    with pytest.raises(ServerDidNotStart, match=f"port {taken} is taken by .*--pages-port"):
        Server.start(["--pages-port", str(taken)])
    second = own_server("--pages-port", "none")
    assert "pages: " not in second.last_lines(100)
