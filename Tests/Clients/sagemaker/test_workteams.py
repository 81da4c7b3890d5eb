"""Work teams, the workforce, and who the caller is."""

import pytest
from botocore.exceptions import ClientError

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


def test_the_caller_is_the_account(account):
    identity = account.client("sts").get_caller_identity()
    assert identity["Account"] == account.identifier
    assert identity["Arn"].startswith(f"arn:aws:iam::{account.identifier}:")
