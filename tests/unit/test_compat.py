"""What is private of others: the versions that it was checked with."""

from importlib.metadata import version

import pytest

from messenger.compat import CHECKED_WITH, warn_of_unchecked_versions


@pytest.mark.parametrize('package', CHECKED_WITH)
def test_installed_version_is_the_one_that_was_checked(package: str) -> None:
    assert version(package) == CHECKED_WITH[package]


def test_checked_versions_start_without_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    warn_of_unchecked_versions()

    assert caplog.messages == []


def test_other_versions_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    warn_of_unchecked_versions(version_of=(CHECKED_WITH | {'uvicorn': '99.0'}).__getitem__)

    assert caplog.messages == [f'uvicorn 99.0 is installed, but this was checked with {CHECKED_WITH["uvicorn"]} only.']
