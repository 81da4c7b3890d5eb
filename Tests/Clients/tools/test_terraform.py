"""Terraform with the aws provider: buckets, and what labels in them, are applied, found unchanged, and destroyed."""

from __future__ import annotations

import json
import os
import platform
import shutil
from pathlib import Path

import pytest
from readback import content, plain_tag, stored

PROVIDER = "registry.terraform.io/hashicorp/aws"


def mirrors() -> list[Path]:
    """Where plugins may lie: where the environment says, then where Terraform itself and system images keep them."""
    named = os.environ.get("GROUNDWORK_TERRAFORM_PLUGINS")
    usual = ["~/.terraform.d/plugins", "/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins"]
    places = [named] if named else [*usual, "/opt/tf-plugins"]
    return [Path(place).expanduser() for place in places]


def provider() -> tuple[Path, str] | None:
    """The mirror that holds the aws provider for this machine, and the newest version there."""
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    for mirror in mirrors():
        found = [path.parent.name for path in (mirror / PROVIDER).glob(f"*/{platform.system().lower()}_{machine}")]
        if found:
            return mirror, max(found, key=lambda version: [int(part) for part in version.split(".")])
    return None


CONFIGURATION = """
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "%(version)s"
    }
  }
}

provider "aws" {
  region            = "us-east-1"
  s3_use_path_style = true
}
%(body)s
"""

BUCKET = """
resource "aws_s3_bucket" "pictures" {
  bucket        = "%(bucket)s"
  force_destroy = true
  tags          = { team = "labeling", "cost centre" = "a b" }
}

resource "aws_s3_bucket_versioning" "pictures" {
  bucket = aws_s3_bucket.pictures.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_object" "text" {
  bucket       = aws_s3_bucket_versioning.pictures.bucket
  key          = "in/hello +ü.txt"
  content      = "%(text)s"
  content_type = "text/plain"
  metadata     = { colour = "blue" }
  tags         = { kind = "text" }
}

resource "aws_s3_object" "file" {
  bucket = aws_s3_bucket_versioning.pictures.bucket
  key    = "in/file"
  source = "%(file)s"
  etag   = filemd5("%(file)s")
}

resource "aws_s3_bucket_cors_configuration" "pictures" {
  bucket = aws_s3_bucket.pictures.id
  cors_rule {
    allowed_methods = ["GET", "PUT"]
    allowed_origins = ["https://example.com"]
    allowed_headers = ["*"]
    expose_headers  = ["ETag"]
    max_age_seconds = 300
  }
}

resource "aws_s3_bucket_policy" "pictures" {
  bucket = aws_s3_bucket.pictures.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "NotForNobody"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:DeleteBucketPolicy"
      Resource  = aws_s3_bucket.pictures.arn
      Condition = { StringEquals = { "aws:PrincipalTag/role" = "nobody" } }
    }]
  })
}

resource "aws_s3_bucket_public_access_block" "pictures" {
  bucket                  = aws_s3_bucket.pictures.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "pictures" {
  bucket = aws_s3_bucket.pictures.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_ownership_controls" "pictures" {
  bucket = aws_s3_bucket.pictures.id
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

data "aws_s3_object" "read" {
  bucket = aws_s3_object.text.bucket
  key    = aws_s3_object.text.key
}

output "read" {
  value = data.aws_s3_object.read.body
}
"""


@pytest.fixture
def terraform(tools, tmp_path):
    if not shutil.which("terraform"):
        pytest.skip("terraform is not installed")
    found = provider()
    if not found:
        pytest.skip(f"the provider {PROVIDER} is in none of {', '.join(map(str, mirrors()))}")
    mirror, version = found
    place = tmp_path / "configuration"
    place.mkdir()
    installation = f'filesystem_mirror {{\n    path = "{mirror}"\n  }}'
    (place / "cli.tfrc").write_text(f"provider_installation {{\n  {installation}\n}}\n")
    environment = {
        "TF_CLI_CONFIG_FILE": str(place / "cli.tfrc"),
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
        "CHECKPOINT_DISABLE": "1",
    }

    class Terraform:
        def configure(self, body, **values):
            text = CONFIGURATION % {"version": version, "body": body % values}
            (place / "main.tf").write_text(text)

        def run(self, *arguments, **options):
            command = ("terraform", f"-chdir={place}", *arguments, "-no-color")
            return tools.run(*command, environment=environment, **options)

    return Terraform()


