"""Work teams, the workforce, and who the caller is."""

import hashlib
import urllib.request

import pytest
from botocore.exceptions import ClientError
from groundwork_testing import ExampleJob

MEMBERS = [{"CognitoMemberDefinition": {"UserPool": "us-east-1_a", "UserGroup": "people", "ClientId": "client"}}]


def test_a_team_is_made_shown_listed_and_deleted(sagemaker, account):
    arn = sagemaker.create_workteam(
        WorkteamName="Team", Description="Ours", MemberDefinitions=MEMBERS, Tags=[{"Key": "a", "Value": "b"}]
    )["WorkteamArn"]
    assert arn == f"arn:aws:sagemaker:us-east-1:{account.identifier}:workteam/private-crowd/Team"
    team = sagemaker.describe_workteam(WorkteamName="Team")["Workteam"]
    assert team["WorkteamArn"] == arn and team["Description"] == "Ours" and team["MemberDefinitions"] == MEMBERS
    assert team["SubDomain"].endswith(".labeling.us-east-1.sagemaker.aws")
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "b"}]
    assert [entry["WorkteamName"] for entry in sagemaker.list_workteams(NameContains="ea")["Workteams"]] == ["Team"]
    assert sagemaker.delete_workteam(WorkteamName="Team")["Success"] is True
    with pytest.raises(ClientError) as error:
        sagemaker.describe_workteam(WorkteamName="Team")
    assert error.value.response["Error"]["Code"] == "ValidationException"
    assert "The work team" in error.value.response["Error"]["Message"]


def test_a_team_of_the_same_name_is_refused(sagemaker):
    sagemaker.create_workteam(WorkteamName="t", Description="d", MemberDefinitions=MEMBERS)
    with pytest.raises(ClientError) as error:
        sagemaker.create_workteam(WorkteamName="t", Description="d", MemberDefinitions=MEMBERS)
    assert error.value.response["Error"]["Code"] == "ResourceInUse"


def test_a_missing_workforce_is_told_as_clients_know_it(sagemaker):
    with pytest.raises(ClientError) as error:
        sagemaker.describe_workforce(WorkforceName="none")
    assert error.value.response["Error"]["Code"] == "ValidationException"
    assert "No workforce" in error.value.response["Error"]["Message"]


def test_one_workforce_per_region(sagemaker, account):
    cognito = {"UserPool": "us-east-1_a", "ClientId": "client"}
    arn = sagemaker.create_workforce(WorkforceName="people", CognitoConfig=cognito)["WorkforceArn"]
    assert arn == f"arn:aws:sagemaker:us-east-1:{account.identifier}:workforce/people"
    assert sagemaker.describe_workforce(WorkforceName="people")["Workforce"]["CognitoConfig"] == cognito
    with pytest.raises(ClientError) as error:
        sagemaker.create_workforce(WorkforceName="others", CognitoConfig=cognito)
    assert error.value.response["Error"]["Code"] in ("ResourceLimitExceeded", "ResourceInUse", "ValidationException")


OIDC = {
    name: f"https://idp.example.com/{name}" for name in (
        "Issuer", "AuthorizationEndpoint", "TokenEndpoint", "UserInfoEndpoint", "LogoutEndpoint", "JwksUri")
} | {"ClientId": "client"}
GROUPS = [{"OidcMemberDefinition": {"Groups": ["people"]}}]


def refused(call, **request):
    with pytest.raises(ClientError) as error:
        call(**request)
    return error.value.response["Error"]


