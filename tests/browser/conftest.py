"""One browser for the tests of a module."""

import pytest

from tests.chromium import launched

browser = pytest.fixture(scope="module")(launched)
