"""Conversations that every template is given, and what it may be told besides."""

SPECIAL_TOKENS = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Wetter in \"Köln\" & 東京",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "enum": ["Köln", "東京"]}, "days": {"type": "integer"}},
            "required": ["city"],
        },
    },
}

# Variables of a template besides the messages.
VARIATIONS = {
    "none": {},
    "no thinking": {"enable_thinking": False},
    "thinking": {"enable_thinking": True, "reasoning_effort": "high"},
    "a date": {"date_string": "26 Jul 2024"},
    "tools": {"tools": [WEATHER]},
    "documents": {"documents": [{"title": "A", "text": "One é."}, {"title": "B", "text": "Two\nlines."}]},
    "both": {"tools": [WEATHER, WEATHER], "documents": [{"title": "A", "text": "", "contents": "x"}]},
}


def user(content):
    return {"role": "user", "content": content}


def assistant(content):
    return {"role": "assistant", "content": content}


def system(content):
    return {"role": "system", "content": content}


CODE = "<think>\nok\n</think>\n\n    return x\n"

CONVERSATIONS = {
    "one question": [user("What is 2 + 2?")],
    "two turns": [system("Be brief."), user(" Hello! "), assistant("Hi.\n"), user("And?\n\n")],
    "code behind a thought": [user("Write it."), assistant(CODE), user("Once more.")],
    "several thoughts": [
        user("a"),
        assistant("<think>one</think><think>two</think>\n\nb"),
        user("c"),
        assistant("</think>"),
        user("d"),
    ],
    "scripts": [user("こんにちは 😀👩‍🚀 \u00a0é"), assistant("\u3000Ж\u0085"), user("\ufeff한국어 ﷽")],
    "markup": [user("{{ 1 }} {% if %} <|im_end|> \\n \"q\" 'q' <b>&amp;</b>"), assistant("[INST] `x` $& $1"), user("%s {0}")],
    "only blanks": [user("  \n\t"), assistant(""), user("")],
    "two of one side": [user("a"), user("b")],
    "begins with a reply": [assistant("a"), user("b")],
    "system in the middle": [user("a"), assistant("b"), system("c"), user("d")],
    "a name": [{"role": "user", "content": "a", "name": "Ann"}],
    "to continue": [user("Tell me."), assistant("Once upon")],
    "to continue behind a space": [user("Tell me."), assistant("Once ")],
    "to continue a thought": [user("Tell me."), assistant("<think>\nWell")],
    "to continue behind a thought": [user("Tell me."), assistant("<think>\nWell\n</think>\n\n  So")],
    "to continue nothing": [user("Tell me."), assistant("")],
    "to continue what was said": [system("Hi"), user("Hi"), assistant("Hi")],
}


def random_conversation(numbers):
    pieces = [
        "a", "Hello", " ", "\n", "\n\n", "\t", "<think>", "</think>", "é", "😀", "東京", "\u00a0", "\u3000", "\x85", "\ufeff",
        "<|im_end|>", "[INST]", "[/INST]", "{{", "}}", "'", '"', "\\", "<", ">", "&", ":", "0", "$&", "user", "assistant",
    ]  # fmt: skip

    def text():
        return "".join(numbers.choice(pieces) for _ in range(numbers.randrange(9)))

    messages = [system(text())] if numbers.random() < 0.4 else []
    turns = numbers.randrange(1, 4)
    for _ in range(turns):
        messages += [user(text()), assistant(text())]
    if numbers.random() < 0.6:
        messages.pop()
    if numbers.random() < 0.1:
        messages.insert(numbers.randrange(len(messages)), user(text()))
    return messages