def test_a_workforce_from_its_beginning_to_its_end(sagemaker):
    """Facts 6.2: the provider stays while there are teams, and a workforce with teams cannot go."""
    sagemaker.create_workforce(WorkforceName="people", OidcConfig=OIDC | {"ClientSecret": "secret"})
    [listed] = sagemaker.list_workforces()["Workforces"]
    assert listed["OidcConfig"] == OIDC and listed["Status"] == "Active"
    assert sagemaker.list_workforces(NameContains="nobody")["Workforces"] == []
    cidrs = {"Cidrs": ["10.0.0.0/16"]}
    network = {"VpcId": "vpc-1", "SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}
    changed = sagemaker.update_workforce(
        WorkforceName="people", SourceIpConfig=cidrs, WorkforceVpcConfig=network, IpAddressType="dualstack",
        OidcConfig=OIDC | {"ClientId": "other", "ClientSecret": "secret"})["Workforce"]
    assert changed["SourceIpConfig"] == cidrs and changed["OidcConfig"]["ClientId"] == "other"
    assert changed["IpAddressType"] == "dualstack" and changed["WorkforceVpcConfig"] == network
    assert sagemaker.describe_workforce(WorkforceName="people")["Workforce"] == changed
    sagemaker.create_workteam(
        WorkteamName="t", Description="d", MemberDefinitions=GROUPS, WorkforceName="people")
    oidc = OIDC | {"ClientSecret": "secret"}
    error = refused(sagemaker.update_workforce, WorkforceName="people", OidcConfig=oidc)
    assert error["Code"] == "ValidationException" and "work team" in error["Message"]
    error = refused(sagemaker.delete_workforce, WorkforceName="people")
    assert error["Code"] == "ResourceInUse" and "t" in error["Message"]
    sagemaker.delete_workteam(WorkteamName="t")
    sagemaker.delete_workforce(WorkforceName="people")
    for call in (sagemaker.describe_workforce, sagemaker.delete_workforce, sagemaker.update_workforce):
        error = refused(call, WorkforceName="people")
        assert error["Code"] == "ValidationException" and "No workforce" in error["Message"]


def test_a_provider_is_for_good(sagemaker):
    sagemaker.create_workforce(WorkforceName="people", CognitoConfig={"UserPool": "us-east-1_a", "ClientId": "c"})
    error = refused(sagemaker.update_workforce, WorkforceName="people", OidcConfig=OIDC | {"ClientSecret": "s"})
    assert error["Code"] == "ValidationException"


def test_a_team_is_changed(sagemaker):
    sagemaker.create_workteam(WorkteamName="Team", Description="Ours", MemberDefinitions=GROUPS)
    before = sagemaker.describe_workteam(WorkteamName="Team")["Workteam"]
    topic = {"NotificationTopicArn": "arn:aws:sns:us-east-1:000000000000:t"}
    changed = sagemaker.update_workteam(
        WorkteamName="team", Description="Theirs", NotificationConfiguration=topic)["Workteam"]
    assert changed["Description"] == "Theirs" and changed["NotificationConfiguration"] == topic
    assert changed["MemberDefinitions"] == GROUPS and changed["WorkteamName"] == "Team"
    assert changed["CreateDate"] == before["CreateDate"] and changed["LastUpdatedDate"] >= before["LastUpdatedDate"]
    assert sagemaker.describe_workteam(WorkteamName="Team")["Workteam"] == changed
    other = sagemaker.update_workteam(WorkteamName="Team", MemberDefinitions=MEMBERS)["Workteam"]
    assert other["MemberDefinitions"] == MEMBERS and other["Description"] == "Theirs"
    error = refused(sagemaker.update_workteam, WorkteamName="Team", MemberDefinitions=MEMBERS + GROUPS)
    assert error["Code"] == "ValidationException"
    assert "The work team" in refused(sagemaker.update_workteam, WorkteamName="none", Description="d")["Message"]
    error = refused(
        sagemaker.create_workteam, WorkteamName="x", Description="d", MemberDefinitions=GROUPS, WorkforceName="none")
    assert error["Code"] == "ValidationException" and "No workforce" in error["Message"]


def test_a_worker_page_is_kept_by_name(sagemaker, account):
    content = "<script src='x'></script><crowd-form>{{ task.input.source }}</crowd-form>"
    arn = sagemaker.create_human_task_ui(
        HumanTaskUiName="page-1", UiTemplate={"Content": content}, Tags=[{"Key": "a", "Value": "b"}])["HumanTaskUiArn"]
    assert arn == f"arn:aws:sagemaker:us-east-1:{account.identifier}:human-task-ui/page-1"
    shown = sagemaker.describe_human_task_ui(HumanTaskUiName="page-1")
    assert shown["HumanTaskUiStatus"] == "Active" and shown["HumanTaskUiArn"] == arn
    assert shown["UiTemplate"]["ContentSha256"] == hashlib.sha256(content.encode()).hexdigest()
    with urllib.request.urlopen(shown["UiTemplate"]["Url"]) as page:
        assert page.read().decode() == content and page.headers.get_content_type() == "text/html"
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "b"}]
    error = refused(sagemaker.create_human_task_ui, HumanTaskUiName="page-1", UiTemplate={"Content": content})
    assert error["Code"] == "ResourceInUse"
    sagemaker.create_human_task_ui(HumanTaskUiName="page-0", UiTemplate={"Content": content})
    names = [page["HumanTaskUiName"] for page in sagemaker.list_human_task_uis()["HumanTaskUiSummaries"]]
    assert names == ["page-1", "page-0"]
    page = sagemaker.list_human_task_uis(SortOrder="Descending", MaxResults=1)
    assert [entry["HumanTaskUiName"] for entry in page["HumanTaskUiSummaries"]] == ["page-0"]
    rest = sagemaker.list_human_task_uis(SortOrder="Descending", MaxResults=1, NextToken=page["NextToken"])
    assert [entry["HumanTaskUiName"] for entry in rest["HumanTaskUiSummaries"]] == ["page-1"]
    assert "NextToken" not in rest
    sagemaker.delete_human_task_ui(HumanTaskUiName="page-1")
    for call in (sagemaker.describe_human_task_ui, sagemaker.delete_human_task_ui):
        assert refused(call, HumanTaskUiName="page-1")["Code"] == "ResourceNotFound"


