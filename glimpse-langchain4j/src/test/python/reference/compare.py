"""Compares with recorded cases: python compare.py FIXTURES [FAMILY ...]. Exit status 1 on a failure."""

import sys
from pathlib import Path

import numpy
import torch
from safetensors.torch import load_file

import pictures
from engine import Engine
from weights import read_json

EXACT = ["prompt_text", "input_ids", "sequence_length", "position_ids", "rope_delta", "images", "image_grid_thw",
         "resized_hw", "image_token_grid", "passed_threshold", "kept", "kept_image_indices", "kept_sequence_indices",
         "per_image", "position_ids_after", "input_ids_after", "cache_lengths_after_prefill", "image_tokens"]
ANSWER = ["generated_ids", "text", "decode_position_ids", "decode_cache_position"]
LOGITS_TOLERANCE, TOLERANCE = 3e-4, 2e-4


def image_parts(request):
    return [part["image"] for message in request["messages"] if not isinstance(message["content"], str)
            for part in message["content"] if part["type"] == "image"]


def compare_case(engine, family, case, worst):
    folder = family / "cases" / case
    request, recorded = read_json(folder / "request.json"), read_json(folder / "expected.json")
    tensors = load_file(folder / "expected.safetensors")
    problems, pixel_values, grids = [], [], []
    for name in image_parts(request):
        own, grid = engine.picture(folder / name, request.get("image_aspect_ratio"))
        reference = load_file(family / "images" / (name + ".safetensors"))
        for key, value in reference.items():
            difference = float((own[key].double() - value.double()).abs().max())
            worst[key] = max(worst.get(key, 0), difference)
            if difference > 1e-6:
                problems.append(f"{name} {key} {difference}")
        pixel_values.append(reference["pixel_values"])
        grids.append(grid)
    module = engine.module(family / request["glimpse_module"]) if recorded["pruned"] and pixel_values else None
    expected, results = engine.run(request, pixel_values, grids, module)
    expected["images"] = image_parts(request)
    problems += [f"{key}: {expected.get(key)} not {recorded[key]}"
                 for key in EXACT if key in recorded and expected.get(key) != recorded[key]]
    for kind in ("unpruned", "pruned"):
        if (recorded[kind] is None) != (expected[kind] is None):
            problems.append(kind + " is there on one side only")
        for key in ANSWER if recorded[kind] else []:
            value = recorded[kind].get(key)
            unknown = value is None or isinstance(value, list) and None in value
            if not unknown and expected[kind][key] != value:
                problems.append(f"{kind} {key}: {expected[kind][key]} not {value}")
    for name, value in tensors.items():
        if name not in results or results[name].shape != value.shape:
            problems.append(f"{name}: missing or other shape")
            continue
        difference = float((results[name].double() - value.double()).abs().max())
        worst[name] = max(worst.get(name, 0), difference)
        if difference > (LOGITS_TOLERANCE if "step_logits" in name else TOLERANCE):
            problems.append(f"{name}: {difference}")
    extra = set(results) - set(tensors)
    return problems, extra


def compare_resampler(family):
    """Pillow's bytes against the written rule, for every picture of the family."""
    seen = set()
    for file in sorted(family.glob("cases/*/*.*")):
        if file.suffix in (".png", ".jpg") and file.name not in seen:
            seen.add(file.name)
            image = pictures.decode(file)
            for width, height in ((84, 56), (196, 224)):
                own = pictures.resample(numpy.asarray(image), width, height)
                assert (own == numpy.asarray(pictures.resize(image, width, height))).all(), file
    return len(seen)


def main(root, families):
    failed = 0
    for family in families or sorted(p.parent.name for p in Path(root).glob("*/index.json")):
        family = Path(root) / family
        index = read_json(family / "index.json")
        if index.get("family") not in ("qwen2_5_vl", "llava-1.5"):
            continue
        engine, worst = Engine(family / "model"), {}
        for entry in index["cases"]:
            problems, extra = compare_case(engine, family, entry["case"], worst)
            failed += bool(problems)
            print(family.name, entry["case"], "FAILED" if problems else "ok", *problems, *sorted(extra), sep="  ")
        for name, difference in sorted(worst.items()):
            print(f"  {name:32} {difference:.1e}")
        print(f"  resampler: {compare_resampler(family)} pictures equal")
    return failed


if __name__ == "__main__":
    torch.set_grad_enabled(False)
    sys.exit(1 if main(sys.argv[1], sys.argv[2:]) else 0)
