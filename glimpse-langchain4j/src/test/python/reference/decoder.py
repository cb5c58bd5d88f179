"""The language model of both families: Qwen2 with three rows of positions, Llama with one."""

import math

import torch
from torch.nn.functional import embedding

from bricks import attend, gated_mlp, linear, rms_norm, rotate


class Decoder:
    def __init__(self, config, weights, tied):
        self.weights = weights.at("lm")
        self.head = self.weights["embed_tokens.weight"] if tied else weights["lm_head.weight"]
        self.layers, self.heads = config["num_hidden_layers"], config["num_attention_heads"]
        self.kv_heads, self.eps = config["num_key_value_heads"], config["rms_norm_eps"]
        self.head_size = config.get("head_dim") or config["hidden_size"] // self.heads
        rope = config.get("rope_parameters") or config.get("rope_scaling") or {}
        theta = rope.get("rope_theta") or config["rope_theta"]
        # Never in a half type: bfloat16 cannot tell position 257 from 256.
        self.dtype = torch.promote_types(self.head.dtype, torch.float32)
        exponent = torch.arange(self.head_size // 2, dtype=self.dtype) * -2.0 / self.head_size
        self.frequencies = torch.pow(torch.tensor(theta, dtype=self.dtype), exponent)
        sections = rope.get("mrope_section") or [self.head_size // 2]
        self.section = torch.repeat_interleave(torch.arange(len(sections)), torch.tensor(sections))

    def embed(self, ids):
        return embedding(torch.tensor(ids), self.weights["embed_tokens.weight"])

    def angles(self, positions):
        """positions [rows, tokens] -> [tokens, head size / 2]."""
        return positions[self.section].T.to(self.dtype) * self.frequencies

    def layer(self, index, x, positions, cache):
        """One layer; cache[index] = (keys, values) [tokens, kv heads, head size] grows. Gives x and the queries."""
        own = self.weights.at(f"layers.{index}")
        y = rms_norm(x, own["input_layernorm.weight"], self.eps)
        q = linear(y, own, "self_attn.q_proj").view(len(x), self.heads, self.head_size)
        k = linear(y, own, "self_attn.k_proj").view(len(x), self.kv_heads, self.head_size)
        v = linear(y, own, "self_attn.v_proj").view(len(x), self.kv_heads, self.head_size)
        angles = self.angles(positions)
        q, k = rotate(q, angles), rotate(k, angles)
        if index in cache:
            k, v = torch.cat([cache[index][0], k]), torch.cat([cache[index][1], v])
        cache[index] = (k, v)
        allowed = torch.ones(len(x), len(k), dtype=torch.bool).tril(len(k) - len(x))
        x = x + linear(attend(q, k, v, allowed), own, "self_attn.o_proj")
        return x + gated_mlp(rms_norm(x, own["post_attention_layernorm.weight"], self.eps), own.at("mlp")), q

    def run(self, x, positions, cache, first=0):
        for index in range(first, self.layers):
            x, _ = self.layer(index, x, positions, cache)
        return x

    def logits(self, x):
        return rms_norm(x, self.weights["norm.weight"], self.eps) @ self.head.T

    def scores(self, query, keys):
        """Scaled scores of one query row [heads, D] against keys [tokens, kv heads, D]: [tokens, heads]."""
        keys = keys.repeat_interleave(self.heads // self.kv_heads, 1)
        return torch.einsum("hd,khd->kh", query, keys) / math.sqrt(self.head_size)
