#!/usr/bin/env python3
"""Takes what the tests of io.github.glimpse.text need out of the reference fixtures.

    python3 make_text_cases.py ../../../../../shared/fixtures ../resources/io/github/glimpse/text

Writes one folder per family: the model's tokenizer and template files, and cases.json with messages, prompt text, ids
(a run of image places as one) and the answers as ids and text.
"""

import itertools
import json
import pathlib
import shutil
import sys

FAMILIES = ["qwen2_5_vl-tiny", "llava-1_5-tiny"]
MODEL_FILES = ["tokenizer.json", "tokenizer_config.json", "chat_template.json"]


def collapse(ids, image_id):
    runs = [(key, len(list(group))) for key, group in itertools.groupby(ids)]
    return [key for key, count in runs for _ in range(1 if key == image_id else count)]


def main(source, target):
    for name in FAMILIES:
        family = pathlib.Path(source) / name
        out = pathlib.Path(target) / name
        out.mkdir(parents=True, exist_ok=True)
        for file in MODEL_FILES:
            shutil.copyfile(family / "model" / file, out / file)
        config = json.loads((family / "model" / "config.json").read_text())
        image_id = config.get("image_token_id", config.get("image_token_index"))
        cases = []
        for folder in sorted((family / "cases").iterdir()):
            request = json.loads((folder / "request.json").read_text())
            expected = json.loads((folder / "expected.json").read_text())
            answers = [expected[kind] for kind in ("unpruned", "pruned") if expected.get(kind)]
            cases.append(
                {
                    "name": folder.name,
                    "messages": request["messages"],
                    "prompt_text": expected["prompt_text"],
                    "input_ids": collapse(expected["input_ids"], image_id),
                    "answers": [{"ids": answer["generated_ids"], "text": answer["text"]} for answer in answers],
                }
            )
        lines = ",\n".join(json.dumps(case) for case in cases)
        (out / "cases.json").write_text(f'{{"image_token_id": {image_id}, "cases": [\n{lines}\n]}}\n')
        print(name, len(cases), "cases")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
