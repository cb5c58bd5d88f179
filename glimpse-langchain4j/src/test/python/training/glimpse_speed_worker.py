"""The step of GlimpseSpeed.java in torch, with fused attention and windows apart. Arguments: model, module, picture. Reads the number
of steps per line."""

import io
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file

sys.path.insert(0, str(Path(__file__).parent.parent / "reference"))
import decoder  # noqa: E402
import glimpse  # noqa: E402
import pictures  # noqa: E402
from bricks import activation, gated_mlp, grid_angles, linear, rms_norm, rotate  # noqa: E402
from engine import Engine  # noqa: E402
from glimpse import Module  # noqa: E402
from towers import TOWER_EPS, Vision, window_order  # noqa: E402
from weights import Weights, read_json  # noqa: E402

QUESTION, BOX, SIDE, RATE = "What is the total?", (10, 234, 310, 258), 336, 1e-4


def fused(query, key, value, mask=None, causal=False):
    """[batch, tokens, heads, D] each -> [batch, tokens, width]."""
    q, k, v = (x.transpose(1, 2) for x in (query, key, value))
    mixed = F.scaled_dot_product_attention(q, k, v, mask, is_causal=causal, enable_gqa=q.shape[1] != k.shape[1])
    return mixed.transpose(1, 2).flatten(2)


def attend(query, key, value, allowed):
    """As bricks.attend: a prompt is causal, the one row behind it sees all, a picture sees itself."""
    causal = len(query) == len(key) and not bool(allowed[0, -1])
    return fused(query[None], key[None], value[None], None, causal)[0]


decoder.attend = glimpse.attend = attend


def tower(pixels, grid, weights, config):
    """As towers.qwen_tower, for one picture of whole windows of one size, which run side by side."""
    shape = (grid[1] // 2, grid[2] // 2)
    order, windows, counts = window_order([shape], config["window_size"] // 2 // config["patch_size"])
    assert len(set(counts)) == 1, "the picture has windows of several sizes"
    result = Vision(None, [], [shape], windows)
    rows, columns = result.places()
    rows = (2 * rows[:, None] + torch.tensor([0, 0, 1, 1])).flatten()
    columns = (2 * columns[:, None] + torch.tensor([0, 1, 0, 1])).flatten()
    heads, width = config["num_heads"], config["hidden_size"]
    order = torch.tensor(order)
    patches = (4 * order[:, None] + torch.arange(4)).flatten()
    back = patches.argsort()
    angles = grid_angles(rows, columns, width // heads, pixels.dtype)[patches]
    x = F.linear(pixels[patches], weights["patch_embed.proj.weight"].flatten(1))
    for block in range(config["depth"]):
        own = weights.at(f"blocks.{block}")
        qkv = linear(rms_norm(x, own["norm1.weight"], TOWER_EPS), own, "attn.qkv")
        q, k, v = qkv.view(-1, 3, heads, width // heads).unbind(1)
        q, k = rotate(q, angles), rotate(k, angles)
        batch = 1 if block in config["fullatt_block_indexes"] else len(counts)
        q, k, v = (y.reshape(batch, -1, heads, width // heads) for y in (q, k, v))
        x = x + linear(fused(q, k, v).view(-1, width), own, "attn.proj")
        x = x + gated_mlp(rms_norm(x, own["norm2.weight"], TOWER_EPS), own.at("mlp"), activation(config["hidden_act"]))
        result.hidden.append(x[back])
    merged = rms_norm(x, weights["merger.ln_q.weight"], TOWER_EPS).view(-1, 4 * width)
    merged = linear(F.gelu(linear(merged, weights, "merger.mlp.0")), weights, "merger.mlp.2")
    result.features = merged[order.argsort()]
    return result


def target(rows, columns):
    mask = torch.zeros(rows, columns)
    left, top, right, bottom = BOX
    mask[int(top / SIDE * rows):int(bottom / SIDE * rows) + 1, int(left / SIDE * columns):int(right / SIDE * columns) + 1] = 1
    return mask.flatten()


def mask_loss(logits, mask):
    share = torch.sigmoid(logits)
    dice = 1 - (2 * (share * mask).sum() + 1e-6) / (share.sum() + mask.sum() + 1e-6)
    return dice + 0.1 * F.binary_cross_entropy_with_logits(logits, mask)


def loss_of(engine, module, picture):
    layers = max(module.config["selected_layers"]) + 1
    with torch.no_grad():
        pixels, grid, _ = pictures.qwen(pictures.decode(io.BytesIO(picture)), engine.processor)
        vision = tower(torch.from_numpy(pixels), grid, engine.weights.at("visual"), engine.config["vision_config"])
        messages = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": QUESTION}]}]
        _, ids = engine.prompt(messages, vision.grids)
        positions, count = engine.positions(ids, vision.grids), len(ids)
        x = engine.decoder.embed(ids)
        is_image = torch.tensor(ids) == engine.image_id
        x[is_image] = vision.features
        cache = {}
        for layer in range(layers):
            x, _ = engine.decoder.layer(layer, x, positions, cache)
    vectors, read = module.vectors(), []
    x, places = vectors[0], (positions[:, -1:] + 1)
    for layer in range(layers):
        if layer >= 1 and layer in vectors:
            x = x + vectors[layer]
        x, queries = engine.decoder.layer(layer, x, places, cache)
        if layer in module.config["selected_layers"]:
            scores = engine.decoder.scores(queries[-1], cache[layer][0])
            read.append((scores if module.raw_scores else scores.log_softmax(0))[:count][is_image])
    rows = module.predict(torch.cat(read, 1), module.conditions(vision), vision)
    return sum(mask_loss(row, target(*vision.grids[0])) for row in rows)


def main(model, module_folder, picture):
    torch.set_num_threads(1)
    engine = Engine(model)
    own = {name: tensor.float() for name, tensor in load_file(Path(module_folder) / "model.safetensors").items()}
    module = Module(read_json(Path(module_folder) / "config.json"), Weights(own), engine.config)
    assert module.config["le_length"] == 1, "the step is written for one glimpse token"
    for tensor in own.values():
        tensor.requires_grad_(True)
    optimizer = torch.optim.AdamW(own.values(), lr=RATE, weight_decay=0.0)
    picture = Path(picture).read_bytes()
    print("ready", torch.__version__, flush=True)
    for line in sys.stdin:
        steps = int(line)
        start, processor = time.perf_counter(), time.process_time()
        for _ in range(steps):
            loss = loss_of(engine, module, picture)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(own.values(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            value = loss.item()
        wall, processor = time.perf_counter() - start, time.process_time() - processor
        print(f"{wall * 1000 / steps:.3f} {processor * 1000 / steps:.3f} {value:.6f}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
