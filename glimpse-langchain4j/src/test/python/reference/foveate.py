"""The two-scale glimpse (docs/adr/0011): golden answers for a few made-up pictures, computed without any cache or reuse.

    python foveate.py ../../resources/fixtures

writes ../../resources/fixtures/foveate: pictures, and cases.json with what is kept, positions, logits and tokens.
"""

import json
import math
import sys
from fractions import Fraction
from pathlib import Path

import numpy
import torch
import torch.nn.functional as F
from PIL import Image

import pictures
from bricks import activation, attend, gated_mlp, grid_angles, linear, rms_norm, rotate
from engine import Engine
from glimpse import decide, threshold_logit
from towers import TOWER_EPS, qwen_tower

TOKENS = 12
CASES = [
    {"title": "odd grid, the module's threshold", "model": "qwen2_5_vl-tiny", "module": "glimpse",
     "sizes": [(196, 252)], "question": "Which part is red?", "threshold": 0.5},
    {"title": "cap", "model": "qwen2_5_vl-tiny", "module": "glimpse",
     "sizes": [(300, 220)], "question": "What is the total?", "threshold": 0.5, "cap": 0.3},
    {"title": "share of the best cells, another scale", "model": "qwen2_5_vl-tiny", "module": "glimpse",
     "sizes": [(280, 196)], "question": "What is left?", "threshold": 0.0, "cap": 0.2, "ratio": 0.2, "scale": 0.4},
    {"title": "two pictures, windows in the predictor", "model": "qwen2_5_vl-tiny", "module": "glimpse-window",
     "sizes": [(168, 224), (252, 140)], "question": "What differs?", "threshold": 0.5, "cap": 0.4},
    {"title": "tied head, two layers looked at", "model": "qwen2_5_vl-variants", "module": "glimpse-two-layers",
     "sizes": [(112, 84)], "question": "Where?", "threshold": 0.0, "cap": 0.4, "ratio": 0.4},
    {"title": "a look through all layers", "model": "qwen2_5_vl-variants", "module": "glimpse-last-layer",
     "sizes": [(84, 112)], "question": "Where is it?", "threshold": 0.0, "cap": 0.6, "ratio": 0.6},
]


def picture(size, seed):
    """Soft colours with a few boxes: neither flat nor noise."""
    draw = numpy.random.default_rng(seed)
    width, height = size
    y, x = numpy.mgrid[0:height, 0:width]
    rgb = numpy.stack([127 + 100 * numpy.sin(x / 40 + seed), 127 + 100 * numpy.cos(y / 30), (x + y) % 200 + 20], -1)
    for _ in range(5):
        left, top = int(draw.integers(0, width - 20)), int(draw.integers(0, height - 20))
        rgb[top:top + int(draw.integers(10, 60)), left:left + int(draw.integers(10, 60))] = draw.integers(0, 256, 3)
    return Image.fromarray(rgb.astype(numpy.uint8))


def small_config(config, grid, scale):
    """The processor's settings for the small picture: (int) (scale^2 * tokens) tokens' worth of pixels."""
    lowest, highest = pictures.qwen_limits(config)
    most = max(1, int(scale * scale * grid[0] * grid[1])) * pictures.SIDE ** 2
    return config | {"min_pixels": min(lowest, most), "max_pixels": min(highest, most)}


def tokens_of(patch_grid):
    return patch_grid[1] // 2, patch_grid[2] // 2


def place(index, start, target):
    """Interval of ``target`` equal ones that the middle of interval ``index`` of ``start`` equal ones lies in."""
    return math.floor((Fraction(index) + Fraction(1, 2)) / start * target)


def small_cell_of(cell, small, whole):
    row, column = divmod(cell, whole[1])
    return place(row, whole[0], small[0]) * small[1] + place(column, whole[1], small[1])


