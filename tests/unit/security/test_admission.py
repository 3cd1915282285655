"""What is asked about a peer, and what may be answered."""

import pickle

import pytest

import zmq4
from zmq4 import Applicant, KeyPair, Verdict


def test_applicant_writes_its_key_in_z85() -> None:
    keys = KeyPair.generate()

    assert Applicant("", "CURVE", public_key=keys.public).public_key_z85 == keys.public_z85
    assert Applicant("", "NULL").public_key_z85 is None


def test_applicant_may_have_a_password_and_is_not_pickled() -> None:
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(Applicant("", "PLAIN", "", "a", "b"))


@pytest.mark.parametrize("status", [200, 300, 400, 500])
def test_verdict_has_one_of_four_statuses(status: zmq4.security._admission.Status) -> None:
    assert Verdict(status).status == status


@pytest.mark.parametrize("status", [0, 100, 201, 600, True, "200", None])
def test_there_are_no_other_statuses(status: object) -> None:
    with pytest.raises(zmq4.OptionError, match="status 200, 300, 400 or 500"):
        Verdict(status)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["", "a b", "é", "x" * 256, "a:b"])
def test_names_of_properties_are_those_of_the_wire(name: str) -> None:
    with pytest.raises(zmq4.OptionError, match="name of a property"):
        Verdict(metadata={name: "x"})


def test_properties_are_copied() -> None:
    metadata: dict[str, bytes | str] = {"X-Role": "a", "Group": b"\0"}
    verdict = Verdict(user_id="me", metadata=metadata)

    metadata.clear()

    assert verdict.metadata == {"X-Role": "a", "Group": b"\0"}
    assert hash(verdict) == hash(Verdict(user_id="me"))


def test_other_things_are_refused() -> None:
    with pytest.raises(TypeError, match="user id is text"):
        Verdict(user_id=b"me")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="is bytes or text, not int"):
        Verdict(metadata={"X": 5})  # type: ignore[dict-item]
