"""What happened before the demo was started: six weeks of conversations, and what the team did about them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from confab.demo import dice, errands, personas, replies
from confab.demo.errands import Errand, Step
from confab.demo.people import WHERES, Person, Where, person

Doc = dict[str, object]
Ending = Literal["answered", "waiting", "closing"]

SPAN = timedelta(days=42)
WINDOW = timedelta(hours=24)
_NEWEST = 100
_LATELY = timedelta(hours=20)
THINGS: dict[str, list[object]] = {
    "photo": ["image"],
    "photos": ["image", "image"],
    "video": ["video"],
    "voice": ["audio"],
    "reel": [{"type": "ig_reel", "title": "Plaiting a loaf with five strands"}],
    "post": [{"type": "ig_post", "title": "Friday is tart day"}],
    "story": ["story_mention"],
    "sticker": ["sticker"],
    "heart": ["like_heart"],
}
_LABELS = (
    ("wedding", ("wedding", "anniversary")),
    ("complaint", ("soggy", "hard", "lost-order", "tall-cake", "reklamation", "queja", "wrong-bag")),
    ("lost and found", ("keys", "wasuremono", "olvido")),
    ("allergy", ("gluten", "allergy", "vegan", "sugar-free")),
    ("catering", ("catering", "school-trip", "delivery")),
    ("order", ("twelve", "voice-order", "dinosaur", "lemon", "spelling", "brezel", "taufe", "roscon", "cumple", "price")),
)
_NOTES = (
    "Regular since the first week. Always asks for the crusty ones.",
    "Called as well. Everything is settled, just waiting for the pick-up.",
    "Please double check the allergy list with Lou before we confirm.",
    "Paid in advance.",
    "The box has to be a tall one this time!",
    "Promised them a tasting on Thursday at 4.",
    "Lovely person, gave the bike courier hot tea.",
    "Do not give a discount again, we have agreed on that.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """What the team did about a conversation. `assignee` is a place in the team, `patch` what the API takes beside it; `answer`
    goes out as a message of theirs.
    """

    igsid: str
    patch: Doc = field(default_factory=dict[str, object])
    assignee: int | None = None
    notes: tuple[str, ...] = ()
    answer: str | None = None
    is_read: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """The conversations as the simulator takes them, for each account the newest, then for each the rest; and the chores."""

    plays: list[tuple[Where, list[Doc]]]
    chores: list[Chore]


def past(count: int, now: datetime, team: int) -> Past:
    """The past of so many customers, told at this moment; `team` is how many answer. The same for the same arguments."""
    told: list[tuple[datetime, Where, Doc]] = []
    chores: list[Chore] = []
    for number in range(count):
        who = person(number)
        ending, ended_at = _ending(number, count, now)
        told.append((ended_at, who.where, _conversation(who, ending, ended_at)))
        chores.append(_chore(who, ending, now - ended_at, now, team))
    told.sort(key=lambda one: one[0], reverse=True)
    parts = (told[:_NEWEST], told[_NEWEST:])
    plays: list[tuple[Where, list[Doc]]] = [
        (where, [doc for _, place, doc in part if place == where]) for part in parts for where in WHERES
    ]
    return Past(plays=plays, chores=[one for one in chores if one != Chore(igsid=one.igsid)])


def act_of(step: Step | personas.Move, *, at_ms: int, to: int | None) -> Doc:
    """A customer's or the bakery's line as an act of the simulator's `play`; `to` is the message that it is about."""
    if step.doing == "say" and step.thing == "tap":
        return {"do": "postback", "at": at_ms, "text": step.text, "payload": step.payload}
    if step.doing == "say":
        return {"do": "echo" if _is_bakery(step) else "write", "at": at_ms, **said(step.text, step.thing)}
    if step.doing == "react":
        return {"do": "react", "at": at_ms, "to": to, "emoji": step.text or "❤️"}
    if step.doing == "edit":
        return {"do": "edit", "at": at_ms, "to": to, "text": step.text}
    return {"do": step.doing, "at": at_ms, "to": to}


def said(text: str | None, thing: str | None) -> Doc:
    """A message's content as the simulator takes it."""
    content: Doc = {} if text is None else {"text": text}
    if thing == "storyreply":
        content["story"] = {}
    elif thing is not None:
        content["attachments"] = THINGS[thing]
    return content


def _is_bakery(step: Step | personas.Move) -> bool:
    return isinstance(step, Step) and step.side == "bakery"


def _ending(number: int, count: int, now: datetime) -> tuple[Ending, datetime]:
    """How a conversation stands and when it last moved: some wait, a few are about to close, most are over."""
    roll = dice.of("ending", number)
    place = dice.of("order", count).sample(range(count), count)[number] / count
    if place < 0.03:
        return "closing", now - WINDOW + timedelta(minutes=roll.uniform(6, 100))
    if place < 0.14:
        return "waiting", now - timedelta(minutes=2 + 660 * roll.random() ** 2)
    if place < 0.22:
        return "answered", now - timedelta(minutes=roll.uniform(5, 1200))
    if place < 0.27:
        return "waiting", now - timedelta(hours=roll.uniform(26, 160))
    return "answered", _by_day(now - timedelta(days=1) - (SPAN - timedelta(days=3)) * roll.random() ** 1.7, roll)


def _by_day(at: datetime, roll: Random) -> datetime:
    """Few write at night: what would fall into it comes in the afternoon before."""
    return at - timedelta(hours=roll.uniform(7, 15)) if at.hour < 5 else at


