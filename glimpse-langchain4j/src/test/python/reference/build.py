"""Random models and modules, and the files that hold them."""

import json
from collections import OrderedDict

import numpy
import torch
from safetensors.torch import save_file

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


class Source:
    """Seeded normal numbers; scale() gives a linear weight whose output is ``gain`` times as wide as its input."""

    def __init__(self, seed):
        self.random = numpy.random.Generator(numpy.random.PCG64(seed))

    def normal(self, *shape, std=1.0, mean=0.0):
        return torch.from_numpy(self.random.normal(mean, std, shape).astype(numpy.float32))

    def linear(self, out, size, gain):
        return self.normal(out, size, std=gain / size ** 0.5)

    def norm(self, size, spread=0.2):
        return self.normal(size, std=spread, mean=1.0)

    def bias(self, size):
        return self.normal(size, std=0.1)


def language_model(source, config, embedding_std, tied, bias):
    """Decoder tensors under internal names."""
    width, inner, heads = config["hidden_size"], config["intermediate_size"], config["num_attention_heads"]
    keys = width // heads * config["num_key_value_heads"]
    vocabulary = config["vocab_size"]
    tensors = {"lm.embed_tokens.weight": source.normal(vocabulary, width, std=embedding_std),
               "lm.norm.weight": source.norm(width)}
    if not tied:
        tensors["lm_head.weight"] = source.linear(vocabulary, width, 2.9)
    for i in range(config["num_hidden_layers"]):
        own = f"lm.layers.{i}."
        tensors[own + "input_layernorm.weight"] = source.norm(width)
        tensors[own + "post_attention_layernorm.weight"] = source.norm(width)
        for name, out, size, gain in (("self_attn.q_proj", width, width, 1.6), ("self_attn.k_proj", keys, width, 1.6),
                                      ("self_attn.v_proj", keys, width, 1.3), ("self_attn.o_proj", width, width, 0.9),
                                      ("mlp.gate_proj", inner, width, 1.3), ("mlp.up_proj", inner, width, 1.3),
                                      ("mlp.down_proj", width, inner, 0.9)):
            tensors[f"{own}{name}.weight"] = source.linear(out, size, gain)
            if bias and name[10:] in ("q_proj", "k_proj", "v_proj"):
                tensors[f"{own}{name}.bias"] = source.bias(out)
    return tensors


def qwen_tower(source, config, hidden, patch_gain):
    width, inner = config["hidden_size"], config["intermediate_size"]
    patch = source.linear(width, 1176, patch_gain)
    tensors = {"visual.patch_embed.proj.weight": patch.view(width, 3, 2, 14, 14)}
    names = [("attn.qkv", 3 * width, width, 1.6), ("attn.proj", width, width, 0.9),
             ("mlp.gate_proj", inner, width, 1.3), ("mlp.up_proj", inner, width, 1.3),
             ("mlp.down_proj", width, inner, 0.9)]
    for i in range(config["depth"]):
        own = f"visual.blocks.{i}."
        for name in ("norm1", "norm2"):
            tensors[f"{own}{name}.weight"] = source.norm(width)
        for name, out, size, gain in names:
            tensors[f"{own}{name}.weight"] = source.linear(out, size, gain)
            tensors[f"{own}{name}.bias"] = source.bias(out)
    tensors["visual.merger.ln_q.weight"] = source.norm(width)
    for name, out, size, gain in (("mlp.0", 4 * width, 4 * width, 1.3), ("mlp.2", hidden, 4 * width, 2.0)):
        tensors[f"visual.merger.{name}.weight"] = source.linear(out, size, gain)
        tensors[f"visual.merger.{name}.bias"] = source.bias(out)
    return tensors


