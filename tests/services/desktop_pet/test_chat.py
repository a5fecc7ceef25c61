"""Talking with the pet: what is answered, and what is told on the way."""

import logging
import re
from base64 import b64decode

import pytest

from petcore.adapters.language_scripted import Script, Wait
from petcore.adapters.voice_scripted import spoken_in
from petcore.errors import BadInput, HearingFailed, LanguageFailed, NotFound, VoiceFailed
from petcore.ports.language import Talk, ToolCall
from petcore.rules.desktop_pet import chat as rules
from petcore.services.desktop_pet.chat import PersonaWish
from tests.services.desktop_pet.talk import (
    CALL,
    FAILING,
    Counting,
    Steps,
    answer_of,
    failing_at,
    keyed,
    listen,
    of_kinds,
    recording,
    said,
    send,
    sound_of,
    steps,
    text_of,
    using,
)
from tests.services.server import NOON, Server

NOVA = PersonaWish("audrey", "Nova", "You are Nova.", "some-model", "some-voice")
HEAD = 44
THEIR_WORDS = "sk-0123"
HELLO = Talk("", None, None, (), "hello", ())


@pytest.mark.asyncio
async def test_a_persona_is_found_again_as_it_was_saved() -> None:
    """And one that is saved later takes its place, but for when the first one came."""
    server = Server()
    chat = server.services().desktop_pet.chat
    with pytest.raises(NotFound):
        await chat.get_persona("audrey")
    saved = await chat.save_persona(NOVA, CALL)
    assert saved == {"ok": True, "persona": await chat.get_persona("audrey")}
    server.clock.advance(5)
    other = PersonaWish("audrey", "Luna", None, None, None)
    assert await chat.save_persona(other, keyed()) == await chat.save_persona(other, keyed())
    assert await chat.get_persona("audrey") == {
        "user_id": "audrey",
        "pet_name": "Luna",
        "system_prompt": None,
        "gemini_model": None,
        "voice_id": None,
    }
    [stored] = (await server.stored())["pet_personas"]
    assert stored["created_at"] == NOON


@pytest.mark.asyncio
async def test_an_answer_has_everything_the_document_says() -> None:
    """The fields of the document, and what is added."""
    services = Server().services()
    await services.desktop_pet.chat.save_persona(NOVA, CALL)
    answer = await send(services, said("Nova, hello", include_audio=True))
    assert b64decode(str(answer["reply_audio_base64"])).startswith(b"\xff\xf3")
    assert {**answer, "timings_ms": {}, "reply_audio_base64": ""} == {
        "ok": True,
        "conversation_id": answer["conversation_id"],
        "pet_name": "Nova",
        "transcript": "Nova, hello",
        "reply_text": "You said: hello. I heard it.",
        "reply_audio_base64": "",
        "actions": [],
        "warnings": [],
        "timings_ms": {},
    }


@pytest.mark.asyncio
async def test_the_language_is_told_who_it_is_and_what_was_said() -> None:
    """The persona, the turns of this conversation as lines, and others as a memory."""
    script = Counting()
    chat = Server(script=script).services().desktop_pet.chat
    await chat.save_persona(NOVA, CALL)
    await chat.send_message(said("about kiwis"), CALL)
    first = await chat.send_message(said("Luna, tell me", wake_name="Luna"), CALL)
    await chat.send_message(said("and then?", conversation_id=first["conversation_id"]), CALL)
    last = script.talks[-1]
    assert (last.pet_name, last.model) == ("Nova", "some-model")
    assert "You are Nova." in last.system_prompt
    assert "about kiwis" in last.system_prompt
    assert [line.content for line in last.lines] == ["Luna, tell me", "Answer 2."]
    assert [line.role for line in last.lines] == ["user", "assistant"]
    assert script.talks[1].transcript == "tell me"
    assert "tell me" not in last.system_prompt


