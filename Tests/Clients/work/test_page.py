"""The page for people, driven in a real browser."""

import http.client
import json
import threading
import time

import pytest


def label_by_keys(page, address, name, pause):
    """Signs in and labels picture n with label n modulo their number, by digit keys, until there is nothing to do."""
    page.goto(address)
    page.fill("#name", name)
    page.keyboard.press("Enter")
    seen = []
    while True:
        page.wait_for_selector("#task:not([hidden]), #idle:not([hidden])")
        if page.is_visible("#idle"):
            if seen:
                return seen
            page.wait_for_timeout(50)
            continue
        if page.locator("#labels button:disabled").count():
            page.wait_for_timeout(10)
            continue
        picture = page.locator("#picture")
        source = picture.get_attribute("src")
        page.wait_for_function("document.getElementById('picture').complete")
        number = int(source.split("?")[0].rsplit("/", 1)[1].split(".")[0])
        labels = page.locator("#labels button").count()
        page.wait_for_timeout(pause)
        seen.append({
            "number": number, "width": picture.evaluate("picture => picture.naturalWidth"),
            "time": page.text_content("#left"), "count": page.text_content("#count"),
        })
        page.keyboard.press(str(number % labels + 1))
        page.wait_for_function(
            "source => document.getElementById('picture').getAttribute('src') !== source"
            " || document.getElementById('task').hidden", arg=source)


def test_three_bots_and_a_browser_finish_a_job_together(portal_job, account, bots, browser, page_address):
    labels = ("cat", "dog", "owl")
    job = portal_job("ImageMultiClass", objects=8, workers=4, labels=labels)
    told = {}
    person = threading.Thread(target=lambda: told.update(
        seen=browser.call(label_by_keys, page_address, "Dora", 20)))
    person.start()
    for name in ("Ann", "Ben", "Cid"):
        bots.start(
            account.worker(name), job,
            lambda task: {"crowd-image-classifier": {"label": labels[job.number(task) % 3]}}, pause=0.05)
    described = job.wait("Completed", timeout=120)
    bots.join()
    person.join()
    assert described["LabelCounters"]["HumanLabeled"] == 8
    output = job.output()
    assert [line["label"] for line in output] == [number % 3 for number in range(8)]
    assert all(line["label-metadata"]["class-name"] == labels[n % 3] for n, line in enumerate(output))
    # The person saw every picture, once, in order, with the time left and the way to go.
    assert [seen["number"] for seen in told["seen"]] == list(range(8))
    assert all(seen["width"] == 16 for seen in told["seen"])
    assert all(seen["time"] in ("5:00", "4:59", "4:58", "4:57") for seen in told["seen"])
    assert [seen["count"] for seen in told["seen"]] == [f"{number} of 8" for number in range(8)]
    dora = account.worker("Dora")
    for number, answers in job.responses().items():
        assert len(answers) == 4 and len({answer["workerId"] for answer in answers}) == 4
        [own] = [answer for answer in answers if answer["workerId"] == dora.id]
        assert own["answerContent"] == {"crowd-image-classifier": {"label": labels[number % 3]}}
        assert 0.02 <= own["timeSpentInSeconds"] < 20


def try_everything(page, address):
    """Clicks, declines, pauses and goes on; returns what was seen on the way."""
    seen = {}
    page.goto(address)
    page.wait_for_selector("#names option", state="attached")
    seen["focused"] = page.evaluate("document.activeElement.id")
    seen["names"] = page.eval_on_selector_all("#names option", "all => all.map(one => one.value)")
    page.fill("#name", "Eve")
    page.click("text=Start labeling")
    page.wait_for_selector("#task:not([hidden])")
    seen["text"] = page.text_content("#text")
    seen["elements"] = page.locator("#text *").count()
    seen["buttons"] = page.eval_on_selector_all("#labels button", "all => all.map(one => one.innerText)")
    seen["who"] = page.text_content("#who")

    def until_text_changes(act):
        before = page.text_content("#text")
        act()
        page.wait_for_function("before => document.getElementById('text').textContent !== before", arg=before)
        return page.text_content("#text")

    page.keyboard.press("Control+1")
    page.keyboard.press("9")
    seen["unchanged"] = page.text_content("#text")
    seen["second"] = until_text_changes(lambda: page.click("#labels button:nth-child(2)"))
    seen["third"] = until_text_changes(lambda: page.keyboard.press("Escape"))
    page.click("text=Pause")
    page.wait_for_selector("text=Paused")
    page.click("text=Go on")
    page.wait_for_selector("#task:not([hidden])")
    seen["again"] = page.text_content("#text")
    page.reload()
    page.wait_for_selector("#task:not([hidden])")
    seen["reloaded"] = page.text_content("#text")
    seen["fourth"] = until_text_changes(lambda: page.keyboard.press("d"))
    page.keyboard.press("1")
    page.wait_for_selector("#idle:not([hidden])")
    seen["idle"] = page.inner_text("#idle")
    page.click("text=Sign out")
    page.wait_for_selector("#sign-in:not([hidden])")
    seen["kept"] = page.evaluate("sessionStorage.getItem('worker')")
    return seen