def test_a_bucket_with_its_settings_and_objects(terraform, s3, bucket_name, tmp_path):
    body, text = content(100_000), {"Bucket": bucket_name, "Key": "in/hello +ü.txt"}
    (tmp_path / "file").write_bytes(body)
    terraform.configure(BUCKET, bucket=bucket_name, text="hello", file=tmp_path / "file")
    terraform.run("init")
    terraform.run("apply", "-auto-approve")

    assert stored(s3, bucket_name) == {"in/hello +ü.txt": b"hello", "in/file": body}
    head = s3.head_object(**text)
    assert head["Metadata"] == {"colour": "blue"} and head["ContentType"] == "text/plain"
    assert s3.head_object(Bucket=bucket_name, Key="in/file")["ETag"] == plain_tag(body)
    assert s3.get_object_tagging(**text)["TagSet"] == [{"Key": "kind", "Value": "text"}]
    tags = {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=bucket_name)["TagSet"]}
    assert tags == {"team": "labeling", "cost centre": "a b"}
    assert s3.get_bucket_cors(Bucket=bucket_name)["CORSRules"][0]["MaxAgeSeconds"] == 300
    assert s3.get_bucket_versioning(Bucket=bucket_name)["Status"] == "Enabled"
    assert json.loads(s3.get_bucket_policy(Bucket=bucket_name)["Policy"])["Statement"][0]["Sid"] == "NotForNobody"
    assert all(s3.get_public_access_block(Bucket=bucket_name)["PublicAccessBlockConfiguration"].values())
    assert json.loads(terraform.run("output", "-json").stdout)["read"]["value"] == "hello"

    unchanged = terraform.run("plan", "-detailed-exitcode", check=False)
    assert unchanged.returncode == 0, unchanged.stdout + unchanged.stderr

    terraform.configure(BUCKET, bucket=bucket_name, text="hello again", file=tmp_path / "file")
    assert "0 added, 1 changed, 0 destroyed" in terraform.run("apply", "-auto-approve").stdout
    assert s3.get_object(**text)["Body"].read() == b"hello again"
    assert len(s3.list_object_versions(Bucket=bucket_name, Prefix=text["Key"])["Versions"]) == 2

    terraform.run("destroy", "-auto-approve")
    assert bucket_name not in [entry["Name"] for entry in s3.list_buckets()["Buckets"]]


LABELING = """
resource "aws_iam_role" "labels" {
  name = "labels"
  path = "/team/"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "sagemaker.amazonaws.com" }
    }]
  })
}

resource "aws_sagemaker_workforce" "people" {
  workforce_name = "people"
  oidc_config {
    authorization_endpoint = "https://idp.example.com/authorize"
    client_id              = "client"
    client_secret          = "secret"
    issuer                 = "https://idp.example.com/"
    jwks_uri               = "https://idp.example.com/keys"
    logout_endpoint        = "https://idp.example.com/logout"
    token_endpoint         = "https://idp.example.com/token"
    user_info_endpoint     = "https://idp.example.com/me"
  }
  source_ip_config {
    cidrs = ["10.0.0.0/16"]
  }
}

resource "aws_sagemaker_workteam" "team" {
  workteam_name  = "team"
  workforce_name = aws_sagemaker_workforce.people.id
  description    = "%(description)s"
  member_definition {
    oidc_member_definition {
      groups = ["people"]
    }
  }
  tags = { kind = "team" }
}

resource "aws_sagemaker_human_task_ui" "page" {
  human_task_ui_name = "page"
  ui_template {
    content = "<crowd-form></crowd-form>"
  }
}
"""


def test_a_workforce_with_its_team_and_page(terraform, account):
    terraform.configure(LABELING, description="Ours")
    terraform.run("init")
    terraform.run("apply", "-auto-approve")
    sagemaker = account.client("sagemaker")
    team = sagemaker.describe_workteam(WorkteamName="team")["Workteam"]
    assert team["Description"] == "Ours" and team["WorkforceArn"].endswith(":workforce/people")
    assert sagemaker.list_tags(ResourceArn=team["WorkteamArn"])["Tags"] == [{"Key": "kind", "Value": "team"}]
    assert account.client("iam").get_role(RoleName="labels")["Role"]["Path"] == "/team/"

    unchanged = terraform.run("plan", "-detailed-exitcode", check=False)
    assert unchanged.returncode == 0, unchanged.stdout + unchanged.stderr

    terraform.configure(LABELING, description="Theirs")
    assert "0 added, 1 changed, 0 destroyed" in terraform.run("apply", "-auto-approve").stdout
    assert sagemaker.describe_workteam(WorkteamName="team")["Workteam"]["Description"] == "Theirs"

    terraform.run("destroy", "-auto-approve")
    assert sagemaker.list_workforces()["Workforces"] == [] == sagemaker.list_workteams()["Workteams"]