def test_vendors_come_from_the_seed(sagemaker, account):
    assert sagemaker.list_subscribed_workteams()["SubscribedWorkteams"] == []
    account.control.call("POST", "seed", {"version": 1, "vendors": [{
        "name": "Vendor", "vendorAccount": "111122223333", "account": account.identifier, "title": "Boxes",
        "seller": "A seller", "description": "Draws boxes", "listingId": "listing-1"}]})
    arn = "arn:aws:sagemaker:us-east-1:111122223333:workteam/vendor-crowd/Vendor"
    expected = {
        "WorkteamArn": arn, "MarketplaceTitle": "Boxes", "SellerName": "A seller",
        "MarketplaceDescription": "Draws boxes", "ListingId": "listing-1"}
    assert sagemaker.describe_subscribed_workteam(WorkteamArn=arn)["SubscribedWorkteam"] == expected
    assert sagemaker.list_subscribed_workteams(NameContains="end")["SubscribedWorkteams"] == [expected]
    assert sagemaker.list_subscribed_workteams(NameContains="none")["SubscribedWorkteams"] == []
    error = refused(sagemaker.describe_subscribed_workteam, WorkteamArn=arn + "x")
    assert error["Code"] == "ValidationException" and "The work team" in error["Message"]


def test_the_jobs_of_a_team(account):
    sagemaker = account.client("sagemaker")
    jobs = [ExampleJob(account, name, "team-bucket", objects=3).prepare() for name in ("One", "Two")]
    for job in jobs:
        job.start()
        job.wait()
    team = jobs[0].workteam_arn
    first, second = sagemaker.list_labeling_jobs_for_workteam(WorkteamArn=team)["LabelingJobSummaryList"]
    assert [first["LabelingJobName"], second["LabelingJobName"]] == ["One", "Two"]
    described = sagemaker.describe_labeling_job(LabelingJobName="One")
    assert first["JobReferenceCode"] == described["JobReferenceCode"]
    assert first["WorkRequesterAccountId"] == account.identifier and first["CreationTime"] == described["CreationTime"]
    assert first["LabelCounters"] == {"HumanLabeled": 3, "PendingHuman": 0, "Total": 3}
    assert first["NumberOfHumanWorkersPerDataObject"] == described["HumanTaskConfig"]["NumberOfHumanWorkersPerDataObject"]
    part = sagemaker.list_labeling_jobs_for_workteam(
        WorkteamArn=team, JobReferenceCodeContains=second["JobReferenceCode"][14:])
    assert part["LabelingJobSummaryList"] == [second]
    turned = sagemaker.list_labeling_jobs_for_workteam(WorkteamArn=team, SortOrder="Descending", MaxResults=1)
    assert turned["LabelingJobSummaryList"] == [second] and turned["NextToken"]
    other = team.rsplit("/", 1)[0] + "/other"
    assert sagemaker.list_labeling_jobs_for_workteam(WorkteamArn=other)["LabelingJobSummaryList"] == []


def test_the_caller_is_the_account(account):
    identity = account.client("sts").get_caller_identity()
    assert identity["Account"] == account.identifier
    assert identity["Arn"].startswith(f"arn:aws:iam::{account.identifier}:")