@pytest.mark.asyncio
async def test_speech_is_heard_and_answered() -> None:
    """A recording is as good as a transcript, and what was heard is answered."""
    chat = Server().services().desktop_pet.chat
    answer = await chat.send_message(said(audio=recording("good morning")), CALL)
    assert answer["transcript"] == "good morning"
    assert answer["reply_text"] == "You said: good morning. I heard it."


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("audio", "word"),
    [
        (b"", "empty"),
        (b"MThd", "WAV"),
        (recording("")[:-4], "broken"),
        (recording("x") + b"\x12\x34" * 16_000 * 60, "60 seconds"),
        (recording("x")[:40] + b"\x80\x3e\0\0" + b"\0" * 16_000, "silent"),
        (recording(" "), "no words"),
        (recording("x")[:-2] + b"\x12\x20", "no words"),
    ],
)
async def test_sound_that_cannot_be_used_is_complained_about(audio: bytes, word: str) -> None:
    """Each in its own words, always at the field, and nothing is stored."""
    server = Server()
    before = await server.stored()
    for talk in (listen, send):
        with pytest.raises(BadInput, match=word) as refused:
            await talk(server.services(), said(audio=audio))
        assert [detail.loc for detail in refused.value.details] == [("audio_base64",)]
    assert await server.stored() == before


@pytest.mark.asyncio
async def test_who_cannot_be_heard_is_told_so() -> None:
    """A hearing that fails is no bad input; nothing is stored."""
    server = Server(hears=failing_at("", HearingFailed("down")))
    with pytest.raises(HearingFailed):
        await send(server.services(), said(audio=recording("x")), CALL)
    assert not (await server.stored())["chat_memories"]


@pytest.mark.asyncio
async def test_a_stream_tells_what_happens_in_its_order() -> None:
    """What was heard first, text before its sound, and the answer last."""
    server = Server(script=steps(ToolCall("start_pomodoro", {}), "The Pomodoro ", "is on. Go!"))
    events = await listen(server.services(), said(include_audio=True))
    answer = answer_of(events)
    kinds = of_kinds(events)
    assert kinds.startswith("ha")
    assert kinds.endswith("Sd")
    assert kinds.index("t") < kinds.index("S")
    assert text_of(events) == answer["reply_text"] == "The Pomodoro is on. Go!"
    assert answer["reply_audio_base64"] is None


@pytest.mark.asyncio
async def test_a_sentence_is_spoken_while_the_next_one_is_written() -> None:
    """The first sound comes before the last text."""
    waits = [Wait(0.1)] * 5
    server = Server(script=steps("One is done. ", "Two is coming", *waits, ".", "Three."))
    kinds = of_kinds(await listen(server.services(), said(include_audio=True)))
    assert kinds.index("S") < kinds.rindex("t")


@pytest.mark.asyncio
async def test_a_stream_and_a_message_are_the_same() -> None:
    """But for the head of a WAV, which cannot know its length while it is told."""
    wish = said("tell me more. Please", include_audio=True, audio_format="wav")
    answer = await send(Server().services(), wish, CALL)
    events = await listen(Server().services(), wish)
    told, whole = sound_of(events), b64decode(str(answer["reply_audio_base64"]))
    assert told[HEAD:] == whole[HEAD:]
    assert answer_of(events) == {**answer, "reply_audio_base64": None}
    spoken = spoken_in(whole[HEAD:])
    assert spoken == b"You said: tell me more.Please.I heard it."
    assert whole[:HEAD] == (
        b"RIFF" + (len(whole) - 8).to_bytes(4, "little") + b"WAVEfmt \x10\0\0\0\x01\0\x01\0"
        b"\x22\x56\0\0\x44\xac\0\0\x02\0\x10\0data" + (len(whole) - HEAD).to_bytes(4, "little")
    )
    assert told[:HEAD] == whole[:4] + b"\xff" * 4 + whole[8:40] + b"\xff" * 4


@pytest.mark.asyncio
@pytest.mark.parametrize("when", FAILING)
async def test_no_turn_of_a_language_that_fails_is_stored(when: str) -> None:
    """However far it came; its client is told, in a stream after what was told already."""
    server = Server(script=FAILING[when])
    for talk in (listen, send):
        with pytest.raises(LanguageFailed):
            await talk(server.services(), said(include_audio=True))
    stored = await server.stored()
    assert not any(stored.values())


@pytest.mark.asyncio
@pytest.mark.parametrize("when", FAILING)
async def test_what_was_done_is_said_even_if_the_language_fails(when: str) -> None:
    """A turn that acted is answered; who hears of a failure would have it done again."""

    def script(talk: Talk) -> Steps:
        yield ToolCall("start_pomodoro", {"focus_minutes": 10})
        yield from FAILING[when](talk)

    server = Server(script=script)
    events = await listen(server.services(), said())
    answer = answer_of(events)
    assert answer["reply_text"] == text_of(events)
    assert "I started a Pomodoro: 10 minutes of focus" in answer["reply_text"]
    assert len(answer["warnings"]) == 1
    assert "not whole" in answer["warnings"][0]
    stored = await server.stored()
    assert len(stored["pomodoro_sessions"]) == 1
    assert [message["content"] for message in stored["chat_messages"]][1] == answer["reply_text"]


