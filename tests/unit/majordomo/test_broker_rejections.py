"""Replies by which the broker rejects requests."""

from unit.majordomo.broker_talk import C1, C2, W1, W2, Talk, reply
from zmq4.majordomo.messages import MDP01, MDP02
from zmq4.majordomo.policy import Policy


def test_rejections_are_replies_only_where_both_sides_agreed() -> None:
    silent, agreed = Talk(Policy(ttl=1.0)), Talk(Policy(ttl=1.0), rejection=b"\0rejected")
    for talk in (silent, agreed):
        talk.say(C1, *MDP01.request(b"mmi.rejections", [b"\0rejected"]))
        talk.say(C2, *MDP02.request(b"mmi.rejections", [b"\0rejected"]))
        talk.say(W1, *MDP02.request(b"mmi.rejections", [b"in other words"]))
    answers = [talk.take(each)[0][-1] for talk in (silent, agreed) for each in (C1, C2, W1)]
    assert answers == [b"404", b"404", b"404", b"200", b"200", b"404"]

    for talk in (silent, agreed):
        talk.call(C1, b"x")
        talk.call(C2, b"x", dialect=MDP02)
        talk.call(W1, b"x")
        talk.call(W2, b"x")
        talk.pass_time(2.0)

    assert silent.take(C1) == []
    assert agreed.take(C1) == [reply(b"\0rejected", b"expired")]
    assert agreed.take(C2) == [reply(b"\0rejected", b"expired", dialect=MDP02)]
    assert agreed.take(W1) == agreed.take(W2) == []
    assert MDP01.reply(b"echo", [b"x"]) == reply(b"x")
