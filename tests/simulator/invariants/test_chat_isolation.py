"""Words of others and erased words are noticed wherever they come up; all else is no offence."""

from base64 import b64encode
from collections.abc import Mapping

import pytest

from petcore.adapters.voice_scripted import samples_of
from simulator.invariants.chat_isolation import ChatIsolation
from tests.simulator.invariants.story import (
    USER,
    Object,
    Story,
    exchanged,
    sole,
    stored,
    verdict,
)
from tests.simulator.invariants.talk_story import (
    BOB,
    KUZO,
    OTHER,
    POMODORO_RESULT,
    STREAM,
    TALK,
    VAXI,
    answer,
    erase,
    memory,
    message,
    persona,
    says,
    talk,
    told,
)

MINE = [*says(1, f"My cat is {KUZO}."), *talk(2, f"My cat is {KUZO}.", answer("", f"Hi {KUZO}"))]
BOBS = [
    *says(3, f"I like {VAXI}.", BOB),
    *talk(4, f"I like {VAXI}.", answer("", f"So {VAXI}", conversation_id=OTHER), user_id=BOB),
]
BEGIN: tuple[Story, ...] = (MINE, BOBS)
GONE = {"ok": False, "error": "No.", "code": "not_found", "details": []}
STUDY = {"ok": True, "session": {"session_id": "s", "user_id": USER, "study_label": KUZO}}


def asking_on(conversation_id: str, status: int) -> Story:
    """The user goes on with a conversation."""
    answered = answer("More.", "Yes.") if status == 200 else GONE
    place = {"conversation_id": conversation_id}
    return talk(9, "More.", answered, status=status, asked=place)


def sound(words: str) -> str:
    """A WAV in which the twin of a voice says something."""
    return b64encode(bytes(44) + samples_of(words.encode())).decode()


def test_own_words_come_back() -> None:
    """In answers, streams, sound, memory and documents; the pet's name and place, too."""
    judge = ChatIsolation()
    done = answer("And?", f"{KUZO}")
    stories: list[Story] = [
        *BEGIN,
        persona(5, "You come from zaxozaxo."),
        talk(6, "And?", answer("And?", f"{KUZO} of zaxozaxo")),
        told(7, "And?", [("heard", {}), ("text", {"text": KUZO}), ("done", done)]),
        memory(8, [("", KUZO)]),
        message(0, KUZO),
        message(0, VAXI, BOB),
    ]
    assert verdict(judge, *stories) == []
    assert judge.cases


def test_a_word_that_both_say_is_nobodys_secret() -> None:
    """Who says it, too, may hear it."""
    both = says(5, f"I like {VAXI}, too.")
    assert verdict(ChatIsolation(), *BEGIN, both, talk(6, "", answer("", VAXI))) == []


@pytest.mark.parametrize(
    "leak",
    [
        talk(6, "And?", answer("And?", f"I know {VAXI}.")),
        talk(6, "And?", {**GONE, "error": f"{VAXI} is not yours"}, status=404),
        talk(6, "And?", answer("And?", "x", actions=[{"name": VAXI}])),
        told(6, "And?", [("heard", {"transcript": VAXI}), ("done", answer("And?", ""))]),
        memory(6, [], summary=f"They talked of {VAXI}."),
        talk(
            6,
            "And?",
            answer("And?", "", reply_audio_base64=sound(f"oh {VAXI} oh")),
            asked={"audio_format": "wav", "include_audio": True},
        ),
        exchanged(6, "GET /api/chat/persona", {"user_id": USER}, {"system_prompt": VAXI}),
    ],
)
def test_what_only_another_has_said_is_noticed(leak: Story) -> None:
    """Wherever it stands."""
    words = sole(verdict(ChatIsolation(), *BEGIN, leak))
    assert words.endswith(f"tells {USER} of ['{VAXI}'], which others have said")


