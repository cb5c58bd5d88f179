"""Runs one request: prompt, vision, unpruned answer, pruned answer. Gives what the expected files hold."""

from pathlib import Path

import jinja2.sandbox
import numpy
import torch
from tokenizers import Tokenizer

import pictures
from decoder import Decoder
from glimpse import Module, decide, threshold_logit
from towers import llava_tower, qwen_tower
from weights import Weights, read_json


class Engine:
    """A model directory, ready to run."""

    def __init__(self, folder, dtype=torch.float32):
        self.folder, self.dtype = Path(folder), dtype
        self.config = read_json(self.folder / "config.json")
        self.qwen = self.config["model_type"].startswith("qwen")
        text = {**self.config, **self.config.get("text_config", {})}
        tied = self.config.get("tie_word_embeddings", text.get("tie_word_embeddings", False))
        self.weights = Weights.of_model(folder, dtype)
        self.decoder = Decoder(text, self.weights, tied)
        self.tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
        self.template = self._template()
        self.processor = read_json(self.folder / "preprocessor_config.json")
        stop = read_json(self.folder / "generation_config.json")["eos_token_id"]
        self.stop_ids = stop if isinstance(stop, list) else [stop]
        self.unseen_ids = []  # ids that the repetition penalty is to overlook: to see whether a case depends on them
        self.image_id = self.config.get("image_token_id", self.config.get("image_token_index"))

    def _template(self):
        jinja = self.folder / "chat_template.jinja"
        if jinja.exists():
            text = jinja.read_text(encoding="utf-8")
        elif (self.folder / "chat_template.json").exists():
            text = read_json(self.folder / "chat_template.json")["chat_template"]
        else:
            text = read_json(self.folder / "tokenizer_config.json")["chat_template"]
        environment = jinja2.sandbox.ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
        return environment.from_string(text)

    def module(self, folder):
        return Module(read_json(Path(folder) / "config.json"), Weights.of_module(folder, self.dtype), self.config)

    # ---- inputs

    def picture(self, file, aspect=None):
        """Tensors of images/NAME.safetensors, and the grid in patches (Qwen)."""
        decoded = pictures.decode(file)
        if self.qwen:
            pixels, grid, rgb = pictures.qwen(decoded, self.processor)
        else:
            (pixels, rgb), grid = pictures.llava(decoded, self.processor, aspect), None
        tensors = {"pixel_values": torch.from_numpy(pixels), "resized_rgb": torch.from_numpy(rgb.copy())}
        if str(file).endswith((".jpg", ".jpeg")):
            tensors["decoded_rgb"] = torch.from_numpy(numpy.asarray(decoded).copy())
        return tensors, grid

    def vision(self, pixel_values, grids):
        pixel_values = [p.to(self.dtype) for p in pixel_values]
        if self.qwen:
            return qwen_tower(torch.cat(pixel_values), grids, self.weights.at("visual"), self.config["vision_config"])
        return llava_tower(pixel_values, self.weights, self.config)

    def prompt(self, messages, grids):
        """Text of the prompt and its ids, every image placeholder repeated once per image token."""
        text = self.template.render(messages=messages, add_generation_prompt=True, bos_token="<s>", eos_token="</s>")
        waiting, ids = list(grids), []
        for token in self.tokenizer.encode(text).ids:
            if token == self.image_id:
                rows, columns = waiting.pop(0)
                ids += [token] * (rows * columns)
            else:
                ids.append(token)
        assert not waiting, "fewer placeholders than images"
        return text, ids

    def positions(self, ids, grids):
        """[3, tokens] (Qwen) or [1, tokens]."""
        if not self.qwen:
            return torch.arange(len(ids))[None]
        columns, following, at, waiting = [], 0, 0, list(grids)
        while at < len(ids):
            if ids[at] == self.image_id:
                height, width = waiting.pop(0)
                columns += [(following, following + r, following + s) for r in range(height) for s in range(width)]
                at += height * width
                following += max(height, width)
            else:
                columns.append((following,) * 3)
                at, following = at + 1, following + 1
        return torch.tensor(columns).T

    # ---- answers

    def generate(self, x, positions, cache, ids, request, next_position):
        """Greedy answer after the prefill whose last row is x."""
        new, rows, gaps, at = [], [], [], []
        while True:
            row = self.decoder.logits(x[-1])
            rows.append(row)
            scores = row.clone()
            seen = sorted(set(ids + new) - set(self.unseen_ids))
            penalty = request.get("repetition_penalty", 1.0)
            scores[seen] = torch.where(row[seen] < 0, row[seen] * penalty, row[seen] / penalty)
            best = torch.sort(scores, descending=True, stable=True)
            gaps.append(float(best.values[0] - best.values[1]))
            new.append(int(best.indices[0]))
            if new[-1] in self.stop_ids or len(new) == request["max_new_tokens"]:
                break
            at.append(next_position)
            step = torch.full((positions.shape[0], 1), next_position)
            x = self.decoder.run(self.decoder.embed(new[-1:]), step, cache)
            next_position += 1
        text = self.tokenizer.decode(new, skip_special_tokens=True)
        answer = {"generated_ids": new, "text": text, "min_top1_top2_gap": min(gaps)}
        return answer, torch.stack(rows), at

    def run(self, request, pixel_values, grids, module=None):
        """request as in request.json; pixel_values and grids (in patches, or None) in prompt order."""
        vision = self.vision(pixel_values, grids) if pixel_values else None
        token_grids = vision.grids if vision else []
        text, ids = self.prompt(request["messages"], token_grids)
        positions = self.positions(ids, token_grids)
        following = int(positions.max()) + 1
        embeds = self.decoder.embed(ids)
        is_image = torch.tensor(ids) == self.image_id
        tensors = {}
        if vision:
            embeds[is_image] = vision.features
            tensors["vision.image_features"] = vision.features
        cache = {}
        x = self.decoder.run(embeds, positions, cache)
        unpruned, tensors["full.step_logits"], at = self.generate(x, positions, cache, ids, request, following)
        expected = {"prompt_text": text, "input_ids": ids, "sequence_length": len(ids)}
        if self.qwen:
            expected |= {"position_ids": positions.tolist(), "rope_delta": following - len(ids)}
        else:
            expected["image_token_index"] = self.image_id
        expected |= {"image_token_grid": [list(g) for g in token_grids], "unpruned": unpruned, "pruned": None}
        if vision and self.qwen:
            expected |= {"image_grid_thw": grids, "resized_hw": [[14 * h, 14 * w] for _, h, w in grids]}
            tensors |= {"vision.last_block": vision.hidden[-1]}
            for name in ("window_index", "cu_window_seqlens", "cu_seqlens"):
                tensors["vision." + name] = torch.tensor(getattr(vision, name), dtype=torch.int32)
        if vision and module:
            self._pruned(request, module, vision, embeds, ids, positions, is_image, expected, tensors)
        elif self.qwen:
            start = at[0] if at else following
            expected["pruned"] = unpruned | {"decode_position_ids": at, "decode_cache_position":
                                             [len(ids) + p - start for p in at]}
            tensors["pruned.step_logits"] = tensors["full.step_logits"]
        return expected, tensors

    def _pruned(self, request, module, vision, embeds, ids, positions, is_image, expected, tensors):
        config, decoder, count = module.config, self.decoder, len(ids)
        at_end = config["reduce_layer"] >= decoder.layers - 1
        cut_layer = min(config["reduce_layer"], decoder.layers - 1)
        glimpse = module.vectors()
        x, places, length = embeds, positions, 0
        if glimpse:
            tensors["glimpse.vectors"] = torch.stack(list(glimpse.values()))
            length = config["le_length"]
            x = torch.cat([x, glimpse[0]])
            extra = positions[-1, -1] + 1 + torch.arange(length)
            places = torch.cat([positions, extra.expand(len(positions), -1)], 1)
        cache, read = {}, {}
        for layer in range(cut_layer + 1):
            if layer >= 1 and layer in glimpse:
                x = torch.cat([x[:-length], x[-length:] + glimpse[layer]])
            x, queries = decoder.layer(layer, x, places, cache)
            if layer in config["selected_layers"]:
                scores = decoder.scores(queries[-1], cache[layer][0])
                scores = scores if module.raw_scores else scores.log_softmax(0)
                read[layer] = scores[:count][is_image]
        attention = torch.cat([read[layer] for layer in config["selected_layers"]], 1)
        conditions = module.conditions(vision)
        logits = module.predict(attention, conditions, vision)
        tensors |= {"glimpse.attention": attention, "vip.logits": logits, "vip.prob": torch.sigmoid(logits[-1])}
        for layer, condition in zip(module.condition_layers(), conditions):
            tensors[f"vip.cond.{'block' if self.qwen else 'hidden'}{layer}"] = condition
        keep, passed = decide(logits[-1], request["reduce_threshold"], request["max_remain_ratio"],
                              request["min_remain_num"], request["anchor_positions"], vision.grids)
        rows = ~is_image
        rows[is_image] = keep
        x = x[:count]
        if not at_end:
            tensors |= {"reduce.hidden_before": x, "reduce.hidden_after": x[rows]}
        x, after = x[rows], positions[:, rows]
        cache = {layer: (k[:count][rows], v[:count][rows]) for layer, (k, v) in cache.items()}
        for layer in (0, cut_layer):
            tensors[f"reduce.key_layer{layer}_after"] = cache[layer][0].transpose(0, 1)
            tensors[f"reduce.value_layer{layer}_after"] = cache[layer][1].transpose(0, 1)
        x = decoder.run(x, after, cache, cut_layer + 1)
        lengths = [len(cache[layer][0]) for layer in range(decoder.layers)]
        answer, tensors["pruned.step_logits"], at = self.generate(
            x, after, cache, ids, request, int(after[-1, -1]) + 1)
        answer["decode_position_ids"] = at
        expected["pruned"] = answer
        kept = keep.nonzero()[:, 0].tolist()
        expected |= {"image_tokens": len(keep), "kept": len(kept), "kept_ratio": len(kept) / len(keep),
                     "passed_threshold": passed, "kept_image_indices": kept,
                     "kept_sequence_indices": rows.nonzero()[:, 0].tolist()}
        if self.qwen:
            answer["decode_cache_position"] = list(range(int(rows.sum()), int(rows.sum()) + len(at)))
            split = keep.split([r * c for r, c in vision.grids])
            expected["per_image"] = [{"grid": list(grid), "kept": int(part.sum()),
                                      "kept_indices": part.nonzero()[:, 0].tolist()}
                                     for grid, part in zip(vision.grids, split)]
            expected["position_ids_after"] = after.tolist()
            expected["input_ids_after"] = torch.tensor(ids)[rows].tolist()
        else:
            expected["position_ids_after"] = after[0].tolist()
        expected["margin_to_threshold"] = float((logits[-1] - threshold_logit(request["reduce_threshold"])).abs().min())
        ranked = torch.sigmoid(logits[-1]).sort(descending=True).values
        if 0 < len(kept) < len(keep):
            expected["margin_topk"] = float(ranked[len(kept) - 1] - ranked[len(kept)])
        expected["cache_lengths_after_prefill"] = lengths
