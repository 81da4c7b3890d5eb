"""What a bucket policy may say, and what makes none: words that S3 does not know, fields that do not go together."""

import json

import pytest
from botocore.exceptions import ClientError


def code(error):
    return error.value.response["Error"]["Code"]


def denial(bucket, action, condition=None):
    made = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": f"arn:aws:s3:::{bucket}/x/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**made, "Condition": condition} if condition else made]})


MALFORMED = [
    "no json", "[]", "{}", '{"Statement": []}', '{"Version": "2013-01-01", "Statement": [STATEMENT]}',
    '{"Statement": [{"Effect": "Maybe", "Principal": "*", "Action": "s3:GetObject", "Resource": "RESOURCE/*"}]}',
    '{"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "RESOURCE/*"}]}',
    '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "ec2:Run", "Resource": "RESOURCE/*"}]}',
    '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "RESOURCE"}]}',
    '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": "RESOURCE/*"}]}',
    '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", '
    '"Resource": "arn:aws:s3:::another-bucket/*"}]}',
    '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "me"}, "Action": "s3:GetObject", '
    '"Resource": "RESOURCE/*"}]}',
    '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "RESOURCE/*", '
    '"Condition": {"StringIsNice": {"aws:UserAgent": "x"}}}]}',
    # What S3 has not: an action, a pattern of actions, keys of conditions; and a name twice.
    '{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:HeadObject", "Resource": "RESOURCE/*"}]}',
    '{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": ["s3:Get*", "s3:Fetch*"], '
    '"Resource": "RESOURCE/*"}]}',
    '{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "RESOURCE/*", '
    '"Condition": {"StringEquals": {"s3:x-amz-colour": "x"}}}]}',
    '{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "RESOURCE/*", '
    '"Condition": {"StringEquals": {"s3:ExistingObjectTag/": "x"}}}]}',
    '{"Statement": [{"Sid": "a", "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", '
    '"Resource": "RESOURCE/*"}, {"Sid": "a", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", '
    '"Resource": "RESOURCE/*"}]}',
]


@pytest.mark.parametrize("place", range(len(MALFORMED)))
def test_a_policy_that_makes_no_sense(s3, bucket, place):
    with pytest.raises(ClientError) as error:
        s3.put_bucket_policy(Bucket=bucket, Policy=MALFORMED[place].replace("RESOURCE", f"arn:aws:s3:::{bucket}"))
    assert code(error) == "MalformedPolicy"
    with pytest.raises(ClientError) as error:
        s3.get_bucket_policy(Bucket=bucket)
    assert code(error) == "NoSuchBucketPolicy"


def test_a_policy_may_name_all_that_s3_has(s3, bucket):
    for action, condition in (
        ("s3:GetObjectTorrent", None), ("s3:getobject", None), ("s3:*Torrent", None), ("*", None),
        ("s3:PutObject", {"Null": {"s3:if-none-match": "true"}}),
        ("s3:PutObject", {"StringEquals": {"s3:X-Amz-Server-Side-Encryption": "aws:kms"}}),
        ("s3:PutObject", {"StringEquals": {"s3:RequestObjectTag/colour": "red", "kms:ViaService": "x"}}),
    ):
        s3.put_bucket_policy(Bucket=bucket, Policy=denial(bucket, action, condition))


def test_a_policy_comes_back_as_it_went(s3, bucket):
    text = denial(bucket, "s3:*")
    s3.put_bucket_policy(Bucket=bucket, Policy=text)
    assert json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]) == json.loads(text)
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"] is False
