"""Writes the torch.save files of TorchCheckpointTest into the current directory.

Made with torch 2.15.0 (CPU) and safetensors. Beside each readable NAME.pt lies NAME.safetensors: the same tensors as torch
reads them, flat names, float32. The files under refused/ have no partner.
"""
import os

import torch
from safetensors.torch import save_file
from torch import nn

torch.manual_seed(7)


class Predictor(nn.Module):
    def __init__(self, width=4, layers=2):
        super().__init__()
        self.attn_in_proj = nn.Linear(3, width)
        self.layers = nn.ModuleList(nn.ModuleDict({"norm1": nn.LayerNorm(width), "mlp": nn.Linear(width, 2 * width)}) for _ in range(layers))


def module(dtype, layers=2):
    """A glimpse module in small: state dicts carry _metadata, the embeddings are a Parameter."""
    return {
        "attn_fuser": Predictor(layers=layers).to(dtype).state_dict(),
        "learnable_embeddings": nn.Parameter(torch.randn(2, 1, 5)).to(dtype),
        "le_proj": nn.Linear(5, 5).to(dtype).state_dict(),
        "le_norm": nn.LayerNorm(5, bias=False).to(dtype).state_dict(),
    }


def special(dtype):
    info = torch.finfo(dtype)
    values = [0.0, -0.0, 1.0, -1.5, info.max, info.min, info.tiny, -info.tiny, info.smallest_normal / 4, float("inf"), float("-inf"), float("nan")]
    return torch.tensor(values, dtype=torch.float64).to(dtype)


def views():
    base = torch.arange(300.0)
    return {
        "transposed": base[200:290].reshape(9, 10).t(),
        "every_third": base[1::3],
        "column": base[:60].reshape(6, 10)[:, 4],
        "corner": base[:60].reshape(3, 4, 5)[1:, 1:3, ::2],
        "expanded": torch.tensor([1.0, 2.0]).reshape(2, 1).expand(2, 4),
        "none": torch.zeros(0, 3),
        "none_behind_the_end": base[300:],
        "number": torch.tensor(2.5),
        "half_view": torch.arange(20.0).half()[5:9],
    }


def flat(prefix, value):
    if isinstance(value, torch.Tensor):
        return {prefix: value.detach().float().contiguous().clone()}
    return {name: tensor for key, item in value.items() for name, tensor in flat(f"{prefix}.{key}" if prefix else key, item).items()}


def save(name, value):
    torch.save(value, name + ".pt")
    save_file(flat("", torch.load(name + ".pt", weights_only=True)), name + ".safetensors")


shared = torch.randn(3, 2)
weights = nn.Linear(2, 2).state_dict()
save("float32", module(torch.float32))
save("bfloat16", module(torch.bfloat16) | {"special": special(torch.bfloat16)})
save("float16", module(torch.float16) | {"special": special(torch.float16)})
save("parameters", {"trained": nn.Parameter(torch.randn(2, 3)), "frozen": nn.Parameter(torch.randn(2), requires_grad=False), "inside": {"deep": {"er": nn.Parameter(torch.randn(1))}}})
save("views", views())
save("shared", {"a": shared, "b": shared, "c": shared[1:], "first": weights, "second": weights})
save("many", module(torch.float32, layers=40))

os.makedirs("refused", exist_ok=True)
state = {"weight": torch.randn(2, 2)}
torch.save(state, "refused/old_form.pt", _use_new_zipfile_serialization=False)
torch.save(state, "refused/protocol4.pt", pickle_protocol=4)
torch.save({"weight": torch.randn(2, dtype=torch.float64)}, "refused/float64.pt")
torch.save({"weight": torch.arange(3)}, "refused/int64.pt")
torch.save(state | {"epoch": 3}, "refused/number.pt")
torch.save({"weights": [torch.randn(2)]}, "refused/list.pt")
torch.save(state | {"nothing": None}, "refused/none.pt")
torch.save(nn.Linear(2, 2), "refused/whole_module.pt")
torch.save(state | {"function": os.path.join}, "refused/function.pt")
torch.save({1: torch.randn(2)}, "refused/number_as_key.pt")
torch.save(torch.randn(2), "refused/bare_tensor.pt")
torch.save({"weight": torch.randn(4, dtype=torch.complex64).conj()}, "refused/conjugate.pt")
torch.save({"weight": torch.eye(3).to_sparse()}, "refused/sparse.pt")
torch.save({}, "refused/empty.pt")
