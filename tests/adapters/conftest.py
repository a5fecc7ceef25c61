"""Have failures of the shared suites explained like those of any test."""

import pytest

pytest.register_assert_rewrite("tests.adapters.store_conformance")
