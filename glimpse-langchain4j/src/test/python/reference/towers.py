"""The two vision towers and their way into the language model."""

from dataclasses import dataclass, field

import torch
import torch.nn.functional as F

from bricks import activation, attend, gated_mlp, grid_angles, linear, rms_norm, rotate

TOWER_EPS = 1e-6  # fixed in Qwen2.5-VL, also the merger's


@dataclass
class Vision:
    """What a tower gives for all images of a prompt."""

    features: torch.Tensor  # [image tokens, hidden]
    hidden: list  # Qwen: rows of patches after each block; LLaVA: hidden states without the class row
    grids: list  # (rows, columns) in tokens, image by image
    windows: torch.Tensor = None  # Qwen: number of the window of each token
    window_index: list = field(default_factory=list)
    cu_window_seqlens: list = field(default_factory=list)
    cu_seqlens: list = field(default_factory=list)

    def image_of_token(self):
        return torch.cat([torch.full((r * c,), i) for i, (r, c) in enumerate(self.grids)])

    def places(self):
        """Row and column of each token in its own image."""
        rows = torch.cat([torch.arange(r).repeat_interleave(c) for r, c in self.grids])
        columns = torch.cat([torch.arange(c).repeat(r) for r, c in self.grids])
        return rows, columns


def window_order(grids, side):
    """Token order, window number of each token, tokens per window (empty windows left out)."""
    order, counts, before = [], [], 0
    for rows, columns in grids:
        for top in range(0, rows + side - rows % side, side):
            for left in range(0, columns + side - columns % side, side):
                inside = [before + r * columns + c
                          for r in range(top, min(top + side, rows)) for c in range(left, min(left + side, columns))]
                if inside:
                    order += inside
                    counts.append(len(inside))
        before += rows * columns
    window = torch.empty(len(order), dtype=torch.int64)
    window[torch.tensor(order)] = torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts))
    return order, window, counts


def running_sum(counts):
    return [0] + torch.tensor(counts).cumsum(0).tolist()


def qwen_tower(pixels, grids_in_patches, weights, config):
    """pixels [patches, 1176] in the processor's order: the four patches of a token side by side."""
    grids = [(h // 2, w // 2) for _, h, w in grids_in_patches]
    order, windows, counts = window_order(grids, config["window_size"] // 2 // config["patch_size"])
    result = Vision(None, [], grids, windows, order, running_sum([4 * n for n in counts]),
                    running_sum([h * w for _, h, w in grids_in_patches]))
    rows, columns = result.places()
    rows = (2 * rows[:, None] + torch.tensor([0, 0, 1, 1])).flatten()
    columns = (2 * columns[:, None] + torch.tensor([0, 1, 0, 1])).flatten()
    heads, width = config["num_heads"], config["hidden_size"]
    angles = grid_angles(rows, columns, width // heads, pixels.dtype)
    image, window = result.image_of_token().repeat_interleave(4), windows.repeat_interleave(4)
    x = F.linear(pixels, weights["patch_embed.proj.weight"].flatten(1))
    for block in range(config["depth"]):
        own = weights.at(f"blocks.{block}")
        group = image if block in config["fullatt_block_indexes"] else window
        qkv = linear(rms_norm(x, own["norm1.weight"], TOWER_EPS), own, "attn.qkv")
        q, k, v = qkv.view(-1, 3, heads, width // heads).unbind(1)
        x = x + linear(attend(rotate(q, angles), rotate(k, angles), v, group[:, None] == group[None]), own, "attn.proj")
        x = x + gated_mlp(rms_norm(x, own["norm2.weight"], TOWER_EPS), own.at("mlp"), activation(config["hidden_act"]))
        result.hidden.append(x)
    merged = rms_norm(x, weights["merger.ln_q.weight"], TOWER_EPS).view(-1, 4 * width)
    result.features = linear(F.gelu(linear(merged, weights, "merger.mlp.0")), weights, "merger.mlp.2")
    return result


def clip_tower(pixels, weights, config):
    """Hidden states 0..layers of one image [3, side, side], class row first."""
    eps, heads, width = config["layer_norm_eps"], config["num_attention_heads"], config["hidden_size"]
    act = activation(config["hidden_act"])

    def norm(x, own, name):
        return F.layer_norm(x, (width,), own[name + ".weight"], own[name + ".bias"], eps)

    patches = F.conv2d(pixels[None], weights["embeddings.patch_embedding.weight"], stride=config["patch_size"])
    x = torch.cat([weights["embeddings.class_embedding"][None], patches[0].flatten(1).T])
    x = norm(x + weights["embeddings.position_embedding.weight"], weights, "pre_layrnorm")
    states = [x]
    everything = torch.ones(len(x), len(x), dtype=torch.bool)
    for layer in range(config["num_hidden_layers"]):
        own = weights.at(f"encoder.layers.{layer}")
        y = norm(x, own, "layer_norm1")
        q, k, v = (linear(y, own, f"self_attn.{n}_proj").view(len(x), heads, -1) for n in "qkv")
        x = x + linear(attend(q, k, v, everything), own, "self_attn.out_proj")
        x = x + linear(act(linear(norm(x, own, "layer_norm2"), own, "mlp.fc1")), own, "mlp.fc2")
        states.append(x)
    return states


def llava_tower(images, weights, config):
    """images: list of [3, side, side]."""
    vision = config["vision_config"]
    states = [clip_tower(image, weights.at("visual"), vision) for image in images]
    hidden = [torch.cat([s[i][1:] for s in states]) for i in range(vision["num_hidden_layers"] + 1)]
    side = vision["image_size"] // vision["patch_size"]
    own, act = weights.at("projector"), activation(config["projector_hidden_act"])
    features = linear(act(linear(hidden[config["vision_feature_layer"]], own, "linear_1")), own, "linear_2")
    return Vision(features, hidden, [(side, side)] * len(images))
