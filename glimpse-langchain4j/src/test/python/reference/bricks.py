"""Small pieces that several stages share. Rows come first: [tokens, width] or [tokens, heads, head size]."""

import math

import torch
import torch.nn.functional as F


def linear(x, weights, name):
    return F.linear(x, weights[name + ".weight"], weights.get(name + ".bias"))


def rms_norm(x, weight, eps):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps) * weight


def activation(name):
    return {
        "silu": F.silu,
        "gelu": F.gelu,
        "quick_gelu": lambda x: x * torch.sigmoid(1.702 * x),
        "gelu_pytorch_tanh": lambda x: F.gelu(x, approximate="tanh"),
        "relu": F.relu,
    }[name]


def gated_mlp(x, weights, act=F.silu):
    return linear(act(linear(x, weights, "gate_proj")) * linear(x, weights, "up_proj"), weights, "down_proj")


def rotate(x, angles):
    """x [tokens, heads, D], angles [tokens, D/2]: pairs (j, j + D/2) turn by angle j."""
    angles = torch.cat([angles, angles], -1)[:, None, :]
    first, second = x.chunk(2, -1)
    return x * angles.cos().to(x.dtype) + torch.cat([-second, first], -1) * angles.sin().to(x.dtype)


def grid_angles(rows, columns, head_size, dtype):
    """Angles of a 2-D rotary embedding, [tokens, head_size/2]: the row's part, then the column's."""
    dtype = torch.promote_types(dtype, torch.float32)
    exponent = torch.arange(head_size // 4, dtype=dtype) * -2.0 / (head_size / 2)
    frequencies = torch.pow(torch.tensor(10000.0, dtype=dtype), exponent)
    return torch.cat([rows[:, None] * frequencies, columns[:, None] * frequencies], -1)


def attend(query, key, value, allowed):
    """[tokens, heads, D] each; allowed [query tokens, key tokens]. Scores are scaled by the head size of the keys."""
    groups = query.shape[1] // key.shape[1]
    key, value = key.repeat_interleave(groups, 1), value.repeat_interleave(groups, 1)
    scores = torch.einsum("qhd,khd->hqk", query, key) / math.sqrt(query.shape[-1])
    scores = scores.masked_fill(~allowed, float("-inf")).softmax(-1)
    return torch.einsum("hqk,khd->qhd", scores, value).flatten(1)