@pytest.mark.asyncio
async def test_what_was_done_is_said_once() -> None:
    """If the language says so itself nothing is added; else a sentence is, and it is spoken."""
    for reply, added in (
        ("I started a Pomodoro for you.", ""),
        ("Sure.", " I started a Pomodoro: 50 minutes of focus and 5 minutes of break, 4 times."),
    ):
        server = Server(script=using("start_pomodoro", reply, focus_minutes=50))
        wish = said(include_audio=True, audio_format="wav")
        answer = await send(server.services(), wish)
        assert answer["reply_text"].startswith(reply + added)
        assert (answer["reply_text"] == reply) == (not added)
        assert answer["warnings"] == []
        spoken = spoken_in(b64decode(str(answer["reply_audio_base64"]))[HEAD:])
        assert spoken is not None
        assert added.strip().encode() in spoken


@pytest.mark.asyncio
async def test_a_refusal_is_no_deed() -> None:
    """What was refused is listed with its reason, and is not said to be done."""
    server = Server(script=using("stop_pomodoro", "Hm."))
    answer = await send(server.services(), said())
    assert answer["reply_text"] == "Hm."
    assert answer["actions"] == [
        {
            "name": "stop_pomodoro",
            "arguments": {},
            "ok": False,
            "error": "no Pomodoro is running",
            "result": None,
        }
    ]


