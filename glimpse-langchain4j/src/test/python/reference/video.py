"""Cuts over the slices of videos on models, from the written rules alone: python video.py SHARED_FAMILIES OUT. See README.md.

The recorded rows of the vision tower are taken from the cases (and the module's conditions with them); the language model, the module, the
strategies and the answers are computed here. First the plans of SHARED_FAMILIES that this file knows are computed and compared."""

import json
import math
import shutil
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from bricks import attend, gated_mlp, linear, rms_norm, rotate
from decoder import Decoder
from glimpse import Module
from weights import Weights, read_json

STEPS = 12
NOISE, LOGITS_NOISE = 5e-6, 8e-5  # float32 against float64
# The last kept and the first dropped, the best token and the next, a logit and the threshold, the answer with and without the cut.
RANK_MARGIN, TOKEN_MARGIN, THRESHOLD_MARGIN = 2e-5, 2e-3, 1e-2

EVS, VIDCOM2 = {"at": "vision", "strategy": "evs"}, {"at": "vision", "strategy": "vidcom2"}
GLIMPSE = {"at": "layer 4", "strategy": "glimpse"}


def fastv(layer, ratio, **options):
    return {"at": f"layer {layer}", "strategy": "fastv", "ratio": ratio, **options}


# Folder, name, case, steps, cap of glimpse.
PLANS = [
    ("qwen3_vl-tiny", "evs-060+glimpse", "006", [EVS | {"ratio": 0.6}, GLIMPSE], None),
    ("qwen3_vl-tiny", "evs-060+glimpse-cap-030", "006", [EVS | {"ratio": 0.6}, GLIMPSE], 0.3),
    ("qwen3_vl-tiny", "evs-080-floor2+glimpse-floor1", "006", [EVS | {"ratio": 0.8, "floor": 2}, GLIMPSE | {"floor": 1}], 0.3),
    ("qwen3_vl-tiny", "glimpse-floor2", "006", [GLIMPSE | {"floor": 2}], None),
    ("qwen3_vl-tiny", "glimpse-cap-010-floor1", "006", [GLIMPSE | {"floor": 1}], 0.1),
    ("qwen3_vl-tiny", "vidcom2-040", "006", [VIDCOM2 | {"ratio": 0.4}], None),
    ("qwen3_vl-tiny", "vidcom2-040", "008", [VIDCOM2 | {"ratio": 0.4}], None),
    ("qwen3_vl-tiny", "vidcom2-060+fastv-2-030", "008", [VIDCOM2 | {"ratio": 0.6}, fastv(2, 0.3)], None),
    ("qwen3_vl-tiny", "vidcom2-060+glimpse", "006", [VIDCOM2 | {"ratio": 0.6}, GLIMPSE], None),
    ("qwen3_vl-tiny", "fastv-2-020-floor2", "008", [fastv(2, 0.2, floor=2)], None),
    ("qwen2_5_vl-video-tiny", "vidcom2-040", "005", [VIDCOM2 | {"ratio": 0.4}], None),
    ("qwen2_5_vl-video-tiny", "vidcom2-040", "006", [VIDCOM2 | {"ratio": 0.4}], None),
    ("qwen2_5_vl-video-tiny", "evs-040", "006", [EVS | {"ratio": 0.4}], None),
    ("qwen2_5_vl-video-tiny", "evs-050-floor1+fastv-2-015-floor1", "006", [EVS | {"ratio": 0.5, "floor": 1}, fastv(2, 0.15, floor=1)],
     None),
]


class Unlucky(Exception):
    """A margin is missed; another plan is needed."""