def test_words_of_another_in_the_sound_of_a_stream_are_noticed() -> None:
    """It comes in pieces, and the word may be cut anywhere."""
    spoken = bytes(44) + samples_of(f"oh {VAXI} oh".encode())
    pieces = [b64encode(spoken[at : at + 50]).decode() for at in range(0, len(spoken), 50)]
    events: list[tuple[str, Object]] = [
        ("heard", {}),
        *(("audio", {"audio_base64": piece}) for piece in pieces),
        ("done", answer("And?", "")),
    ]
    asked = {"user_id": USER, "transcript": "And?", "audio_format": "wav"}
    request, served, end = told(6, "And?", events)
    plain = exchanged(6, STREAM, asked, {})[0]
    story = [{**request, "body": plain["body"]}, served, end]
    assert VAXI in sole(verdict(ChatIsolation(), *BEGIN, story))


def test_what_was_erased_does_not_come_back() -> None:
    """Neither in answers nor in documents, until it is said again."""
    leaks = [
        talk(8, "And?", answer("And?", KUZO)),
        memory(8, [("", KUZO)]),
        message(0, KUZO),
        stored("idempotency_keys", {"user_id": USER, "answer": {"reply_text": KUZO}}),
        stored("chat_memories", {"user_id": USER, "summary": KUZO}),
    ]
    for leak in leaks:
        words = sole(verdict(ChatIsolation(), *BEGIN, erase(7), leak))
        assert words.endswith(f"tells {USER} of ['{KUZO}'], which was erased")
        again = says(7, f"It is {KUZO}.")
        assert verdict(ChatIsolation(), *BEGIN, erase(6), again, leak) == []


def lasting(story: Story, asked_at: int) -> Story:
    """The story of an exchange that was asked for earlier."""
    return [{**story[0], "at": asked_at}, *story[1:]]


ABOUT = answer("My dog is.", f"Hi {KUZO}")


@pytest.mark.parametrize(
    ("asked_at", "at", "may_tell"), [(6, 9, True), (7, 9, True), (8, 9, False)]
)
def test_what_is_under_way_may_tell_of_what_was_erased(
    asked_at: int, at: int, may_tell: bool
) -> None:
    """It was thought of before; what is asked after the erasure was not."""
    asked, *rest = lasting(talk(at, "My dog is.", ABOUT), asked_at)
    gone = erase(7)
    story = [asked, *gone, *rest] if may_tell else [*gone, asked, *rest]
    assert (verdict(ChatIsolation(), *BEGIN, story) == []) is may_tell
    stored = verdict(ChatIsolation(), *BEGIN, story, message(0, KUZO))
    assert "was erased" in stored[-1]


@pytest.mark.parametrize("answered_at", [6, 9])
def test_a_key_that_was_answered_brings_nothing_back(answered_at: int) -> None:
    """What had no answer when all was erased may come after it, and stay; the rest is heard by who
    says it again, and not stored.
    """
    said = f"I come from {KUZO}."
    hello = answer(said, f"So {KUZO}")
    asked, *rest = lasting(talk(answered_at, said, hello, key="a"), 6)
    gone = lasting(erase(8), 7)
    first = [asked, *rest, *gone] if answered_at == 6 else [asked, *gone, *rest]
    stories = [says(6, said), first, talk(10, said, hello, key="a")]
    assert verdict(ChatIsolation(), *stories) == []
    objections = verdict(ChatIsolation(), *stories, message(0, KUZO))
    assert len(objections) == (answered_at == 6)
    other = talk(10, "And?", answer("And?", KUZO))
    assert len(verdict(ChatIsolation(), *stories, other)) == (answered_at == 6)


def test_a_conversation_may_be_gone_once_it_is_to_be_erased() -> None:
    """Even if nobody hears of that; not if the wish never arrived."""
    request = erase(7)[0]
    lost = {"at": 8, "kind": "lost", "id": request["id"], "leg": "request", "why": "loss"}
    dropped = {"at": 8, "kind": "dropped", "id": request["id"]}
    gone = asking_on(TALK, 404)
    assert verdict(ChatIsolation(), *BEGIN, [request, dropped], gone) == []
    assert "was answered 404" in sole(verdict(ChatIsolation(), *BEGIN, [request, lost], gone))
    anew = talk(9, "Hello.", answer("Hello.", "Hi."))
    assert "was answered 404" in sole(
        verdict(ChatIsolation(), *BEGIN, [request, dropped], anew, gone)
    )


