from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from ivr.console.security.passwords import LONGEST, Passwords, checked, fast
from ivr.core.errors import UsageError


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "Tr0ub4dor&3-xyzzy",
        "我们明天早上去公园里跑步看日出吧",
        "q8#Lm2!vZp0s",
        "kettle sofa river owl",
    ],
)
def test_long_ones_that_nobody_thinks_of_first_are_taken(password: str) -> None:
    assert checked(password, "ann") == password


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("q8#Lm2!vZp0", "too short"),
        ("x" * (LONGEST + 1), "more than"),
        ("password1234", "easily guessed"),
        ("Password2026!", "easily guessed"),
        ("123456789012345", "easily guessed"),
        ("aaaaaaaaaaaaaaaa", "easily guessed"),
        ("abababababababab", "easily guessed"),
        ("qwertyuiop2024", "easily guessed"),
        ("ann.lee@ann.lee1", "easily guessed"),
        ("Admin-Admin-Admin", "easily guessed"),
        ("woaizhongguo1314", "easily guessed"),
        ("管理员密码管理员密码1", "too short"),
        ("管理员密码管理员密码12", "easily guessed"),
    ],
)
def test_short_and_easily_guessed_ones_are_refused(password: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        checked(password, "ann.lee")
    assert "12" in caught.value.cure


async def test_however_an_input_method_writes_it_it_is_the_same_password() -> None:
    passwords = Passwords(fast())
    kept = await passwords.hashed(checked("ｃｏｒｒｅｃｔ　ｈｏｒｓｅ　９９", "ann"))
    assert kept.startswith("$argon2id$")
    assert await passwords.fits(kept, "correct horse 99")
    assert not await passwords.fits(kept, "correct horse 98")


async def test_what_is_no_hash_fits_nothing() -> None:
    passwords = Passwords(fast())
    for kept in ("", "correct horse 99", "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA"):
        assert not await passwords.fits(kept, "correct horse 99")
        assert not await passwords.fits(kept, "nobody has this password")


async def test_hashes_of_other_parameters_are_known_for_that() -> None:
    kept = await Passwords(fast()).hashed("correct horse 99")
    assert not Passwords(fast()).outdated(kept)
    assert Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)).outdated(kept)


def test_new_hashes_are_made_as_rfc_9106_advises() -> None:
    hasher = Passwords().hasher
    assert (hasher.memory_cost, hasher.time_cost, hasher.parallelism) == (65536, 3, 4)
