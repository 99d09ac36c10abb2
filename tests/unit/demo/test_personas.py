"""Customers decide alike in the same situation, fittingly, and in their own language."""

import pytest

from confab.demo import errands, people, personas, replies
from confab.demo.people import Person, person
from confab.demo.personas import Line, Move

SPEAKERS = {who.language: who for who in map(person, range(60, 0, -1))}


def after(*said: str, who: Person | None = None) -> list[Move]:
    """What a customer does who began with something and heard this."""
    talk = [Line(side="customer", text="…"), *(Line(side="bakery", text=one) for one in said)]
    return personas.answer(who or person(18), talk)


def spoken(moves: list[Move]) -> list[str]:
    return [move.text for move in moves if move.doing == "say" and move.text]


@pytest.mark.parametrize(
    ("said", "sense"),
    [
        ("Pistachio or matcha?", "choice"),
        ("When would you like to pick it up?", "when"),
        ("For how many people?", "how_many"),
        ("Under which name?", "name"),
        ("Could you send us a photo?", "photo"),
        ("Any allergies?", "allergy"),
        ("Is that all right?", "question"),
        ("We are so sorry about that", "sorry"),
        ("Unfortunately the rye is sold out", "no"),
        ("That makes 48.50 altogether", "price"),
        ("Have a lovely day!", "bye"),
        ("Hi there!", "greeting"),
        ("It is in the oven", "yes"),
        ("Wann möchtest du abholen?", "when"),
        ("Lo sentimos mucho", "sorry"),
    ],
)
def test_an_answer_is_taken_as_it_is_meant(said: str, sense: str) -> None:
    assert personas.sense(said) == sense


def test_the_same_answer_to_the_same_customer_leads_to_the_same() -> None:
    assert after("It is ready!") == after("It is ready!")
    assert {str(spoken(after("It is ready!", who=person(number)))) for number in range(0, 80, 4)} != {"[]"}


@pytest.mark.parametrize("number", range(0, 60, 3))
@pytest.mark.parametrize("said", ["Would Saturday or Sunday suit you?", "All done, see you tomorrow.", "How many?"])
def test_the_first_answer_is_seen_and_answered_within_3_to_12_seconds(number: int, said: str) -> None:
    moves = after(said, who=person(number))
    assert moves[0].doing == "see"
    first = next(place for place, move in enumerate(moves) if move.doing == "say")
    assert 3 <= sum(move.after_s for move in moves[: first + 1]) <= 12


def test_of_two_things_one_is_picked() -> None:
    assert any(word in spoken(after("Would Saturday or Sunday suit you?"))[0].lower() for word in ("saturday", "sunday"))


def test_somebody_who_is_asked_for_a_picture_sends_one() -> None:
    assert any(move.thing == "photo" for move in after("Could you send us a photo of it?"))


@pytest.mark.parametrize("language", errands.LANGUAGES)
def test_everybody_answers_in_their_own_language(language: errands.Language) -> None:
    who = SPEAKERS[language]
    known = {text.format(pick="", name=who.name, first=who.first) for lines in replies.BACK[language].values() for text in lines}
    moves = after("Unfortunately we are sold out", who=who)
    settled = [move.text for move in moves if move.text and move.doing in ("say", "edit")]
    assert settled[-1] in known


def test_a_slip_of_the_fingers_is_mended_by_an_edit() -> None:
    edited = [moves for moves in (personas.again(person(number), 0) for number in range(80)) if moves[-1].doing == "edit"]
    assert edited
    for moves in edited:
        assert moves[0].text != moves[-1].text
        assert sorted(moves[0].text or "") == sorted(moves[-1].text or "")


def test_patience_ends_with_a_heart_but_a_question_is_still_answered() -> None:
    errand = [step for turn in errands.turns(personas.script(person(18))) for step in turn]
    talk = [Line(side="customer", text=step.text) for step in errand]
    for _ in range(5):
        talk += [Line(side="customer", text="…"), Line(side="bakery", text="Done.")]
    assert [move.doing for move in personas.answer(person(18), talk)] == ["see", "react"]
    asked = [*talk[:-1], Line(side="bakery", text="Is that all right?")]
    assert spoken(personas.answer(person(18), asked))


def test_who_spoke_last_does_not_answer_themselves() -> None:
    assert personas.answer(person(1), [Line(side="customer", text="Hello?")]) == []
    assert personas.answer(person(1), []) == []


def test_an_errand_goes_on_where_it_was() -> None:
    who = next(one for one in map(person, range(300)) if one.errand.name == "dark-rye")
    first, second = (turn[0].text for turn in errands.turns(personas.script(who))[:2])
    talk = [Line(side="customer", text=first), Line(side="bakery", text="Certainly, from seven.")]
    assert spoken(personas.answer(who, talk)) == [second]


def test_everybody_has_an_opening_and_begins_with_words_or_a_thing() -> None:
    for number in range(400):
        moves = personas.opening(person(number))
        assert moves[0].doing == "say"
        assert moves[0].text or moves[0].thing


def test_a_customer_follows_from_their_id_and_no_two_are_alike() -> None:
    crowd = [person(number) for number in range(500)]
    assert [people.number_of(who.igsid) for who in crowd] == [who.number for who in crowd]
    assert len({who.username for who in crowd}) == len({who.igsid for who in crowd}) == 500
    assert all(who.igsid.isdigit() and len(who.igsid) == 16 for who in crowd)


def test_somebody_the_demo_did_not_invent_can_be_played_too() -> None:
    number = people.number_of("1087654321098765")
    assert person(number) == person(people.number_of("1087654321098765"))
