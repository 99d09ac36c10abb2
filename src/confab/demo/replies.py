"""What customers say back, by what the answer was and in their own language; and what comes to their minds by itself."""

from typing import Literal

from confab.demo.errands import Language

Sense = Literal[
    "choice", "when", "how_many", "name", "contact", "photo", "allergy", "question", "sorry", "no", "price", "bye", "greeting",
    "yes",
]  # fmt: skip
"""What an answer is, as a customer takes it. The first that fits counts; `yes` is all the rest."""

BACK: dict[Language, dict[Sense, tuple[str, ...]]] = {
    "en": {
        "choice": (
            "{pick}, please!",
            "Ooh. {pick}. No wait. Yes, {pick}.",
            "{pick} sounds perfect",
            "My heart says both, my fridge says {pick}",
        ),
        "when": (
            "Saturday around 10 would be great",
            "Tomorrow if that's possible? Otherwise Friday",
            "Any time after 4, I get off work then",
            "The earlier the better, I'm one of those people",
        ),
        "how_many": (
            "12, please",
            "There will be 8 of us, so 10 to be safe",
            "Two. Well. Three. I'm only human",
            "About twenty, give or take an uncle",
        ),
        "name": (
            "{name}, thanks",
            "{name}! Spelled exactly like that, for once",
            "On {first} please",
        ),
        "contact": (
            "Ropewalk 17, the blue door. The bell doesn't work, just knock",
            "I'm always here, messages are best",
            "Mill Lane 4, second floor, follow the smell of burnt toast",
        ),
        "photo": ("Here you go!", "It's a bit dark, sorry", "Took this just now"),
        "allergy": (
            "No allergies, we eat everything",
            "No nuts please, the rest is fine",
            "Only against Mondays 😄",
        ),
        "question": (
            "Good question! Yes, I think so",
            "Hmm, I trust you. You decide?",
            "Let me ask at home and come back to you. OK they say yes",
            "Whatever is easiest for you",
            "Not sure, what would you do?",
        ),
        "sorry": (
            "No worries at all, it happens",
            "Thanks for saying so. I appreciate it",
            "All forgiven. There's cake involved, after all",
            "OK. Thank you for being honest about it",
        ),
        "no": (
            "Oh no 😢 is there anything similar?",
            "Pity! Then maybe next week?",
            "Ah, understood. Thanks for letting me know",
            "My plans are in ruins. What else would you recommend?",
        ),
        "price": (
            "That's fair. Let's do it!",
            "Oh, less than I thought. Then I'll take two",
            "Fine by me 👍",
            "Okay! Can I pay when I pick it up?",
        ),
        "bye": ("You too! 🧡", "See you soon!", "Have a lovely day!", "Bye!! And greetings to the ovens"),
        "greeting": (
            "Hi! So nice that somebody is there. As I was saying 🙂",
            "Hello! Do you have an idea?",
            "Hey, thanks for getting back to me so fast",
        ),
        "yes": (
            "Perfect, thank you!",
            "You're the best 🙏",
            "Wonderful, that's all I needed",
            "Great! And would Thursday work just as well?",
            "Amazing. I'm telling everybody",
            "Thanks! Quick follow-up: is there parking nearby?",
            "Lovely. Do I need to pay anything in advance?",
            "That was quick! Thank you",
            "Good to know, thanks a lot",
            "Brilliant. See you then!",
        ),
    },
    "de": {
        "choice": ("{pick}, bitte!", "Dann {pick}."),
        "when": ("Samstag gegen 10 wäre super", "Am liebsten morgen, sonst Freitag"),
        "how_many": ("12 Stück bitte", "Wir sind zu acht, also lieber zehn"),
        "name": ("Auf {name}, danke", "{first} reicht"),
        "contact": ("Am besten hier schreiben", "Seilergang 17, die blaue Tür"),
        "photo": ("Bitte schön!", "Ist leider etwas dunkel"),
        "allergy": ("Keine Allergien, wir essen alles", "Bitte ohne Nüsse"),
        "question": ("Ich glaube schon, ja", "Da vertraue ich euch ganz", "Ich frage kurz nach. Ja!"),
        "sorry": ("Alles gut, kann passieren", "Danke für die ehrliche Antwort"),
        "no": ("Oh, schade. Gibt es etwas Ähnliches?", "Schade, dann nächste Woche"),
        "price": ("Passt, machen wir so!", "Geht klar 👍"),
        "bye": ("Euch auch! 🧡", "Bis bald!"),
        "greeting": ("Hallo! Schön, dass jemand da ist", "Moin! Geht das denn?"),
        "yes": ("Super, vielen Dank!", "Ihr seid die Besten", "Perfekt, bis dann!", "Toll! Muss ich etwas anzahlen?"),
    },
    "es": {
        "choice": ("¡{pick}, por favor!", "Mejor {pick}"),
        "when": ("El sábado sobre las 10 me va genial", "Mañana si se puede"),
        "how_many": ("Doce, por favor", "Somos ocho, así que diez por si acaso"),
        "name": ("A nombre de {name}", "{first}, gracias"),
        "contact": ("Por aquí mejor, estoy siempre", "Calle del Faro 4, la puerta azul"),
        "photo": ("¡Aquí va!", "Ha salido un poco oscura"),
        "allergy": ("Ninguna alergia", "Sin frutos secos, por favor"),
        "question": ("Creo que sí", "Lo que os venga mejor", "¿Vosotros qué haríais?"),
        "sorry": ("No pasa nada", "Gracias por decirlo"),
        "no": ("Vaya 😢 ¿hay algo parecido?", "Qué pena, otra vez será"),
        "price": ("Me parece bien", "Perfecto, adelante 👍"),
        "bye": ("¡Igualmente! 🧡", "¡Hasta pronto!"),
        "greeting": ("¡Hola! Qué rapidez", "¡Hola! ¿Entonces se puede?"),
        "yes": ("¡Genial, muchas gracias!", "Sois los mejores", "¡Perfecto! Nos vemos", "Estupendo, ¿hay que pagar antes?"),
    },
    "ar": {
        "photo": ("تفضلوا",),
        "question": ("نعم، أعتقد ذلك", "كما ترون أنتم أفضل"),
        "sorry": ("لا بأس أبداً", "شكراً على الصراحة"),
        "no": ("للأسف! هل هناك شيء مشابه؟",),
        "yes": ("ممتاز، شكراً جزيلاً", "أنتم الأفضل 🌷", "رائع، إلى اللقاء"),
    },
    "ja": {
        "photo": ("こちらです",),
        "question": ("はい、そう思います", "おまかせします！"),
        "sorry": ("大丈夫ですよ", "ご丁寧にありがとうございます"),
        "no": ("残念です…似たものはありますか？",),
        "yes": ("ありがとうございます！", "助かります！", "では、よろしくお願いします"),
    },
}