def test_the_page_by_mouse_and_keyboard(portal_job, account, browser, page_address):
    texts = ["<b>bold</b> & <script>alert(1)</script>\n  second line", "one", "two", "three"]
    job = portal_job("TextMultiClass", texts, workers=2, labels=("good <i>", "bad"))
    portal_job("BoundingBox", objects=1, name="boxes")
    account.worker("Ann")
    wait_for_tasks(account, 2)
    seen = browser.call(try_everything, page_address)
    assert seen["focused"] == "name" and seen["names"] == ["Ann"] and seen["who"] == "Eve"
    assert seen["text"] == seen["unchanged"] == texts[0] and seen["elements"] == 0
    assert [button.split("\n")[-1] for button in seen["buttons"]] == ["good <i>", "bad"]
    assert [button.split("\n")[0][:1] for button in seen["buttons"]] == ["1", "2"]
    assert (seen["second"], seen["third"], seen["again"], seen["reloaded"]) == ("one", "two", "two", "two")
    assert seen["fourth"] == "three" and seen["kept"] is None
    assert "Nothing to do right now" in seen["idle"] and "BoundingBox needs the full portal" in seen["idle"]
    eve = account.worker("Eve")
    [progress] = [one["progress"] for one in eve.jobs() if one["job"] == job.name]
    assert (progress["done"], progress["pending"]) == (4, 0)
    ann, ben = account.worker("Ann"), account.worker("Ben")
    for worker in (ann, ben):
        worker.answer_all(job.name, lambda task: {"crowd-classifier": {"label": "bad"}})
    job.wait()
    answers = {number: {a["workerId"]: a["answerContent"] for a in list_} for number, list_ in job.responses().items()}
    assert answers[0][eve.id] == {"crowd-classifier": {"label": "bad"}}
    assert answers[3][eve.id] == {"crowd-classifier": {"label": "good <i>"}}
    assert eve.id not in answers[1] and eve.id not in answers[2]


def come_too_late(page, address):
    """Holds a task until its time is over, and sees what the page says."""
    page.goto(address)
    page.fill("#name", "Eve")
    page.keyboard.press("Enter")
    page.wait_for_selector("#task:not([hidden])")
    left = page.text_content("#left")
    page.wait_for_selector("#left.soon")
    page.wait_for_selector("#notice.alarm")
    return {"left": left, "notice": page.text_content("#notice")}


def test_the_page_says_when_the_time_is_over(portal_job, account, browser, page_address):
    # A job clock that is three times as fast: thirty seconds are ten.
    portal_job("TextMultiClass", ["one"], workers=1, time_limit=30, tags={"groundwork:pace": "3"})
    wait_for_tasks(account, 1)
    seen = browser.call(come_too_late, page_address)
    assert seen["left"] in ("0:10", "0:09") and "time for that task was over" in seen["notice"]


def lose_the_line(page, address):
    """Answers and declines while requests, or their answers, get lost."""
    seen = {"sent": 0}

    def lose_an_answer(route):
        seen["sent"] += 1
        if seen["sent"] == 1:
            route.fetch()
            return route.abort()
        return route.continue_()

    page.goto(address)
    page.fill("#name", "Eve")
    page.keyboard.press("Enter")
    page.wait_for_selector("#task:not([hidden])")
    page.route("**/work/decline*", lambda route: route.abort())
    page.keyboard.press("d")
    page.wait_for_selector("#notice.alarm")
    seen["declining"] = page.text_content("#notice")
    page.wait_for_selector("#labels button:enabled")
    page.route("**/work/submit*", lose_an_answer)
    page.keyboard.press("1")
    page.wait_for_selector("text=Trying again")
    seen["disabled"] = page.locator("#labels button:disabled").count()
    page.wait_for_selector("#text:text-is('two')")
    seen["after"] = page.text_content("#notice")
    return seen


