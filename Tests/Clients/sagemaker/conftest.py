"""Fixtures of the SageMaker tests."""

import pytest
from botocore.config import Config


@pytest.fixture
def without_client_checks(account):
    """A client that sends what the model forbids, so that the server has to refuse it."""
    return account.client("sagemaker", config=Config(parameter_validation=False))