AGAIN: dict[Language, tuple[str, ...]] = {
    "en": (
        "Hello? Just making sure this arrived 🙂",
        "One more thing: could I get that sliced?",
        "Me again! Do you also sell flour?",
        "I changed my mind. Can I change my mind?",
        "I'm back. The whole office wants some now",
        "Is it too late to add a coffee to that?",
        "My neighbour says hi and wants the same",
        "Sorry to bother you again, what was the wifi password?",
        "Quick one: are you open tomorrow?",
        "I dreamt of your cinnamon buns. That's all. That's the message",
        "Could you tell me what was in the seed bread again?",
        "It's me, the person with too many questions. I have a question",
        "We finished it in one evening. Is there more?",
        "Do you have gift cards? It's for somebody who has everything except bread",
    ),
    "de": (
        "Hallo? Nur ob das angekommen ist 🙂",
        "Ich bin's nochmal: geht das auch geschnitten?",
        "Habt ihr morgen offen?",
        "Das ganze Büro will jetzt auch welche",
    ),
    "es": ("¿Hola? Solo para saber si llegó 🙂", "Otra cosa: ¿me lo podéis cortar?", "Soy yo otra vez, ¿abrís mañana?"),
    "ar": ("مرحباً، هل وصلت رسالتي؟", "سؤال آخر: هل أنتم مفتوحون غداً؟"),
    "ja": ("すみません、届いていますか？", "もう一つ質問です。明日は営業していますか？"),
}

FAREWELLS: dict[Language, tuple[str, ...]] = {
    "en": (
        "🧡",
        "With pleasure!",
        "See you soon!",
        "Our pleasure, really.",
        "Any time!",
        "Greetings from the oven 👋",
        "😄 See you!",
    ),
    "de": ("🧡", "Sehr gern!", "Bis bald!", "Immer wieder gern 👋"),
    "es": ("🧡", "¡A ti!", "¡Hasta pronto!", "¡Un placer!"),
    "ar": ("🧡", "على الرحب والسعة"),
    "ja": ("お待ちしております！", "ありがとうございます🧡"),
}

COMMENTS: tuple[str, ...] = (
    "I can smell this through the screen",
    "Need. Now. Where. How.",
    "My grandmother would approve, and she approves of nothing",
    "Is this available all week?",
    "The crumb on that 😍",
    "Tagging my whole family, consider it a hint",
    "How long does the dough rest?",
    "Ate this yesterday, can confirm",
    "Das will ich morgen zum Frühstück",
    "Qué maravilla 😋",
    "Who is the person with the flour on their nose, we love them",
    "Do you ship to people who live far away and are sad",
    "Ten out of ten, would queue again",
    "This made my Monday a Tuesday",
    "美味しそう！",
    "Please never take this off the menu",
)