def test_an_answer_that_got_lost_is_sent_again(portal_job, account, browser, page_address):
    job = portal_job("TextMultiClass", ["one", "two"], workers=1, labels=("good", "bad"))
    wait_for_tasks(account, 1)
    seen = browser.call(lose_the_line, page_address, problems=["ERR_FAILED"])
    assert "try once more" in seen["declining"] and "Trying again" not in seen["declining"]
    assert (seen["sent"], seen["disabled"], seen["after"]) == (2, 2, "")
    eve = account.worker("Eve")
    eve.answer_all(job.name, lambda task: {"crowd-classifier": {"label": "bad"}})
    job.wait()
    answers = {number: [one["answerContent"] for one in given] for number, given in job.responses().items()}
    assert answers == {0: [{"crowd-classifier": {"label": "good"}}], 1: [{"crowd-classifier": {"label": "bad"}}]}


def wait_for_tasks(account, jobs):
    """Waits until so many jobs have something to do."""
    worker = account.worker("Ann")
    deadline = time.monotonic() + 20
    while sum(job["progress"]["pending"] > 0 for job in worker.jobs()) < jobs:
        assert time.monotonic() < deadline
        time.sleep(0.05)


# What the port of the pages refuses


def ask(address, method, path, headers, body=b""):
    host, port = address.split("//")[1].split("/")[0].split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    document = answer.read()
    connection.close()
    return answer, document


@pytest.mark.parametrize("headers", [
    {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Host": "evil.example"},
    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
])
def test_other_pages_cannot_use_the_work_api(page_address, headers):
    body = json.dumps({"team": "example-team", "name": "Mallory"}).encode()
    for method, path in (("GET", "/_groundwork/work/teams"), ("POST", "/_groundwork/work/workers")):
        answer, _ = ask(page_address, method, path, {"Content-Type": "application/json", **headers}, body)
        assert answer.status == 403 and answer.getheader("Access-Control-Allow-Origin") is None


@pytest.mark.parametrize("path", ["/_groundwork/clock", "/_groundwork/reset", "/_groundwork/live", "/bucket/key", "/x"])
def test_the_pages_port_serves_pages_only(page_address, path):
    assert ask(page_address, "GET", path, {})[0].status == 404


def test_the_page_is_not_found_on_the_port_of_the_apis(plain):
    answer = plain.send("GET", "/work.js")
    assert answer.status in (403, 404)
    answer = plain.send("GET", "/_groundwork/work/teams", headers={"Origin": "http://127.0.0.1:1"})
    assert answer.status == 403


def unlock(page, address):
    """Gives the page the control token that it asks for."""
    page.goto(address)
    page.wait_for_selector("#token-row:not([hidden])")
    notice = page.text_content("#notice")
    page.fill("#token", "t0ken")
    page.click("text=Start labeling")
    page.wait_for_selector("#names option", state="attached")
    page.fill("#name", "Ann")
    page.click("text=Start labeling")
    page.wait_for_selector("#idle:not([hidden])")
    return notice


def test_a_strict_server_wants_its_token_on_the_page_too(own_server, tmp_path, browser):
    seed = tmp_path / "seed.json"
    seed.write_text('{"version": 1, "workteams": [{"name": "birds", "members": [{"name": "Ann"}]}]}')
    server = own_server(
        "--auth", "strict", "--seed-file", str(seed), environment={"GROUNDWORK_CONTROL_TOKEN": "t0ken"})
    address = server.pages + "/"
    assert ask(address, "GET", "/_groundwork/work/teams", {})[0].status == 401
    assert ask(address, "GET", "/_groundwork/work/teams", {"x-groundwork-token": "t0ken"})[0].status == 200
    assert "control token" in browser.call(unlock, address, problems=["401"])
