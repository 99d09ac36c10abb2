"""Names, texts and captions from which people and history are made."""

from graphsim.ids import Mint

_FIRST = (
    "Ada", "Bruno", "Chiara", "Dmitri", "Elif", "Farah", "Greta", "Hugo", "Ines", "Jonas", "Kemal", "Lucía", "Mei",
    "Noor", "Oskar", "Priya", "Quentin", "Rosa", "Søren", "Tomás", "Uma", "Vera", "Wanjiru", "Xenia", "Yusuf", "Zofia",
)  # fmt: skip
_LAST = (
    "Almeida", "Berg", "Costa", "Dahl", "Eriksen", "Fontaine", "Gruber", "Haddad", "Ivanova", "Jansen", "Kowalski",
    "Lindqvist", "Moreau", "Nakamura", "Okafor", "Petrov", "Quinn", "Rossi", "Silva", "Tanaka", "Ueda", "Varga",
    "Weiss", "Yılmaz",
)  # fmt: skip
_QUESTIONS = (
    "Hi! Do you deliver on Sundays?",
    "Is the blue one still available in M?",
    "Hey, my parcel has not arrived yet 😕",
    "What are your opening hours this week?",
    "Can I exchange it for a larger size?",
    "Do you ship to Norway?",
    "How much is the big box?",
    "Love the new collection ❤️",
    "Could you send me the invoice again please",
    "Ist das glutenfrei?",
    "¿Tienen tienda en Madrid?",
    "The discount code does not work for me",
    "thanks!!",
    "ok perfect, see you tomorrow",
    "Is there a waiting list?",
    "Can I pick it up at the shop?",
)
_ANSWERS = (
    "Hi! Yes, until 6 pm.",
    "Let me check that for you.",
    "It is on its way and should arrive tomorrow.",
    "We do! Shipping takes three to five days.",
    "You can exchange it within 30 days.",
    "Thank you so much 🙏",
    "I have just sent it to your e-mail.",
    "It starts at 18.50.",
    "Sorry about that! It works now.",
    "Of course. See you then!",
)
_CAPTIONS = (
    "Sourdough weekend. Order by Friday noon.",
    "New colours are in ✨",
    "Behind the scenes: how it is made.",
    "Autumn boxes are back 🍂",
    "Meet the team.",
    "Which one is your favourite?",
)


def person(mint: Mint, igsid: str) -> tuple[str, str]:
    """The (username, name) of a participant nobody has described."""
    draw = mint.bytes_of(f"person|{igsid}", 4)
    first, last = _FIRST[draw[0] % len(_FIRST)], _LAST[draw[1] % len(_LAST)]
    handle = f"{first}.{last}".lower().encode("ascii", "ignore").decode()
    return f"{handle}{igsid[-3:]}", f"{first} {last}"


def question(mint: Mint) -> str:
    """The next thing a participant might write."""
    return _QUESTIONS[mint.below("question", len(_QUESTIONS))]


def answer(mint: Mint) -> str:
    """The next thing an account might answer."""
    return _ANSWERS[mint.below("answer", len(_ANSWERS))]


def caption(mint: Mint) -> str:
    """The next caption of a post."""
    return _CAPTIONS[mint.below("caption", len(_CAPTIONS))]