def _conversation(who: Person, ending: Ending, ended_at: datetime) -> Doc:
    roll = dice.of("conversation", who.number)
    acts = _Acts()
    if roll.random() < 0.35:
        earlier = ended_at - timedelta(days=roll.uniform(1.5, 12))
        acts.tell(errands.filled(_earlier(who), who.first, roll), earlier, roll)
    acts.tell(_told(who, ending), ended_at, roll)
    if roll.random() < 0.08:
        commented_at = ended_at - timedelta(hours=roll.uniform(1, 60))
        acts.add({"do": "comment", "at": _ms(commented_at), "text": roll.choice(replies.COMMENTS)})
    return {
        "customer": who.igsid,
        "username": who.username,
        "name": who.name,
        "follower_count": who.follower_count,
        "acts": acts.found,
    }


def _earlier(who: Person) -> Errand:
    """What they came for the time before."""
    known = errands.at(who.where, who.language)
    return known[(known.index(who.errand) + 1 + who.number % 5) % len(known)]


def _told(who: Person, ending: Ending) -> Sequence[Step]:
    """Their errand as far as it has come; what is over mostly ends with a kind word of the bakery's."""
    roll = dice.of("told", who.number)
    steps = _until(personas.script(who), ending, roll)
    if ending != "answered" or _last_said(steps) == "bakery" or roll.random() < 0.2:
        return steps
    return [*steps, Step(side="bakery", doing="say", text=roll.choice(replies.FAREWELLS[who.language]))]


def _until(steps: Sequence[Step], ending: Ending, roll: Random) -> Sequence[Step]:
    """The whole dialogue, or up to something that the bakery has not answered yet."""
    if ending == "answered":
        return steps
    ends = [place for place in range(1, len(steps)) if steps[place - 1].side == "customer" and steps[place].side == "bakery"]
    if steps[-1].side == "customer" and steps[-1].doing == "say":
        ends.append(len(steps))
    return steps[: roll.choice(ends)]


class _Acts:
    """The acts of one conversation in order, with the places of what later ones are about."""

    def __init__(self) -> None:
        self.found: list[Doc] = []
        self._last: dict[str, int] = {}

    def tell(self, steps: Sequence[Step], ended_at: datetime, roll: Random) -> None:
        """A dialogue that is over at this moment."""
        for step, at in zip(steps, _moments(steps, ended_at, roll), strict=True):
            about = "bakery" if step.doing == "react" else "customer"
            act = act_of(step, at_ms=_ms(at), to=None if step.doing == "say" else self._last.get(about))
            self.add(act)
            if step.doing == "say":
                self._last[step.side] = len(self.found) - 1
            if step.side == "bakery" and roll.random() < 0.6:
                self.add({"do": "seen", "at": _ms(at) + 900 + roll.randrange(60_000)})

    def add(self, act: Doc) -> None:
        """One act more."""
        self.found.append(act)


def _moments(steps: Sequence[Step], ended_at: datetime, roll: Random) -> list[datetime]:
    """When each was said, the last at the end: seconds within a turn, minutes until the bakery finds the time."""
    moments = [ended_at]
    for before, after in zip(reversed(steps[:-1]), reversed(steps[1:]), strict=True):
        if before.side == after.side:
            pause = timedelta(seconds=roll.uniform(8, 50))
        elif after.side == "bakery":
            pause = timedelta(minutes=roll.uniform(1, 45))
        else:
            pause = timedelta(minutes=roll.uniform(0.4, 9))
        moments.append(moments[-1] - pause)
    return moments[::-1]


def _chore(who: Person, ending: Ending, age: timedelta, now: datetime, team: int) -> Chore:
    """Most of what is over was closed; of the rest somebody has taken care, or will."""
    roll = dice.of("chore", who.number)
    patch: Doc = {}
    label = next((name for name, parts in _LABELS if any(part in who.errand.name for part in parts)), None)
    if label is not None and roll.random() < 0.75:
        patch["labels"] = [label] if roll.random() < 0.85 else [label, "regular"]
    is_over = ending == "answered" and age > timedelta(days=2)
    if is_over and roll.random() < 0.72:
        patch["status"] = "closed"
    elif ending != "closing" and roll.random() < 0.05:
        patch |= {"status": "snoozed", "snoozed_until": (now + timedelta(hours=roll.uniform(2, 60))).isoformat()}
    assignee = roll.randrange(team) if roll.random() < (0.1 if is_over else 0.3) else None
    notes = (roll.choice(_NOTES),) if roll.random() < 0.08 else ()
    told = _told(who, ending)
    is_read = ending == "answered" and _last_said(told) == "customer"
    answer = _next_answer(who, told) if ending == "waiting" and age < _LATELY and roll.random() < 0.3 else None
    return Chore(igsid=who.igsid, patch=patch, assignee=assignee, notes=notes, answer=answer, is_read=is_read)


def _next_answer(who: Person, told: Sequence[Step]) -> str | None:
    """What the bakery says next in this errand, if anything."""
    rest = personas.script(who)[len(told) :]
    return rest[0].text if rest and rest[0].side == "bakery" else None


def _last_said(steps: Sequence[Step]) -> errands.Side:
    """Who said the last thing: what the customer did, somebody must have read."""
    sides: list[errands.Side] = [step.side for step in steps if step.doing == "say"]
    return sides[-1]


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
