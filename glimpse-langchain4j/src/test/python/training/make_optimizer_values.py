"""Expected values of two short training runs with torch: MLP, clipping, cosine, accumulation; AdamW with three groups, and
one where the first matrix goes by Muon.

    VENV/bin/python make_optimizer_values.py ../../resources/io/github/glimpse/train/optimizer.json
"""

import json
import math
import sys

import torch
import torch.nn.functional as F

STEPS, ACCUMULATION, PEAK, LAST, WARM_UP, LONGEST = 12, 2, 0.02, 0.001, 0.25, 0.05


def rate(step):
    warm = math.ceil(STEPS * WARM_UP)
    if step < warm:
        return PEAK * (step / warm)
    return LAST + (PEAK - LAST) * 0.5 * (1 + math.cos(math.pi * (step - warm) / (STEPS - warm)))


def values(tensor):
    return [float(x) for x in tensor.detach().double().flatten()]


def run(first, inputs, targets, muon):
    p = {name: tensor.clone().requires_grad_(name != "scale") for name, tensor in first.items()}
    groups = [{"params": [p["in.bias"]], "weight_decay": 0.0, "factor": 1.0},
              {"params": [p["out.weight"]], "weight_decay": 0.01, "factor": 0.3},
              {"params": [p["out.bias"]], "weight_decay": 0.0, "factor": 0.3}]
    matrix = {"params": [p["in.weight"]], "weight_decay": 0.1, "factor": 1.0}
    if muon:
        turned = torch.optim.Muon([matrix], lr=PEAK, momentum=0.95, adjust_lr_fn="match_rms_adamw")
    optimizer = torch.optim.AdamW(groups if muon else groups + [matrix], lr=PEAK, betas=(0.9, 0.95), eps=1e-8, foreach=False)
    optimizers = [optimizer, turned] if muon else [optimizer]
    losses, norms = [], []
    for step in range(STEPS):
        total = 0.0
        for i in range(ACCUMULATION):
            sample = step * ACCUMULATION + i
            hidden = F.silu(F.linear(inputs[sample] * p["scale"], p["in.weight"], p["in.bias"]))
            loss = F.mse_loss(F.linear(hidden, p["out.weight"], p["out.bias"]), targets[sample])
            (loss / ACCUMULATION).backward()
            total += loss.item() / ACCUMULATION
        norms.append(float(torch.nn.utils.clip_grad_norm_([x for x in p.values() if x.requires_grad], LONGEST)))
        for each in optimizers:
            for group in each.param_groups:
                group["lr"] = rate(step) * group["factor"]
            each.step()
            each.zero_grad()
        losses.append(total)
    return {"last": {name: values(x) for name, x in p.items()}, "losses": losses, "norms": norms}


def main(path):
    torch.manual_seed(7)
    torch.set_num_threads(1)
    first = {"in.weight": torch.randn(5, 3) * 0.5, "in.bias": torch.randn(5) * 0.1, "out.weight": torch.randn(2, 5) * 0.5,
             "out.bias": torch.zeros(2), "scale": torch.tensor([1.5, 0.5, 1.0])}
    inputs, targets = torch.randn(STEPS * ACCUMULATION, 4, 3), torch.randn(STEPS * ACCUMULATION, 4, 2)
    result = {"torch": torch.__version__, "inputs": values(inputs), "targets": values(targets),
              "first": {name: values(x) for name, x in first.items()},
              "adamw": run(first, inputs, targets, False), "muon": run(first, inputs, targets, True)}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(result, file, indent=0)
        file.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
