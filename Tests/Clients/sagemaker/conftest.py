"""Fixtures of the SageMaker tests."""

import pytest
from botocore.config import Config
from task_job import TaskJob


@pytest.fixture
def without_client_checks(account):
    """A client that sends what the model forbids, so that the server has to refuse it."""
    return account.client("sagemaker", config=Config(parameter_validation=False))


@pytest.fixture
def task_job(account, bucket_name):
    def make(kind, lines, **options):
        return TaskJob(account, bucket_name, kind, lines, **options).prepare()

    return make