@pytest.mark.parametrize("who", ["phone", "stranger/foreign_user_memory_erase"])
def test_an_erasure_that_is_refused_erases_nothing(who: str) -> None:
    """Neither what was there before it, nor what comes after it."""
    request, served, _ = erase(7)
    refused: Story = [{**request, "who": who}, {**served, "status": 403, "body": "{}"}]
    anew = talk(8, "Hello.", answer("Hello.", "Hi."))
    orders: list[list[Story]] = [[MINE, refused], [refused, anew]]
    for stories in orders:
        complaint = sole(verdict(ChatIsolation(), *stories, asking_on(TALK, 404)))
        assert "was answered 404" in complaint


@pytest.mark.parametrize("end", ["served", "dropped", "lost"])
@pytest.mark.parametrize("is_first", [True, False])
def test_of_two_erasures_either_may_have_done_it(end: str, is_first: bool) -> None:
    """If one never arrived the other may have; if neither did, or the other was not under way at
    that time, all is there.
    """
    one, other = erase(7)[0], erase(7)[0]
    lost = {"at": 8, "kind": "lost", "leg": "request", "why": "loss"}
    served = {"kind": "served", "status": 503, "headers": {}, "body": "{}"}
    ends: Mapping[str, Object] = {"lost": lost, "dropped": {"kind": "dropped"}, "served": served}
    ended = {**ends[end], "at": 8, "id": other["id"]}
    first = [{**lost, "id": one["id"]}, ended]
    both = [one, other, *(first if is_first else first[::-1])]
    complaints = verdict(ChatIsolation(), *BEGIN, both, asking_on(TALK, 404))
    assert len(complaints) == (end == "lost")
    begun = talk(9, "Hello.", answer("Hello.", "Hi."))
    alone = [other, ended], begun, [one, {**lost, "id": one["id"]}]
    assert "was answered 404" in sole(
        verdict(ChatIsolation(), *BEGIN, *alone, asking_on(TALK, 404))
    )


def test_to_erase_is_ones_own_affair() -> None:
    """What others have said is still theirs."""
    bobs = talk(9, "And?", answer("And?", VAXI, conversation_id=OTHER), user_id=BOB)
    assert verdict(ChatIsolation(), *BEGIN, erase(7), bobs) == []


def test_who_the_pet_is_and_what_is_studied_is_no_memory() -> None:
    """Both stay, also if memory is erased."""
    order = says(1, f"I study {KUZO}.")
    deeds = [("start_study_session", {"study_label": KUZO}, STUDY)]
    stories: list[Story] = [
        persona(1, f"You come from {VAXI}."),
        order,
        talk(2, f"I study {KUZO}.", answer("", ""), deeds=deeds),
        erase(3),
        talk(4, "And?", answer("And?", f"You study {KUZO}, and I am from {VAXI}.")),
    ]
    assert verdict(ChatIsolation(), *stories) == []


def test_a_conversation_is_its_users_alone() -> None:
    """Somebody else's is not there, the own one is, and nobody knows of one that was erased."""
    fine = [asking_on(OTHER, 404), asking_on(OTHER, 503), asking_on(TALK, 200)]
    assert verdict(ChatIsolation(), *BEGIN, *fine) == []
    assert verdict(ChatIsolation(), *BEGIN, erase(7), asking_on(TALK, 404)) == []
    foreign = sole(verdict(ChatIsolation(), *BEGIN, asking_on(OTHER, 200)))
    assert foreign.endswith(f"goes on with conversation {OTHER} of {BOB}, and was answered 200")
    assert "answered 404" in sole(verdict(ChatIsolation(), *BEGIN, asking_on(TALK, 404)))


def test_others_words_in_a_document_are_noticed() -> None:
    """What is stored for one holds nothing of another."""
    assert VAXI in sole(verdict(ChatIsolation(), *BEGIN, message(0, f"{KUZO} and {VAXI}")))


def test_talk_of_nothing_in_particular_is_not_judged() -> None:
    """A Pomodoro is called one by everybody."""
    deeds = [("start_pomodoro", {"focus_minutes": 30}, POMODORO_RESULT)]
    judge = ChatIsolation()
    stories = [talk(1, "Start.", answer("Start.", "A Pomodoro of 30 minutes."), deeds=deeds)]
    assert verdict(judge, *stories) == []
