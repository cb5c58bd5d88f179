"""The training step of TrainingSpeed.java in torch. Reads "<steps> <0|1 for bfloat16 products>" per line."""

import sys
import time

import torch
import torch.nn.functional as F

WIDTH, INNER, LAYERS, HEADS, VOCABULARY, BATCH, TOKENS = 192, 512, 6, 6, 512, 8, 128


def norm(x, weight):
    return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + 1e-6) * weight


def product(x, weight, half):
    return F.linear(x.bfloat16(), weight.bfloat16()).float() if half else F.linear(x, weight)


def loss_of(ids, targets, w, half):
    x = F.embedding(ids, w[0])
    for i in range(LAYERS):
        n1, q, k, v, o, n2, gate, up, down = w[2 + 9 * i:11 + 9 * i]
        y = norm(x, n1)
        q, k, v = (product(y, m, half).view(BATCH, TOKENS, HEADS, -1).transpose(1, 2) for m in (q, k, v))
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + product(mixed.transpose(1, 2).reshape(BATCH, TOKENS, WIDTH), o, half)
        z = norm(x, n2)
        x = x + product(F.silu(product(z, gate, half)) * product(z, up, half), down, half)
    return F.cross_entropy(product(norm(x, w[1]), w[0], half).view(BATCH * TOKENS, -1), targets)


def ids_of(sample, shift):
    rows = torch.arange(BATCH)[:, None] * 37 + sample % 5
    return (rows + (torch.arange(TOKENS)[None] + shift) * 11) % VOCABULARY


def main():
    torch.set_num_threads(1)
    torch.manual_seed(1)
    w = [torch.randn(VOCABULARY, WIDTH) * 0.1, torch.ones(WIDTH)]
    for _ in range(LAYERS):
        w += [torch.ones(WIDTH)] + [torch.randn(WIDTH, WIDTH) / WIDTH ** 0.5 for _ in range(4)] + [torch.ones(WIDTH)]
        w += [torch.randn(INNER, WIDTH) / WIDTH ** 0.5 for _ in range(2)] + [torch.randn(WIDTH, INNER) / INNER ** 0.5]
    for tensor in w:
        tensor.requires_grad_(True)
    optimizer = torch.optim.AdamW(w, lr=1e-3)
    print("ready", torch.__version__, flush=True)
    sample = 0
    for line in sys.stdin:
        steps, half = line.split()
        start = time.perf_counter()
        for _ in range(int(steps)):
            loss = loss_of(ids_of(sample, 0), ids_of(sample, 1).flatten(), w, half == "1")
            loss.backward()
            torch.nn.utils.clip_grad_norm_(w, 1.0)
            optimizer.step()
            optimizer.zero_grad()
            value, sample = loss.item(), sample + 1
        print(f"{(time.perf_counter() - start) * 1000 / int(steps):.3f} {value:.4f}", flush=True)


if __name__ == "__main__":
    main()
