"""RenderUiTemplate: pages as workers see them. Rules: developer guide, "Automate data processing"; codes are ours."""

import html.parser
import json
import urllib.error
import urllib.request

import pytest
from botocore.exceptions import ClientError

PAGE = "<crowd-form>%s</crowd-form>"


@pytest.fixture
def render(account):
    def render(body, task=None, **request):
        request.setdefault("UiTemplate", {"Content": PAGE % body})
        answer = account.client("sagemaker").render_ui_template(
            Task={"Input": task if isinstance(task, str) else json.dumps(task or {})},
            RoleArn=f"arn:aws:iam::{account.identifier}:role/r",
            **{name: value for name, value in request.items() if value is not None})
        return answer["RenderedContent"], [(error["Code"], error["Message"]) for error in answer["Errors"]]

    return render


@pytest.mark.parametrize("body, task, expected", [
    ("{{ task.input.text }}", {"text": "Tom's <b> & co"}, "Tom&#39;s &lt;b&gt; &amp; co"),
    ("{{ task.input.text | escape }}", {"text": "a < b"}, "a &lt; b"),
    ("{{ task.input.text | skip_autoescape }}", {"text": "<b>"}, "<b>"),
    ("{{ task.input.source-ref }}", {"source-ref": "s3://b/k"}, "s3://b/k"),
    ("{% for label in task.input.labels %}[{{ label }}]{% endfor %}", {"labels": ["cat", "dog"]}, "[cat][dog]"),
    ("{% if task.input.other %}yes{% else %}no{% endif %}", {}, "no"),
])
def test_pages_are_rendered(render, body, task, expected):
    assert render(body, task) == (PAGE % expected, [])


def test_lists_are_json_in_attributes(render):
    content, errors = render("<x labels='{{ task.input.labels | to_json }}'>", {"labels": ["Tom's", "b"]})
    value = content.split("'")[1].replace("&quot;", '"').replace("&#39;", "'")
    assert json.loads(value) == ["Tom's", "b"] and errors == []


NER_PAGE = "arn:aws:sagemaker:us-east-1:394669845002:human-task-ui/NamedEntityRecognition"


class Attributes(html.parser.HTMLParser):
    """The attributes of the elements of a page, by name."""

    def __init__(self, page):
        super().__init__()
        self.elements = {}
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.elements[tag] = dict(attributes)


@pytest.mark.parametrize("labels, expected", [
    (["person", "Tom's \"place\""], [{"label": "person"}, {"label": "Tom's \"place\""}]),
    ([{"label": "a", "shortDisplayName": "A"}], [{"label": "a", "shortDisplayName": "A"}]),
    ([], []),
])
def test_the_services_own_page_for_entities_is_rendered(render, labels, expected):
    task = {"taskObject": "Ann's <house> & \"garden\"", "labels": labels, "header": "Mark", "shortInstruction": "<b>x</b>"}
    content, errors = render("", task, HumanTaskUiArn=NER_PAGE, UiTemplate=None)
    element = Attributes(content).elements["crowd-entity-annotation"]
    assert json.loads(element["labels"]) == expected and element["text"] == task["taskObject"]
    assert element["header"] == "Mark" and "<b>x</b>" in content
    assert errors == []


def test_another_page_of_the_services_own_is_unknown(render):
    with pytest.raises(ClientError) as refusal:
        render("", {}, HumanTaskUiArn=NER_PAGE.replace("NamedEntityRecognition", "VideoObjectTracking"), UiTemplate=None)
    assert refusal.value.response["Error"]["Code"] == "ResourceNotFound"


def read(address):
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_objects_are_given_addresses_that_a_browser_can_read(render, account, groundwork_server):
    s3, key = account.client("s3"), "in/a b+ü.txt"
    s3.create_bucket(Bucket="pages")
    s3.put_object(Bucket="pages", Key=key, Body=b"content")
    for given in (f"s3://pages/{key}", f"https://s3.amazonaws.com/pages/{key}", f"http://pages.s3.amazonaws.com/{key}"):
        content, errors = render("{{ task.input.object | grant_read_access | skip_autoescape }}", {"object": given})
        address = content.removeprefix("<crowd-form>").removesuffix("</crowd-form>")
        assert errors == [] and address.startswith(account.endpoint + "/pages/in/")
        assert read(address) == (200, b"content")
        assert read(address.replace("X-Amz-Expires=3600", "X-Amz-Expires=7200"))[0] == 403


def test_an_address_opens_nothing_that_the_account_may_not_read(render, groundwork_server):
    stranger = groundwork_server.account("222233334444").client("s3")
    stranger.create_bucket(Bucket="foreign-pages")
    stranger.put_object(Bucket="foreign-pages", Key="k", Body=b"secret")
    content, _ = render("{{ 's3://foreign-pages/k' | grant_read_access | skip_autoescape }}")
    status, body = read(content.removeprefix("<crowd-form>").removesuffix("</crowd-form>"))
    assert status == 403 and b"AccessDenied" in body and b"secret" not in body


def test_other_addresses_stay(render):
    assert render("{{ 'https://example.com/a.png' | grant_read_access }}") == (PAGE % "https://example.com/a.png", [])


@pytest.mark.parametrize("body, task, code, words", [
    ("{{ task.input.absent }}", {}, "MissingVariable", "task.input.absent"),
    ("a\n{% if %}b{% endif %}", {}, "TemplateSyntaxError", "line 2"),
    ("{{ 'x' | no_such_filter }}", {}, "UnknownFilter", "no_such_filter"),
    ("{{ 'nonsense' | grant_read_access }}", {}, "InvalidS3Uri", "nonsense"),
    ("", "[1]", "InvalidTaskInput", "JSON object"),
])
def test_what_is_wrong_is_told_beside_the_page(render, body, task, code, words):
    content, errors = render(body, task)
    assert isinstance(content, str)
    assert [error[0] for error in errors] == [code] and words in errors[0][1]


def test_a_page_without_a_form_cannot_be_submitted(render):
    content, errors = render("", UiTemplate={"Content": "<p>hello</p>"})
    assert content == "<p>hello</p>" and [error[0] for error in errors] == ["MissingCrowdForm"]


def test_pages_that_are_kept_by_name(render, account):
    sagemaker = account.client("sagemaker")
    arn = sagemaker.create_human_task_ui(
        HumanTaskUiName="page", UiTemplate={"Content": PAGE % "{{ task.input.x }}"})["HumanTaskUiArn"]
    request = {"Task": {"Input": '{"x": 1}'}, "RoleArn": f"arn:aws:iam::{account.identifier}:role/r"}
    answer = sagemaker.render_ui_template(HumanTaskUiArn=arn, **request)
    assert answer["RenderedContent"] == PAGE % "1" and answer["Errors"] == []
    for changes, code in (
        ({"HumanTaskUiArn": arn + "x"}, "ResourceNotFound"),
        ({"HumanTaskUiArn": arn, "UiTemplate": {"Content": "x"}}, "ValidationException"),
        ({}, "ValidationException"),
    ):
        with pytest.raises(ClientError) as error:
            sagemaker.render_ui_template(**request, **changes)
        assert error.value.response["Error"]["Code"] == code
