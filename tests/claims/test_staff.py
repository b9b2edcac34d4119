"""Staff: who signs in, with which roles."""

import pytest
from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from claims import staff
from claims.refusals import NotFound, Refused

PASSWORD = "correct horse battery"


def test_a_member_of_staff_has_roles_and_a_password_that_only_argon2_can_check(
    session: Session,
) -> None:
    anna = staff.add(session, " Anna@Redress.example", "Anna", ["lead", "agent"], PASSWORD)

    assert anna.email == "anna@redress.example"
    assert [role.name for role in anna.roles] == ["agent", "lead"]
    assert anna.password is not None
    assert anna.password.startswith("$argon2id$")
    assert PasswordHasher().verify(anna.password, PASSWORD)


@pytest.mark.parametrize(
    ("email", "name", "roles", "password", "sentence"),
    [
        ("no address", "Anna", ["agent"], PASSWORD, "is not a mail address"),
        ("a@redress.example", " ", ["agent"], PASSWORD, "needs a name"),
        ("a@redress.example", "Anna", ["boss"], PASSWORD, "There is no role boss; there are:"),
        ("a@redress.example", "Anna", [], PASSWORD, "Name at least one role"),
        ("a@redress.example", "Anna", ["agent"], "short", "has 5 characters; take at least 12"),
    ],
)
def test_what_is_wrong_with_an_account_is_a_sentence(
    session: Session, email: str, name: str, roles: list[str], password: str, sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        staff.add(session, email, name, roles, password)


def test_an_address_is_taken_once_in_whatever_spelling(session: Session) -> None:
    staff.add(session, "anna@redress.example", "Anna", ["agent"], PASSWORD)

    with pytest.raises(Refused, match="is taken"):
        staff.add(session, "ANNA@redress.example", "Other", ["agent"], PASSWORD)


def test_roles_are_given_instead_of_those_before(session: Session) -> None:
    anna = staff.add(session, "anna@redress.example", "Anna", ["agent"], PASSWORD)

    staff.set_roles(session, anna, ["finance"])

    assert [role.name for role in anna.roles] == ["finance"]


def test_a_new_password_or_a_deactivation_ends_every_sign_in(session: Session) -> None:
    anna = staff.add(session, "anna@redress.example", "Anna", ["agent"], PASSWORD)
    first = anna.fs_uniquifier
    staff.set_password(anna, staff.new_password())
    second = anna.fs_uniquifier
    staff.deactivate(anna)

    assert len({first, second, anna.fs_uniquifier}) == 3
    assert not anna.active


def test_passwords_are_made_long_and_never_twice() -> None:
    made = {staff.new_password() for _ in range(100)}

    assert len(made) == 100
    assert all(len(password) == 24 for password in made)


def test_an_address_that_nobody_has_is_a_sentence(session: Session) -> None:
    with pytest.raises(NotFound, match="Nobody here has the address"):
        staff.by_email(session, "x@redress.example")
