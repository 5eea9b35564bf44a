"""Who is meant is understood, or refused without a word of what was typed."""

from __future__ import annotations

import pytest

from aim.erasure.sought import SoughtError, read_sought

PROVIDERS = ["302110011", "902330016"]


def test_a_personal_code_is_sought_as_such_and_as_a_number_of_each_provider() -> None:
    found = read_sought(" 51003019808\n", PROVIDERS)
    assert found.subjects == (b"51003019808", b"302110011:51003019808", b"902330016:51003019808")
    assert found.provider_code is None


def test_a_code_beginning_with_nine_is_another_child_at_each_provider() -> None:
    assert read_sought("91234567890", PROVIDERS).subjects == (b"302110011:91234567890", b"902330016:91234567890")


@pytest.mark.parametrize("given", ["302110011 12/7", "302110011:12/7", "302110011;  12/7 "])
def test_a_providers_own_number_is_sought_there_alone(given: str) -> None:
    found = read_sought(given, PROVIDERS)
    assert (found.subjects, found.provider_code, found.written) == ((b"302110011:12/7",), "302110011", None)


@pytest.mark.parametrize("given", ["", "51003019809", "5100301980", "vaikas", "302110011"])
def test_what_names_nobody_is_refused_unquoted(given: str) -> None:
    with pytest.raises(SoughtError) as refused:
        read_sought(given, PROVIDERS)
    assert not given or given not in str(refused.value)


def test_it_does_not_show_itself() -> None:
    assert "51003019808" not in repr(read_sought("51003019808", PROVIDERS))
