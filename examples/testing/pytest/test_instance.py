"""What a Python program does when its instance misbehaves: ROLECALL="npx rolecall" pytest examples/testing/pytest"""
import os
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.exceptions import ClientError, NoCredentialsError


def whoami(session):
    return session.client("sts").get_caller_identity()["Arn"]


def test_a_program_on_the_instance_is_its_role(instance):
    arn = "arn:aws:sts::111111111111:assumed-role/web/i-0123456789abcdef0"
    assert whoami(boto3.Session()) == arn


def test_a_metadata_service_that_fails_leaves_it_without_credentials(instance):
    instance.steer(faults=[{"path": "meta-data/iam", "answer": 503}])
    with pytest.raises(NoCredentialsError):
        whoami(boto3.Session())
    assert instance.requests()[-1]["answer"] == 503


def test_credentials_that_expire_are_refused_and_others_are_there(instance):
    session = boto3.Session()
    session.get_credentials()
    instance.expire_now()
    with pytest.raises(ClientError, match="ExpiredToken"):
        whoami(session)
    whoami(boto3.Session())


def test_an_interruption_is_announced_two_minutes_before(instance, broker):
    instance.steer(spotInterruption={"action": "terminate", "in": "PT10M"})
    assert read_metadata("spot/instance-action") is None
    broker.advance("PT8M")
    assert '"action":"terminate"' in read_metadata("spot/instance-action")


def read_metadata(path):
    """As a program that watches for interruptions reads it; None where nothing is."""
    endpoint = os.environ["AWS_EC2_METADATA_SERVICE_ENDPOINT"]
    ttl = {"X-aws-ec2-metadata-token-ttl-seconds": "60"}
    token = urlopen(Request(f"{endpoint}/latest/api/token", method="PUT", headers=ttl)).read().decode()
    try:
        request = Request(f"{endpoint}/latest/meta-data/{path}", headers={"X-aws-ec2-metadata-token": token})
        return urlopen(request).read().decode()
    except HTTPError as error:
        assert error.code == 404
        return None