@pytest.mark.asyncio
@pytest.mark.parametrize("word", ["One", "Two"])
@pytest.mark.parametrize("error", [VoiceFailed("no breath"), ZeroDivisionError(THEIR_WORDS)])
async def test_a_voice_that_fails_costs_the_sound(
    word: str, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """An answer has all of its sound or none; a stream keeps what was told before. That is so
    whatever the voice raises, and the log repeats no words but ours.
    """
    script = steps("One is here. ", "Two is there.")
    server = Server(script=script, speaks=failing_at(word, error))
    wish = said(include_audio=True, audio_format="wav")
    answer = await send(server.services(), wish, CALL)
    assert answer["reply_audio_base64"] is None
    assert answer["reply_text"] == "One is here. Two is there."
    assert answer["warnings"] == ["the answer was not spoken, or not all of it: the voice failed"]
    events = await listen(server.services(), wish, keyed())
    assert answer_of(events)["warnings"] == answer["warnings"]
    assert spoken_in(sound_of(events)[HEAD:]) == (b"" if word == "One" else b"One is here.")
    again = await listen(server.services(), wish, keyed())
    assert sound_of(again) == sound_of(events)
    assert answer_of(again) == answer_of(events)
    assert re.search("voice_failed: (no breath|ZeroDivisionError in talk.py, line)", caplog.text)
    assert THEIR_WORDS not in caplog.text


@pytest.mark.asyncio
async def test_whatever_a_hearing_or_a_language_raises_it_has_failed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is never our fault; what it says is not repeated, where it was is."""

    def stumbling(_: Talk) -> Steps:
        yield "I was going "
        raise ZeroDivisionError(THEIR_WORDS)

    deaf = Server(hears=failing_at("", ZeroDivisionError(THEIR_WORDS)))
    with pytest.raises(HearingFailed, match=r"^ZeroDivisionError in talk\.py, line \d+$"):
        await send(deaf.services(), said(audio=recording("x")))
    with pytest.raises(LanguageFailed, match=r"^ZeroDivisionError in test_chat\.py, line \d+$"):
        await send(Server(script=stumbling).services(), said())
    acting = Server(script=lambda _: chained(using("start_pomodoro"), stumbling))
    answer = await send(acting.services(), said())
    assert answer["warnings"] == ["the answer is not whole: the language failed"]
    assert THEIR_WORDS not in caplog.text


def chained(*scripts: Script) -> Steps:
    """One after the other."""
    for script in scripts:
        yield from script(HELLO)


@pytest.mark.asyncio
async def test_nobody_speaks_who_is_not_asked_to() -> None:
    """Without ``include_audio`` a voice that fails goes unnoticed."""
    server = Server(speaks=failing_at("", VoiceFailed("down")))
    answer = await send(server.services(), said())
    assert (answer["warnings"], answer["reply_audio_base64"]) == ([], None)


@pytest.mark.asyncio
async def test_a_long_answer_is_cut_and_its_sound_sooner() -> None:
    """Neither goes on for ever, and both say so."""
    count = [0]

    def endless(_: Talk) -> Steps:
        while True:
            count[0] += 1
            yield "On and on and on it goes. "

    server = Server(script=endless)
    wish = said(include_audio=True, audio_format="wav")
    answer = await send(server.services(), wish, CALL)
    assert len(str(answer["reply_text"])) == rules.REPLY_MAX
    spoken = spoken_in(b64decode(str(answer["reply_audio_base64"]))[HEAD:])
    assert spoken is not None
    assert rules.SPOKEN_MAX - 30 < len(spoken) <= rules.SPOKEN_MAX
    assert [text.partition(":")[0] for text in answer["warnings"]] == [
        "the answer was cut",
        "only the beginning of the answer was spoken",
    ]
    assert count[0] == rules.REPLY_MAX // 26 + 1


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("pieces", "kept"), [(("a" * 3999 + " b",), 3999), (("a" * 3990, " " * 20, "b"), 3990)]
)
async def test_an_answer_that_is_cut_ends_with_no_space(pieces: tuple[str, ...], kept: int) -> None:
    """As every other one, wherever the knife falls."""
    answer = await send(Server(script=steps(*pieces)).services(), said())
    assert answer["reply_text"] == "a" * kept
    assert answer["warnings"] == ["the answer was cut: it is long"]


@pytest.mark.asyncio
async def test_what_no_store_keeps_is_left_out_of_an_answer() -> None:
    """Half a surrogate pair, a NUL, and the space around it all."""
    server = Server(script=steps("\n ", " a\ud800\0b", " ", "  c\r\n"))
    answer = await send(server.services(), said(), keyed())
    assert answer["reply_text"] == "ab   c"


@pytest.mark.asyncio
async def test_a_conversation_goes_on_only_if_there_is_one() -> None:
    """One that is unknown is refused in both ways, before anything is told."""
    script = Counting()
    server = Server(script=script)
    nowhere = said(conversation_id="00000000-0000-4000-8000-000000000000")
    with pytest.raises(NotFound, match="no conversation"):
        await send(server.services(), nowhere, keyed())
    with pytest.raises(NotFound, match="no conversation"):
        await listen(server.services(), nowhere)
    assert not script.talks
    assert not any((await server.stored()).values())


@pytest.mark.asyncio
@pytest.mark.parametrize("transcript", [" ", "Nova", " Nova! "])
async def test_the_language_is_never_asked_nothing(transcript: str) -> None:
    """Also if nothing but a name was said, or less."""
    script = Counting()
    await send(Server(script=script).services(), said(transcript, wake_name="Nova"))
    assert script.talks[0].transcript


@pytest.mark.asyncio
async def test_the_stages_of_a_turn_are_measured(caplog: pytest.LogCaptureFixture) -> None:
    """By a clock, in milliseconds; the log has them, and nothing of what was said."""
    server = Server(script=steps(Wait(1.5), "I like kiwis."))

    async def pause(seconds: float) -> None:
        server.clock.advance(seconds / 60)

    server.pause = pause
    server.hears, server.speaks = lambda _: 0.25, lambda _: 0.5
    wish = said(audio=recording("kiwi"), include_audio=True)
    with caplog.at_level(logging.INFO, "petcore.chat"):
        answer = await send(server.services(), wish, keyed())
    assert answer["timings_ms"] == {
        "hearing": 250,
        "language": 1500,
        "voice": 500,
        "first_sound": 2250,
        "total": 2250,
    }
    line = (
        "turn: language 1500 (scripted), voice 500 (scripted), hearing 250 (scripted),"
        " first sound 2250, total 2250 ms; 0 actions, 0 warnings"
    )
    assert caplog.messages == [line]


@pytest.mark.asyncio
async def test_a_clock_that_is_set_back_makes_no_time_negative() -> None:
    """The operator may do that at any moment."""
    server = Server(script=steps(Wait(1), "Yes."))

    async def pause(_: float) -> None:
        server.clock.advance(-60)

    server.pause = pause
    answer = await send(server.services(), said(include_audio=True))
    assert set(answer["timings_ms"].values()) == {0}
