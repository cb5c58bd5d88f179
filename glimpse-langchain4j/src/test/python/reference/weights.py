"""Model and module directories: weights under one internal name each, whatever layout the files use."""

import json
import re
from pathlib import Path

import torch
from safetensors.torch import load_file

# Order matters: the longer prefix first.
PREFIXES = [
    (r"^model\.visual\.", "visual."),
    (r"^(model\.)?vision_tower\.(vision_model\.)?", "visual."),
    (r"^(model\.)?multi_modal_projector\.", "projector."),
    (r"^language_model\.lm_head\.", "lm_head."),
    (r"^model\.language_model\.", "lm."),
    (r"^language_model\.model\.", "lm."),
    (r"^model\.", "lm."),
]


def read_json(path):
    return json.loads(Path(path).read_text(encoding="utf-8"))


def canonical(name):
    for pattern, replacement in PREFIXES:
        changed = re.sub(pattern, replacement, name)
        if changed != name:
            return changed
    return name


class Weights:
    """Tensors by name, with a prefix that can be narrowed: ``weights.at("lm.layers.0")``."""

    def __init__(self, tensors, prefix=""):
        self.tensors, self.prefix = tensors, prefix

    def at(self, name):
        return Weights(self.tensors, self.prefix + name + ".")

    def __getitem__(self, name):
        return self.tensors[self.prefix + name]

    def get(self, name):
        return self.tensors.get(self.prefix + name)

    @staticmethod
    def of_model(folder, dtype=torch.float32):
        tensors = {}
        for file in sorted(Path(folder).glob("*.safetensors")):
            tensors.update(load_file(file))
        return Weights({canonical(k): v.to(dtype) for k, v in tensors.items()})

    @staticmethod
    def of_module(folder, dtype=torch.float32):
        entries = torch.load(Path(folder) / "new_modules_gp.pt", map_location="cpu", weights_only=True)
        tensors = {}
        for entry, value in entries.items():
            if isinstance(value, torch.Tensor):
                tensors[entry] = value
            else:
                tensors.update({f"{entry}.{name}": tensor for name, tensor in value.items()})
        return Weights({k: v.detach().to(dtype) for k, v in tensors.items()})
