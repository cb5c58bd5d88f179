"""Expected loss and gradients of one training step of a glimpse module, in float64, by the reference in ../reference.

    VENV/bin/python make_glimpse_values.py ../../resources/fixtures ../../resources/io/github/glimpse/train/glimpse-steps.json

A gradient is kept as its length and three sums against fixed waves: sum of g[i] * sin(f * i + 1), f = 0.37, 1.1, 2.3.
"""

import json
import math
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent.parent / "reference"))
from engine import Engine  # noqa: E402

WAVES = (0.37, 1.1, 2.3)
QUESTION = "What is written on the small sign?"
CASES = [
    # family, module, picture, boxes in shares of the sides, answer, mask weight, language weight
    ("qwen2_5_vl-tiny", "glimpse", "cases/020", [[0.1, 0.2, 0.45, 0.5]], "", 1.0, 0.0),
    ("qwen2_5_vl-tiny", "glimpse", "cases/020", [[0.1, 0.2, 0.45, 0.5]], "42 apples", 1.0, 0.5),
    ("qwen2_5_vl-variants", "glimpse-deep", "cases/001", [[0.3, 0.0, 1.0, 0.4], [0.0, 0.8, 0.1, 0.9]], "yes", 0.7, 1.0),
    ("qwen2_5_vl-variants", "glimpse-three-tokens", "cases/001", [[0.5, 0.5, 0.6, 0.6]], "a blue door", 1.0, 1.0),
    ("qwen2_5_vl-variants", "glimpse-two-layers", "cases/001", [[0.5, 0.5, 0.6, 0.6]], "", 1.0, 0.0),
    ("qwen2_5_vl-variants", "glimpse-layernorm", "cases/001", [[0.5, 0.1, 0.9, 0.2]], "", 1.0, 0.0),
    ("qwen2_5_vl-variants", "glimpse-window", "cases/001", [[0.5, 0.1, 0.9, 0.2]], "", 1.0, 0.0),
    ("qwen2_5_vl-variants", "glimpse-v2", "cases/001", [[0.5, 0.1, 0.9, 0.2]], "", 1.0, 0.0),
    ("llava-1_5-tiny", "glimpse", "cases/009", [[0.2, 0.2, 0.5, 0.9]], "", 1.0, 0.0),
    ("llava-1_5-tiny", "glimpse", "cases/009", [[0.2, 0.2, 0.5, 0.9]], "a red ball", 1.0, 1.0),
]


def picture_of(folder):
    return next(file for file in sorted(folder.iterdir()) if file.suffix in (".png", ".jpg"))


def target(grid, boxes, size, square):
    """Zeros and ones [tokens]; LLaVA's picture lies in the middle of a square."""
    (rows, columns), (width, height) = grid, size
    side = max(width, height)
    mask = torch.zeros(rows, columns, dtype=torch.float64)
    for x1, y1, x2, y2 in boxes:
        shares = [x1 / width, y1 / height, x2 / width, y2 / height]
        if square:
            left, top = (side - width) // 2, (side - height) // 2
            shares = [(x1 + left) / side, (y1 + top) / side, (x2 + left) / side, (y2 + top) / side]
        c1, r1 = int(shares[0] * columns), int(shares[1] * rows)
        c2, r2 = min(int(shares[2] * columns), columns - 1), min(int(shares[3] * rows), rows - 1)
        mask[r1:r2 + 1, c1:c2 + 1] = 1
    return mask.flatten()


def mask_loss(logits, mask):
    share = torch.sigmoid(logits)
    dice = 1 - (2 * (share * mask).sum() + 1e-6) / (share.sum() + mask.sum() + 1e-6)
    return dice + 0.1 * F.binary_cross_entropy_with_logits(logits, mask)


def step(folder, case):
    name, module_name, place, shares, answer, mask_weight, language_weight = case
    engine = Engine(folder / name / "model", torch.float64)
    module = engine.module(folder / name / module_name)
    for tensor in module.weights.tensors.values():
        tensor.requires_grad_(True)
    file = picture_of(folder / name / place)
    tensors, grid = engine.picture(file, None if engine.qwen else "pad")
    vision = engine.vision([tensors["pixel_values"]], [grid])
    messages = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": QUESTION}]}]
    _, ids = engine.prompt(messages, vision.grids)
    positions, decoder, count = engine.positions(ids, vision.grids), engine.decoder, len(ids)
    embeds = decoder.embed(ids)
    is_image = torch.tensor(ids) == engine.image_id
    embeds[is_image] = vision.features
    glimpse, length = module.vectors(), module.config["le_length"]
    words = []
    if language_weight > 0:
        words = engine.tokenizer.encode(answer, add_special_tokens=False).ids + [min(engine.stop_ids)]
    x = torch.cat([embeds, glimpse[0]] + ([decoder.embed(words[:-1])] if words else []))
    extra = positions[-1, -1] + 1 + torch.arange(len(x) - count)
    places = torch.cat([positions, extra.expand(len(positions), -1)], 1)
    cache, read = {}, {}
    for layer in range(decoder.layers):
        if layer >= 1 and layer in glimpse:
            x = torch.cat([x[:count], x[count:count + length] + glimpse[layer], x[count + length:]])
        x, queries = decoder.layer(layer, x, places, cache)
        if layer in module.config["selected_layers"]:
            scores = decoder.scores(queries[count + length - 1], cache[layer][0][:count + length])
            scores = scores if module.raw_scores else scores.log_softmax(0)
            read[layer] = scores[:count][is_image]
    attention = torch.cat([read[layer] for layer in module.config["selected_layers"]], 1)
    rows = module.predict(attention, module.conditions(vision), vision)
    with Image.open(file) as image:
        size = image.size
    boxes = [[round(b[0] * size[0]), round(b[1] * size[1]), round(b[2] * size[0]), round(b[3] * size[1])]
             for b in shares]
    mask = target(vision.grids[0], boxes, size, not engine.qwen)
    located = sum(mask_loss(row, mask) for row in rows)
    spoken = torch.zeros(())
    if words:
        spoken = F.cross_entropy(decoder.logits(x[count + length - 1:]), torch.tensor(words))
    (mask_weight * located + language_weight * spoken).backward()
    gradients = {}
    for key, tensor in sorted(module.weights.tensors.items()):
        g = (torch.zeros_like(tensor) if tensor.grad is None else tensor.grad).flatten()
        at = torch.arange(len(g), dtype=torch.float64)
        gradients[key] = [float(g.norm())] + [float((g * torch.sin(f * at + 1)).sum()) for f in WAVES]
    return {"family": name, "module": module_name, "picture": f"{place}/{file.name}", "size": list(size),
            "boxes": boxes, "question": QUESTION, "answer": answer, "mask_weight": mask_weight,
            "language_weight": language_weight, "target": "".join(str(int(v)) for v in mask),
            "mask_loss": located.item(), "language_loss": spoken.item(), "gradients": gradients}


def main(folder, path):
    torch.set_num_threads(1)
    cases = [step(Path(folder), case) for case in CASES]
    with open(path, "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
    for case in cases:
        print(case["family"], case["module"], case["mask_loss"], case["language_loss"],
              math.sqrt(sum(g[0] ** 2 for g in case["gradients"].values())))


if __name__ == "__main__":
    main(*sys.argv[1:])