class VideoDecoder(Decoder):
    """The decoder with Qwen3's norms of queries and keys and its interleaved sections, where the model has them."""

    def __init__(self, config, weights, tied):
        super().__init__(config, weights, tied)
        rope = config.get("rope_parameters") or config.get("rope_scaling") or {}
        if rope.get("mrope_interleaved"):
            sections = rope["mrope_section"]
            rows = [j % 3 if j % 3 and j < 3 * sections[j % 3] else 0 for j in range(self.head_size // 2)]
            self.section = torch.tensor(rows)

    def layer(self, index, x, positions, cache):
        own = self.weights.at(f"layers.{index}")
        y = rms_norm(x, own["input_layernorm.weight"], self.eps)
        q, k, v = (linear(y, own, f"self_attn.{n}_proj").view(len(x), -1, self.head_size) for n in "qkv")
        if own.get("self_attn.q_norm.weight") is not None:
            q = rms_norm(q, own["self_attn.q_norm.weight"], self.eps)
            k = rms_norm(k, own["self_attn.k_norm.weight"], self.eps)
        angles = self.angles(positions)
        q, k = rotate(q, angles), rotate(k, angles)
        if index in cache:
            k, v = torch.cat([cache[index][0], k]), torch.cat([cache[index][1], v])
        cache[index] = (k, v)
        allowed = torch.ones(len(x), len(k), dtype=torch.bool).tril(len(k) - len(x))
        x = x + linear(attend(q, k, v, allowed), own, "self_attn.o_proj")
        return x + gated_mlp(rms_norm(x, own["post_attention_layernorm.weight"], self.eps), own.at("mlp")), q


class Tokens:
    """The image tokens of a prompt: unit, place in it, whether of a video. ``alive`` of them are left."""

    def __init__(self, units):
        self.units = units
        self.unit, self.row, self.column = [], [], []
        for number, unit in enumerate(units):
            rows, columns = unit["grid"]
            for place in range(rows * columns):
                self.unit.append(number)
                self.row.append(place // columns)
                self.column.append(place % columns)
        self.alive = list(range(len(self.unit)))
        self.starts = [self.unit.index(number) for number in range(len(units))]

    def videos(self):
        """For each video its slices, each a list of tokens."""
        found = {}
        for number, unit in enumerate(self.units):
            if unit["kind"] == "video":
                found.setdefault(unit["index"], []).append([t for t, u in enumerate(self.unit) if u == number])
        return [found[index] for index in sorted(found)]

    def slices(self):
        return [tokens for video in self.videos() for tokens in video]


class Alive:
    """What the module has to know of the tokens that are left."""

    def __init__(self, tokens, dtype):
        self.unit = torch.tensor([tokens.unit[t] for t in tokens.alive])
        self.rows = torch.tensor([tokens.row[t] for t in tokens.alive], dtype=dtype)
        self.columns = torch.tensor([tokens.column[t] for t in tokens.alive], dtype=dtype)

    def image_of_token(self):
        return self.unit

    def places(self):
        return self.rows, self.columns


def best(scores, candidates, count):
    """The count of candidates with the highest scores, ties to the lower; and how far the next one is."""
    ranked = sorted(candidates, key=lambda t: (-scores[t], t))
    gap = scores[ranked[count - 1]] - scores[ranked[count]] if 0 < count < len(ranked) else math.inf
    return ranked[:count], gap


# ---- strategies over time: features in float64, all tokens; give kept tokens, scores and the least gap


def evs(features, tokens, ratio, floor=0):
    kept = [t for t, u in enumerate(tokens.unit) if tokens.units[u]["kind"] != "video"]
    scores, gap = [math.nan] * len(features), math.inf
    for slices in tokens.videos():
        count, n = len(slices), len(slices[0])
        for before, now in zip(slices, slices[1:]):
            for a, b in zip(before, now):
                norms = float(features[a].norm() * features[b].norm())
                cosine = float(features[a] @ features[b]) / norms if norms else 0.0
                scores[b] = 0.0 if 1 - cosine < 1e-6 else 1 - cosine
        budget = min(n * count, max(n + min(floor, n) * (count - 1), int(ratio * (n * count))))
        chosen = list(slices[0])
        for later in slices[1:]:
            first, near = best(scores, later, min(floor, n))
            chosen += first
            gap = min(gap, near)
        rest = [t for later in slices[1:] for t in later if t not in chosen]
        more, near = best(scores, rest, budget - len(chosen))
        kept += chosen + more
        gap = min(gap, near)
    return sorted(kept), scores, gap


def vidcom2(features, tokens, ratio):
    kept = [t for t, u in enumerate(tokens.unit) if tokens.units[u]["kind"] != "video"]
    scores, gap = [math.nan] * len(features), math.inf
    for slices in tokens.videos():
        count, n, every = len(slices), len(slices[0]), [t for one in slices for t in one]
        rows = features[every]
        channels = torch.sort(rows.var(0, unbiased=False), stable=True).indices[:max(1, rows.shape[1] // 2)]
        rows = rows[:, sorted(channels.tolist())]
        rows = rows / rows.norm(dim=1, keepdim=True).clamp_min(1e-12)

        def likeness(x, centre):
            squares = (x - centre).pow(2).sum(1)
            return sum(torch.exp(-squares / (2 * a)) for a in (1 / 8, 1 / 4, 1 / 2, 1, 2))

        video = likeness(rows, rows.mean(0))
        frame = torch.cat([likeness(part, part.mean(0)) for part in rows.split(n)])
        redundancy = dict(zip(every, (video + frame).tolist()))
        for t in every:
            scores[t] = redundancy[t]
        of_slice = torch.tensor([-float(part.mean()) for part in video.split(n)], dtype=torch.float64)
        share = (of_slice / 0.01).softmax(0)
        low = {t: -s for t, s in redundancy.items()}
        chosen = []
        for part, p in zip(slices, share.tolist()):
            k = min(n, max(1, round(min(1.0, ratio * (1 + p - 1 / count)) * n)))
            first, near = best(low, part, k)
            chosen += first
            gap = min(gap, near)
        target = max(count, min(int(count * n * ratio), count * n))
        if len(chosen) > target:
            chosen, near = best(low, chosen, target)
            gap = min(gap, near)
        elif len(chosen) < target:
            more, near = best(low, [t for t in every if t not in chosen], target - len(chosen))
            chosen += more
            gap = min(gap, near)
        kept += chosen
    return sorted(kept), scores, gap


def with_floor(kept, scores, tokens, floor):
    """Each slice gets its best dropped tokens until it has floor of those that were alive."""
    kept, gap = set(kept), math.inf
    for part in tokens.slices():
        alive = [t for t in part if t in scores]
        lack = min(floor, len(alive)) - len(kept.intersection(part))
        if lack > 0:
            more, near = best(scores, [t for t in alive if t not in kept], lack)
            kept.update(more)
            gap = min(gap, near)
    return sorted(kept), gap


# ---- one request


class Engine:
    def __init__(self, folder, dtype):
        self.folder, self.dtype = folder, dtype
        self.config = read_json(folder / "model/config.json")
        text = {**self.config, **self.config.get("text_config", {})}
        self.decoder = VideoDecoder(text, Weights.of_model(folder / "model", dtype), self.config["tie_word_embeddings"])

    def run(self, number, steps, cap=None):
        """The plan's expected values, its tensors and its margins."""
        case = self.folder / "cases" / number
        expected = read_json(case / "expected.json")
        recorded = {k: v.to(self.dtype) for k, v in load_file(case / "expected.safetensors").items()}
        request, decoder, tokens = read_json(case / "request.json"), self.decoder, Tokens(expected["units"])
        assert not expected["newline_rows"]
        ids, features = expected["input_ids"], recorded["vision.image_features"]
        deep = [recorded[f"vision.deepstack_{i}"] for i in range(3) if f"vision.deepstack_{i}" in recorded]
        token_of_row = {row: t for t, row in enumerate(expected["placeholder_rows"])}
        rows = list(range(len(ids)))
        x, places = decoder.embed(ids).clone(), torch.tensor(expected["position_ids"])
        x[expected["placeholder_rows"]] = features
        following = int(places.max()) + 1
        module = None
        if any(step["strategy"] == "glimpse" for step in steps):
            folder = self.folder / request["glimpse_module"]
            module = Module(read_json(folder / "config.json"), Weights.of_module(folder, self.dtype), self.config)
            vectors = module.vectors()
            x = torch.cat([x, vectors[0]])
            places = torch.cat([places, torch.full((3, 1), following)], 1)
        cache, tensors, told, margins, waiting = {}, {}, [], {}, list(steps)
        last_query, tapped = None, None

        def cut(kept, scores_gap, step, **more):
            nonlocal x, places, rows
            tokens.alive = kept
            stay = [i for i, row in enumerate(rows) if row not in token_of_row or token_of_row[row] in kept]
            extra = list(range(len(rows), len(x)))  # the glimpse token
            rows = [rows[i] for i in stay]
            x, places = x[stay + extra], places[:, stay + extra]
            for layer, (k, v) in cache.items():
                cache[layer] = (k[stay + extra], v[stay + extra])
            told.append({"at": step["at"], "strategy": step["strategy"], **more, "count": len(kept), "kept": kept})
            margins["rank"] = min(margins.get("rank", math.inf), scores_gap)

        while waiting and waiting[0]["at"] == "vision":
            step = waiting.pop(0)
            select = {"evs": evs, "vidcom2": vidcom2}[step["strategy"]]
            options = {"floor": step["floor"]} if "floor" in step else {}
            kept, scores, gap = select(features.double(), tokens, step["ratio"], **options)
            # Of two the higher stays, so redundancy is told with the other sign.
            tensors[f"{step['strategy']}.scores"] = torch.tensor(scores) * (-1 if select is vidcom2 else 1)
            cut(kept, gap, step, gap=gap)
        for layer in range(decoder.layers):
            if waiting and waiting[0]["at"] == f"layer {layer}":
                step = waiting.pop(0)
                at = [i for i, row in enumerate(rows) if row in token_of_row]
                if step["strategy"] == "fastv":
                    weights = decoder.scores(last_query, cache[layer - 1][0]).softmax(0).mean(1)[at]
                    tensors[f"fastv.layer{layer}.scores"] = weights
                    scores = dict(zip(tokens.alive, weights.tolist()))
                    kept, gap = best(scores, tokens.alive, max(1, int(step["ratio"] * len(tokens.unit))))
                    kept, near = with_floor(kept, scores, tokens, step.get("floor", 0))
                    cut(kept, min(gap, near), step, gap=gap)
                else:
                    assert layer == module.config["reduce_layer"] + 1
                    attention = torch.cat([tapped[i] for i in module.config["selected_layers"]], 1)
                    conditions = [recorded[f"vip.cond.block{b}"][tokens.alive] for b in module.condition_layers()]
                    logits = module.predict(attention, conditions, Alive(tokens, self.dtype))[-1]
                    tensors |= {"glimpse.attention": attention, "glimpse.logits": logits}
                    scores = dict(zip(tokens.alive, logits.tolist()))
                    margin = min(abs(s) for s in scores.values())  # threshold 0.5
                    kept, gap = [t for t in tokens.alive if scores[t] > 0], math.inf
                    if cap is not None and len(kept) / len(scores) > cap:
                        kept, gap = best(scores, tokens.alive, int(cap * len(scores)))
                    if not kept:
                        kept, gap = best(scores, tokens.alive, 1)
                    kept, near = with_floor(kept, scores, tokens, step.get("floor", 0))
                    x, places = x[:-1], places[:, :-1]
                    for i, (k, v) in cache.items():
                        cache[i] = (k[:-1], v[:-1])
                    module = None
                    margins["threshold"] = margin
                    cut(kept, min(gap, near), step, margin_to_threshold=margin)
            if module and layer in vectors and layer > 0:
                x = torch.cat([x[:-1], x[-1:] + vectors[layer]])
            x, queries = decoder.layer(layer, x, places, cache)
            last_query = queries[-1]
            at = [i for i, row in enumerate(rows) if row in token_of_row]
            if module and layer in module.config["selected_layers"]:
                read = decoder.scores(last_query, cache[layer][0])
                tapped = (tapped or {}) | {layer: (read if module.raw_scores else read.log_softmax(0))[at]}
            if layer < len(deep):
                x = x.index_add(0, torch.tensor(at), deep[layer][tokens.alive])
        assert not waiting
        first, generated, margins["token"] = self.answer(x, cache, following)
        tensors["first_step_logits"] = first
        per_unit = []
        for number_of, unit in enumerate(tokens.units):
            kept = [t - tokens.starts[number_of] for t in tokens.alive if tokens.unit[t] == number_of]
            per_unit.append(unit | {"kept": len(kept), "kept_indices": kept})
        after = [[expected["position_ids"][axis][row] for row in rows] for axis in range(3)]
        return {
            "base_case": number, "schedule": steps, "positions": "original", "kv": "uniform",
            "image_tokens": len(tokens.unit), "steps": told, "kept_image_indices": tokens.alive, "rows_after": len(rows),
            "kept_sequence_indices": rows, "position_ids_after": after,
            "cache_lengths_after_prefill": [len(rows)] * decoder.layers, "first_decode_position": following,
            "first_decode_position_per_layer": [following] * decoder.layers, "generated_ids": generated,
            "min_top1_top2_gap": margins["token"], "per_unit": per_unit,
            "differs_from_unpruned": generated != expected["unpruned"]["generated_ids"],
        }, tensors, margins

    def answer(self, x, cache, position):
        first, generated, gap = None, [], math.inf
        for step in range(STEPS):
            logits = self.decoder.logits(x[-1])
            first = logits if first is None else first
            two = logits.topk(2)
            gap = min(gap, float(two.values[0] - two.values[1]))
            generated.append(int(two.indices[0]))
            if step + 1 < STEPS:
                x = self.decoder.run(self.decoder.embed(generated[-1:]), torch.full((3, 1), position + step), cache)
        return first, generated, gap


def largest(a, b):
    return max(float((a[k].double() - b[k].double()).nan_to_num().abs().max()) for k in a)


def check_shared(folder):
    """Plans that the shared folder has: the same kept tokens and answers."""
    engine, worst = Engine(folder, torch.float32), 0.0
    for file in sorted(folder.glob("schedules/*.json")):
        wanted = read_json(file)
        if all(s["strategy"] in ("evs", "fastv") for s in wanted["schedule"]):
            found, tensors, _ = engine.run(wanted["base_case"], wanted["schedule"])
            for key in ("kept_image_indices", "position_ids_after", "generated_ids", "first_decode_position", "per_unit"):
                assert found[key] == wanted[key], (file, key)
            worst = max(worst, largest(load_file(file.with_suffix(".safetensors")), tensors))
    if (folder / "glimpse").is_dir():
        wanted, recorded = (read(folder / "cases/006" / name) for read, name in
                            ((read_json, "expected.json"), (load_file, "expected.safetensors")))
        found, tensors, _ = engine.run("006", [GLIMPSE])
        assert found["kept_image_indices"] == wanted["kept_image_indices"]
        assert found["generated_ids"] == wanted["pruned"]["generated_ids"]
        worst = max(worst, float((tensors["glimpse.logits"] - recorded["vip.logits"][-1]).abs().max()))
    print(f"{folder.name}: shared plans equal, largest difference {worst:.1e}")


def make(shared, out):
    engines = {}
    for name in dict.fromkeys(plan[0] for plan in PLANS):
        check_shared(shared / name)
        engines[name] = [Engine(shared / name, dtype) for dtype in (torch.float32, torch.float64)]
    for folder, name, number, steps, cap in PLANS:
        single, exact = (engine.run(number, steps, cap) for engine in engines[folder])
        expected, tensors, margins = single
        for key in ("kept_image_indices", "generated_ids"):
            assert expected[key] == exact[0][key], (name, key)
        noise = {k: largest({k: v}, {k: exact[1][k]}) for k, v in tensors.items()}
        bad = [k for k, v in noise.items() if v > (NOISE if k.endswith(".scores") else LOGITS_NOISE)]
        least = {"rank": RANK_MARGIN, "token": TOKEN_MARGIN, "threshold": THRESHOLD_MARGIN}
        bad += [k for k, v in margins.items() if v < least[k]]
        if bad or not expected["differs_from_unpruned"]:
            raise Unlucky(f"{folder} {name} {number}: {bad} {margins} {noise}")
        if any(step["strategy"] == "glimpse" for step in steps):
            request = read_json(shared / folder / "cases" / number / "request.json")
            expected["glimpse_module"] = request["glimpse_module"]
            expected["decision"] = {"reduce_threshold": 0.5, "max_remain_ratio": cap, "min_remain_num": 1, "anchor_positions": []}
        for step in expected["steps"]:
            if step.get("gap") == math.inf:
                del step["gap"]
        target = out / folder
        if not (target / "cases" / number).exists():
            shutil.copytree(shared / folder / "cases" / number, target / "cases" / number)
        file = target / "schedules" / f"{name}-{number}.json"
        file.write_text(json.dumps({"name": name, **expected}) + "\n", encoding="utf-8")
        save_file({k: v.float().contiguous() for k, v in tensors.items()}, file.with_suffix(".safetensors"))
        kept = [unit["kept"] for unit in expected["per_unit"]]
        print(f"{folder} {file.stem}: {len(expected['kept_image_indices'])} of {expected['image_tokens']} {kept}, {margins}")


if __name__ == "__main__":
    make(Path(sys.argv[1]), Path(sys.argv[2]))