def clip_tower(source, config, hidden, gain):
    """gain scales what enters pre_layrnorm: a small one makes its eps visible."""
    width, inner, patch = config["hidden_size"], config["intermediate_size"], config["patch_size"]
    rows = (config["image_size"] // patch) ** 2 + 1
    tensors = {"visual.embeddings.class_embedding": gain * source.normal(width),
               "visual.embeddings.patch_embedding.weight":
                   source.linear(width, 3 * patch * patch, 1.3 * gain).view(width, 3, patch, patch),
               "visual.embeddings.position_embedding.weight": source.normal(rows, width, std=0.5 * gain)}
    norms = ["pre_layrnorm", "post_layernorm"]
    names = []
    for i in range(config["num_hidden_layers"]):
        own = f"encoder.layers.{i}."
        norms += [own + "layer_norm1", own + "layer_norm2"]
        names += [(own + "self_attn.q_proj", width, width, 1.6), (own + "self_attn.k_proj", width, width, 1.6),
                  (own + "self_attn.v_proj", width, width, 1.3), (own + "self_attn.out_proj", width, width, 0.9),
                  (own + "mlp.fc1", inner, width, 1.3), (own + "mlp.fc2", width, inner, 0.9)]
    for name in norms:
        tensors[f"visual.{name}.weight"] = source.norm(width)
        tensors[f"visual.{name}.bias"] = source.bias(width)
    for name, out, size, scale in names:
        tensors[f"visual.{name}.weight"] = source.linear(out, size, scale)
        tensors[f"visual.{name}.bias"] = source.bias(out)
    for name, out, size, scale in (("linear_1", hidden, width, 1.3), ("linear_2", hidden, hidden, 1.9)):
        tensors[f"projector.{name}.weight"] = source.linear(out, size, scale)
        tensors[f"projector.{name}.bias"] = source.bias(out)
    return tensors


def module(source, config, tower_width, qwen, quiet):
    """Module tensors under flat names. quiet: small glimpse and predictor inputs, so that the norms' eps shows."""
    width, heads = config["hidden_size"], config["num_attention_heads"]
    layers, length = config["le_layers"], config["le_length"]
    tensors = {}
    if layers and length:
        small = 0.03 if quiet else 0.7
        tensors["learnable_embeddings"] = source.normal(len(layers), length, width, std=small)
        tensors["le_proj.weight"] = source.linear(width, width, 1.2)
        tensors["le_proj.bias"] = source.bias(width) * (0.1 if quiet else 1)
        tensors["le_norm.weight"] = source.norm(width, 0.15)
        if config["le_norm_type"] == "layernorm":
            tensors["le_norm.bias"] = source.bias(width)
    if config["attn_fuse_type"] == "AttnFuserDummy":
        return tensors
    d, c, depth = config["attn_fuse_size"], config["visual_cond_size"], len(config["selected_visual_layers"])
    columns = heads * len(config["selected_layers"]) if qwen else heads
    joint = d if config["attn_fuse_type"] == "AttnFuserV2" else d + c
    entries = [("attn_in_proj", d, columns, True)]
    for i in range(depth):
        own = f"layers.{i}."
        entries += [(f"cond_in_projs.{i}", c, tower_width, True),
                    (own + "attn.q_proj", joint, joint, False), (own + "attn.k_proj", joint, joint, False),
                    (own + "attn.v_proj", d, d, False), (own + "attn.o_proj", d, d, False),
                    (own + "mlp.gate_proj", 2 * d, d, True), (own + "mlp.up_proj", 2 * d, d, True),
                    (own + "mlp.down_proj", d, 2 * d, True)]
        for name in ("norm1", "norm2"):
            tensors[f"attn_fuser.{own}{name}.weight"] = source.norm(d, 0.15)
        if config["deep_supervision"] or i == depth - 1:
            entries.append((f"attn_out_projs.{i}", 1, d, True))
    for name, out, size, bias in entries:
        scale = 0.03 if quiet and name == "attn_in_proj" else 1
        tensors[f"attn_fuser.{name}.weight"] = source.linear(out, size, 1.2) * scale
        if bias:
            tensors[f"attn_fuser.{name}.bias"] = source.bias(out) * scale
    return tensors


def rounded(tensors, dtype):
    """The values that a file of this type gives back."""
    return {name: tensor.to(DTYPES[dtype]).float() for name, tensor in tensors.items()}


# ---- files

def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def write_tensors(path, tensors):
    path.parent.mkdir(parents=True, exist_ok=True)
    # One entry of metadata: safetensors writes several in any order.
    save_file({name: tensor.clone().contiguous() for name, tensor in sorted(tensors.items())}, path, {"format": "pt"})


def write_model(folder, tensors, dtype, layout, shards):
    """Weights under the file names of one layout: a list of (internal prefix, prefix in the file)."""
    named = {}
    for name, tensor in tensors.items():
        internal, prefix = next(pair for pair in layout if name.startswith(pair[0]))
        named[prefix + name[len(internal):]] = tensor.to(DTYPES[dtype])
    if shards == 1:
        write_tensors(folder / "model.safetensors", named)
        return
    names, index = sorted(named), {"metadata": {}, "weight_map": {}}
    index["metadata"]["total_size"] = sum(t.numel() * t.element_size() for t in named.values())
    for i in range(shards):
        file = f"model-{i + 1:05d}-of-{shards:05d}.safetensors"
        part = names[i * len(names) // shards:(i + 1) * len(names) // shards]
        write_tensors(folder / file, {name: named[name] for name in part})
        index["weight_map"] |= {name: file for name in part}
    write_json(folder / "model.safetensors.index.json", index)


def write_checkpoint(path, tensors, dtype, views):
    """A plain torch.save: state dictionaries with their ``_metadata``, Parameters; with views also odd strides."""
    def value(tensor):
        tensor = tensor.to(DTYPES[dtype])
        if views and tensor.dim() == 2:
            tensor = tensor.T.contiguous().T  # column by column in the file
        elif views:
            tensor = torch.cat([torch.zeros(3, dtype=tensor.dtype), tensor.flatten()])[3:].view(tensor.shape)
        return torch.nn.Parameter(tensor, requires_grad=not views)

    entries = {"attn_fuser": OrderedDict()}
    for name, tensor in tensors.items():
        entry, _, rest = name.partition(".")
        if rest:
            entries.setdefault(entry, OrderedDict())[rest] = value(tensor)
        else:
            entries[entry] = value(tensor)
    for entry in entries.values():
        if isinstance(entry, OrderedDict):
            parents = {name.rpartition(".")[0] for name in entry} | {""}
            entry._metadata = OrderedDict((parent, {"version": 1}) for parent in sorted(parents))
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(entries, path)
