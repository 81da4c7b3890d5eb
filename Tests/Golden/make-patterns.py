#!/usr/bin/env python3
"""Writes patterns.json: what Python's `regex` says about random texts, for every pattern that requests are checked by.

Command: python3 Tests/Golden/make-patterns.py     (needs: pip install regex)

The service's engine is Java's, in which \\w, \\d and \\s are ASCII; they are spelled out before Python sees them. Scalars
are drawn from those Python's own tables know, so that a newer Unicode version on either side changes nothing.
"""

import json
import pathlib
import random
import unicodedata

import regex

HERE = pathlib.Path(__file__).resolve().parent
SPECS = HERE.parent.parent / "api-specs"
EXTRA = ["a", "", "(a*)*b", "(a|ab)(c|bcd)(d*)", "[^a-c]+", "x{2,3}y?", "a{2,}", "(?:ab|cd){0,2}", "\\D+\\S",
         "[\\p{Lu}\\p{Nd}]+", "\\P{L}*", "^a$|^b+$", "[a\\]b-]+", ".*"]
ASCII = {"\\w": "0-9A-Za-z_", "\\d": "0-9", "\\s": "\\t-\\r "}


def java_like(pattern):
    """Spells the short classes out in ASCII."""
    out, in_class, i = "", False, 0
    while i < len(pattern):
        two = pattern[i:i + 2]
        if two.lower() in ASCII and two[0] == "\\":
            body = ASCII[two.lower()]
            if two[1].isupper():
                assert not in_class
                out += f"[^{body}]"
            else:
                out += body if in_class else f"[{body}]"
            i += 2
        elif pattern[i] == "\\":
            out, i = out + two, i + 2
        else:
            in_class = {"[": True, "]": False}.get(pattern[i], in_class)
            out, i = out + pattern[i], i + 1
    # `$` before a final line feed is Python's habit, not wanted here.
    return out.replace("$", "\\Z")


def patterns():
    found = set(EXTRA)
    for name in ("s3", "sagemaker", "groundwork"):
        for shape in json.loads((SPECS / f"{name}.json").read_text())["shapes"].values():
            if "pattern" in shape:
                found.add(shape["pattern"])
    return sorted(found)


def alphabet(pattern, rng):
    """Scalars that the pattern speaks of, and some it does not."""
    wide = [chr(rng.randrange(0x80, 0x30000)) for _ in range(60)]
    wide = [c for c in wide if unicodedata.category(c) not in ("Cn", "Cs", "Co")]
    literal = [c for c in pattern if c not in "\\()[]{}|?*+^$"]
    return literal * 3 + list("abAZ09 -_./:@=+,\n\t") + wide


def grown(pattern, rng):
    """A text near the pattern: a literal reading of it, with mutations."""
    seeds = ["arn:aws:sagemaker:us-east-1:123456789012:workteam/private-crowd/a", "s3://bucket/key", "a-b", "10.0.0.0/8",
             "arn:aws:iam::123456789012:role/x", "arn:aws:lambda:us-east-1:123456789012:function:f", "2001:db8::/32",
             "sg-0", "vpc-1", "subnet-a", "vpce-9", "us-east-1_Abc", "https://x", "bucket/key", "Ünï cödé", "123456789012",
             "arn:aws-us-gov:sns:us-gov-west-1:123456789012:topic.name_x", "arn:aws:s3:::b", "a b c",
             "arn:aws:sagemaker:us-east-1:123456789012:labeling-job/a", "ab", "abcd", "aaab", "xxy", "bbb"]
    text = list(rng.choice(seeds))
    for _ in range(rng.randrange(0, 3)):
        place = rng.randrange(0, len(text) + 1)
        act = rng.randrange(3)
        if act == 0:
            text.insert(place, rng.choice(alphabet(pattern, rng)))
        elif text and act == 1:
            del text[min(place, len(text) - 1)]
        elif text:
            text[min(place, len(text) - 1)] = rng.choice(alphabet(pattern, rng))
    return "".join(text)


def main():
    rng = random.Random(20201228)
    cases = []
    for pattern in patterns():
        compiled = regex.compile(java_like(pattern), regex.V0)
        texts = set()
        for _ in range(24):
            letters = alphabet(pattern, rng)
            texts.add("".join(rng.choice(letters) for _ in range(rng.choice([0, 1, 2, 3, 5, 8, 130]))))
            texts.add(grown(pattern, rng))
        texts |= {"a" * 63, "a" * 64, "a" * 127, "a" * 128, "a-" * 31 + "a", "a\n"}
        cases.append({"pattern": pattern, "texts": [[t, compiled.fullmatch(t) is not None] for t in sorted(texts)]})
    text = json.dumps({"madeBy": "python3 Tests/Golden/make-patterns.py", "cases": cases}, indent=None,
                      separators=(",", ":")).replace('{"pattern"', '\n{"pattern"')
    (HERE / "patterns.json").write_text(text + "\n")
    hits = sum(hit for case in cases for _, hit in case["texts"])
    print(len(cases), "patterns,", sum(len(c["texts"]) for c in cases), "texts,", hits, "matches")


main()
