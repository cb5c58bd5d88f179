"""Times the masks of llguidance on the documents and tokens that MaskSpeedTest wrote.

    pip install llguidance
    python speed.py <file of MaskSpeedTest> <jtokkit jar>
"""

import base64
import ctypes
import json
import sys
import time
import zipfile

from llguidance import LLMatcher, LLTokenizer
from llguidance._tokenizer import TokenizerWrapper

SCORES = 151_936
ROUNDS = 40


class Tokens:
    """What the wrapper asks a tokenizer for."""

    def __init__(self, tokens):
        self.tokens = tokens
        self.eos_token_id = len(tokens) - 1
        self.bos_token_id = None
        self.special_token_ids = [self.eos_token_id]

    def __call__(self, text):
        data = text.encode() if isinstance(text, str) else text
        return [self.single[value] for value in data]


def tokens_of(jar):
    with zipfile.ZipFile(jar) as archive:
        lines = archive.read("com/knuddels/jtokkit/o200k_base.tiktoken").splitlines()
    tokens = [base64.b64decode(line.split()[0]) for line in lines[: SCORES - 1]]
    return tokens + [b"<|end|>"]


def row(name, least):
    """The least time at each place of the documents: others use the machine too."""
    times = sorted(least.values())
    mean = sum(times) / len(times)
    print(f"| {name} | {len(times)} | {mean:.1f} | {times[len(times) // 2]:.1f} | "
          f"{times[int(len(times) * 0.99)]:.1f} | {times[-1]:.1f} |")


def keep(least, place, taken):
    least[place] = min(taken, least.get(place, taken))


def main(documents, jar):
    tokens = Tokens(tokens_of(jar))
    tokens.single = {token[0]: number for number, token in enumerate(tokens.tokens) if len(token) == 1}
    tokenizer = LLTokenizer(TokenizerWrapper(tokens), n_vocab=SCORES, eos_token=SCORES - 1,
                            slices=LLTokenizer.json_slices())
    words = (ctypes.c_uint32 * (SCORES // 32))()
    address = ctypes.addressof(words)
    structure, strings, first, compiled = {}, {}, {}, {}
    with open(documents) as lines:
        cases = [(json.loads(line.split("\t")[0]), json.loads(line.split("\t")[1])) for line in lines]
    for round_number in range(ROUNDS):
        for case, (schema, ids) in enumerate(cases):
            schema = json.loads(schema)
            schema["x-guidance"] = {"item_separator": ", ?", "key_separator": ": ?", "whitespace_flexible": False}
            text = json.dumps(schema)
            begin = time.perf_counter_ns()
            matcher = LLMatcher(tokenizer, LLMatcher.grammar_from_json_schema(text))
            keep(compiled, case, (time.perf_counter_ns() - begin) / 1e3)
            for again in range(2):
                for at, number in enumerate(ids):
                    begin = time.perf_counter_ns()
                    matcher.unsafe_compute_mask_ptr(address, SCORES // 8)
                    taken = (time.perf_counter_ns() - begin) / 1e3
                    count = sum(word.bit_count() for word in words) if round_number == 0 or again else 0
                    if not again:
                        keep(first, (case, at), taken)
                    else:
                        keep(strings if count > 10_000 else structure, (case, at), taken)
                    if not matcher.consume_token(number):
                        raise SystemExit(f"refused {number}: {matcher.get_error()}")
                matcher.reset()
    print("| masks | count | mean, us | median | p99 | most |\n|---|---|---|---|---|---|")
    row("structure, names, numbers", structure)
    row("inside strings", strings)
    row("all of a constraint's first answer", first)
    row("compile", compiled)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
