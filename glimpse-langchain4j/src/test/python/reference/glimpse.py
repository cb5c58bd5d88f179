"""The pruning module: glimpse vectors, importance predictor, decision."""

import math

import torch
import torch.nn.functional as F

from bricks import activation, attend, gated_mlp, grid_angles, linear, rms_norm, rotate

PREDICTOR_EPS = 1e-6  # fixed, does not follow the language model

COMMON_DEFAULTS = {
    "use_attention_logits": False, "le_layers": [0], "le_length": 1, "le_norm_type": "rmsnorm",
    "attn_fuse_type": "AttnFuserV1", "attn_fuse_size": 256, "visual_cond_size": 256, "attn_fuse_num_heads": 4,
    "attn_fuse_hidden_act": "silu", "attn_fuse_global": False, "deep_supervision": True, "ori_attn_supervision": True,
}
QWEN_DEFAULTS = COMMON_DEFAULTS | {"selected_layers": [], "reduce_layer": 1000, "selected_visual_layers": [8]}
LLAVA_DEFAULTS = COMMON_DEFAULTS | {"selected_layers": [21], "reduce_layer": 21,
                                    "selected_visual_layers": [23, 17, 11, 5]}


class Module:
    """A module directory with the base model it belongs to."""

    def __init__(self, config, weights, base_config):
        self.qwen = config["model_type"].startswith("qwen")
        self.config = (QWEN_DEFAULTS if self.qwen else LLAVA_DEFAULTS) | config
        self.weights = weights
        # LLaVA's attention layers were built before the module's file is read: its flag has no effect there.
        source = self.config if self.qwen else base_config
        self.raw_scores = source.get("use_attention_logits", False)

    def vectors(self):
        """Layer -> [length, hidden], or nothing where the module has no glimpse token."""
        layers = self.config["le_layers"]
        if not layers or not self.config["le_length"]:
            return {}
        x = linear(self.weights["learnable_embeddings"], self.weights, "le_proj")
        weight = self.weights["le_norm.weight"]
        if self.qwen and self.config["le_norm_type"] == "layernorm":
            x = F.layer_norm(x, x.shape[-1:], weight, self.weights["le_norm.bias"], 1e-5)
        else:
            x = rms_norm(x, weight, self.config["rms_norm_eps"])
        return dict(zip(layers, x))

    def condition_layers(self):
        return self.config["selected_visual_layers"] if self.config["attn_fuse_type"] == "AttnFuserV1" else []

    def conditions(self, vision):
        """One [image tokens, tower width] per entry of selected_visual_layers, in that order."""
        rows = [vision.hidden[layer] for layer in self.condition_layers()]
        return [row.view(-1, 4, row.shape[-1]).mean(1) for row in rows] if self.qwen else rows

    def predict(self, attention, conditions, vision):
        """Rows of logits [rows, image tokens]; the last decides."""
        if self.config["attn_fuse_type"] == "AttnFuserDummy":
            return self.plain_attention(attention, vision)[None]
        own, image = self.weights.at("attn_fuser"), vision.image_of_token()
        local = self.qwen and not self.config["attn_fuse_global"]
        block = vision.windows if local else image
        allowed = block[:, None] == block[None]
        heads, act = self.config["attn_fuse_num_heads"], activation(self.config["attn_fuse_hidden_act"])
        x = linear(attention, own, "attn_in_proj")
        last = len(self.config["selected_visual_layers"]) - 1
        rows = []
        for i in range(last + 1):
            layer = own.at(f"layers.{i}")
            u = rms_norm(x, layer["norm1.weight"], PREDICTOR_EPS)
            qk = torch.cat([u, linear(conditions[i], own, f"cond_in_projs.{i}")], -1) if conditions else u
            q, k, v = (linear(y, layer, f"attn.{n}_proj").view(len(x), heads, -1)
                       for n, y in (("q", qk), ("k", qk), ("v", u)))
            angles = grid_angles(*vision.places(), q.shape[-1], x.dtype)
            x = x + linear(attend(rotate(q, angles), rotate(k, angles), v, allowed), layer, "attn.o_proj")
            x = x + gated_mlp(rms_norm(x, layer["norm2.weight"], PREDICTOR_EPS), layer.at("mlp"), act)
            if self.config["deep_supervision"] or i == last:
                rows.append(linear(x, own, f"attn_out_projs.{i}")[:, 0])
        return torch.stack(rows)

    def plain_attention(self, attention, vision):
        """Mean over the columns, then image by image a probability, scaled to 0..1."""
        result, image = [], vision.image_of_token()
        for number in range(len(vision.grids)):
            row = attention.mean(1)[image == number]
            row = row.softmax(0) if self.raw_scores else row.exp()
            result.append((row - row.min()) / (row.max() - row.min() + 1e-6))
        return torch.cat(result)


def decide(logits, threshold, cap, floor, anchors, grids):
    """Kept image tokens (bool) and how many passed the threshold. Ties go to the lower index."""
    count = len(logits)
    keep = torch.sigmoid(logits) > threshold
    passed = int(keep.sum())
    ranked = torch.sort(logits, descending=True, stable=True).indices
    if cap is not None and passed / count > cap:
        keep = torch.zeros(count, dtype=torch.bool)
        keep[ranked[:int(cap * count)]] = True
    if floor is not None and int(keep.sum()) < floor:
        keep[ranked[:min(floor, count)]] = True
    if anchors:
        (rows, columns), = grids  # one image only
        corner = {"tl": 0, "tr": columns - 1, "bl": (rows - 1) * columns, "br": rows * columns - 1}
        keep[[corner[name] for name in anchors]] = True
    return keep, passed


def threshold_logit(threshold):
    return math.log(threshold / (1 - threshold))