def tower(pixels, grid, kept, weights, config):
    """Rows of the kept tokens: attention among them, in the windows of the whole picture, at their true places."""
    side = config["window_size"] // 2 // config["patch_size"]
    heads, width = config["num_heads"], config["hidden_size"]
    row, column = torch.tensor(kept) // grid[1], torch.tensor(kept) % grid[1]
    window = (row // side * grid[1] + column // side).repeat_interleave(4)
    angles = grid_angles((2 * row[:, None] + torch.tensor([0, 0, 1, 1])).flatten(),
                         (2 * column[:, None] + torch.tensor([0, 1, 0, 1])).flatten(), width // heads, pixels.dtype)
    x = F.linear(pixels.view(-1, 4, pixels.shape[-1])[kept].flatten(0, 1), weights["patch_embed.proj.weight"].flatten(1))
    for block in range(config["depth"]):
        own = weights.at(f"blocks.{block}")
        inside = window[:, None] == window[None]
        allowed = torch.ones_like(inside) if block in config["fullatt_block_indexes"] else inside
        qkv = linear(rms_norm(x, own["norm1.weight"], TOWER_EPS), own, "attn.qkv").view(-1, 3, heads, width // heads)
        q, k, v = qkv.unbind(1)
        x = x + linear(attend(rotate(q, angles), rotate(k, angles), v, allowed), own, "attn.proj")
        x = x + gated_mlp(rms_norm(x, own["norm2.weight"], TOWER_EPS), own.at("mlp"), activation(config["hidden_act"]))
    merged = rms_norm(x, weights["merger.ln_q.weight"], TOWER_EPS).view(-1, 4 * width)
    return linear(F.gelu(linear(merged, weights, "merger.mlp.0")), weights, "merger.mlp.2")


def rows(ids, whole_positions, image_id, smalls, wholes, kept):
    """(id, position column, image, cell, kind) of each row: text, small cells, then kept cells of the whole picture."""
    result, at, image = [], 0, 0
    while at < len(ids):
        if ids[at] != image_id:
            result.append((ids[at], at, None, None, "text"))
            at += 1
            continue
        small, whole = smalls[image], wholes[image]
        count = whole[0] * whole[1]
        if len(kept[image]) < count:
            for cell in range(small[0] * small[1]):
                i, j = divmod(cell, small[1])
                over = place(i, small[0], whole[0]) * whole[1] + place(j, small[1], whole[1])
                result.append((image_id, at + over, image, cell, "small"))
        result += [(image_id, at + cell, image, cell, "whole") for cell in kept[image]]
        at += count
        image += 1
    return result


def embeds(engine, sequence, small_features, whole_features):
    """whole_features: image -> {cell: row}."""
    x = engine.decoder.embed([row[0] for row in sequence])
    for number, (_, _, image, cell, kind) in enumerate(sequence):
        if kind != "text":
            x[number] = (small_features if kind == "small" else whole_features)[image][cell]
    return x


def first_look(engine, module, sequence, x, positions, vision):
    """Logits of the small cells, all images joined."""
    config, decoder = module.config, engine.decoder
    glimpse, is_image = module.vectors(), torch.tensor([row[4] != "text" for row in sequence])
    length = config["le_length"]
    x = torch.cat([x, glimpse[0]])
    behind = positions[-1, -1] + 1 + torch.arange(length)
    positions = torch.cat([positions, behind.expand(len(positions), -1)], 1)
    cache, read = {}, {}
    for layer in range(config["reduce_layer"] + 1):
        if layer >= 1 and layer in glimpse:
            x = torch.cat([x[:-length], x[-length:] + glimpse[layer]])
        x, queries = decoder.layer(layer, x, positions, cache)
        if layer in config["selected_layers"]:
            scores = decoder.scores(queries[-1], cache[layer][0])
            scores = scores if module.raw_scores else scores.log_softmax(0)
            read[layer] = scores[:len(sequence)][is_image]
    attention = torch.cat([read[layer] for layer in config["selected_layers"]], 1)
    return module.predict(attention, module.conditions(vision), vision)[-1]


def answer(fixtures, case, files):
    engine = Engine(fixtures / case["model"] / "model")
    module = engine.module(fixtures / case["model"] / case["module"])
    whole_inputs = [pictures.qwen(pictures.decode(file), engine.processor) for file in files]
    wholes = [tokens_of(grid) for _, grid, _ in whole_inputs]
    small_inputs = [pictures.qwen(pictures.decode(file), small_config(engine.processor, grid, case.get("scale", 0.5)))
                    for file, grid in zip(files, wholes)]
    smalls = [tokens_of(grid) for _, grid, _ in small_inputs]
    weights, config = engine.weights.at("visual"), engine.config["vision_config"]
    vision = qwen_tower(torch.cat([torch.from_numpy(p) for p, _, _ in small_inputs]),
                        [grid for _, grid, _ in small_inputs], weights, config)
    small_features = vision.features.split([r * c for r, c in smalls])
    content = [{"type": "image"}] * len(files) + [{"type": "text", "text": case["question"]}]
    _, ids = engine.prompt([{"role": "user", "content": content}], wholes)
    positions = engine.positions(ids, wholes)

    look = rows(ids, positions, engine.image_id, smalls, wholes, [[]] * len(files))
    logits = first_look(engine, module, look, embeds(engine, look, small_features, None),
                        positions[:, [row[1] for row in look]], vision)
    keep, _ = decide(logits, case["threshold"], case.get("cap"), 1, [], smalls)
    kept, at = [], 0
    for small, whole in zip(smalls, wholes):
        chosen = [c for c in range(whole[0] * whole[1]) if keep[at + small_cell_of(c, small, whole)]]
        everything = len(chosen) + small[0] * small[1] >= whole[0] * whole[1]
        kept.append(list(range(whole[0] * whole[1])) if everything else chosen)
        at += small[0] * small[1]

    whole_features = [dict(zip(cells, tower(torch.from_numpy(p), grid, cells, weights, config))) if cells else {}
                      for (p, _, _), grid, cells in zip(whole_inputs, wholes, kept)]
    final = rows(ids, positions, engine.image_id, smalls, wholes, kept)
    places, cache = positions[:, [row[1] for row in final]], {}
    x = engine.decoder.run(embeds(engine, final, small_features, whole_features), places, cache)
    request = {"max_new_tokens": TOKENS, "repetition_penalty": 1.0}
    told, _, _ = engine.generate(x, places, cache, ids, request, int(positions.max()) + 1)
    ranked = logits.sort(descending=True).values
    count = int(keep.sum())
    margins = [abs(float(ranked[count - 1] - ranked[count]))] if count < len(ranked) else [1.0]
    if case["threshold"] > 0:
        margins.append(float((logits - threshold_logit(case["threshold"])).abs().min()))
    expected = {"whole_grids": wholes, "small_grids": smalls, "look_logits": logits.tolist(), "kept": kept,
                "position_ids": places.tolist(), "generated_ids": told["generated_ids"]}
    return expected, min(margins), told["min_top1_top2_gap"]


def main(folder):
    torch.manual_seed(0)
    fixtures, cases = Path(folder), []
    out = fixtures / "foveate"
    out.mkdir(exist_ok=True)
    for number, case in enumerate(CASES):
        for seed in range(1, 100):
            files = []
            for i, size in enumerate(case["sizes"]):
                files.append(out / f"{number + 1}{'abc'[i]}.png")
                picture(size, 100 * number + 10 * seed + i).save(files[-1], optimize=True)
            expected, margin, gap = answer(fixtures, case, files)
            some = sum(len(cells) for cells in expected["kept"]) < sum(r * c for r, c in expected["whole_grids"])
            if margin > 0.003 and gap > 0.002 and some:
                break
        print(case["title"], "seed", seed, "margin %.4f gap %.4f" % (margin, gap),
              [len(cells) for cells in expected["kept"]], expected["whole_grids"], expected["small_grids"])
        assert margin > 0.003 and gap > 0.002 and some
        cases.append({key: value for key, value in case.items() if key != "sizes"}
                     | {"pictures": [file.name for file in files]} | {"expected": expected})
    (out / "cases.json").write_text(json.dumps(cases, indent=1), encoding="utf-8")


if __name__ == "__main__":
    with torch.no_grad():
        main(sys.argv[1])
