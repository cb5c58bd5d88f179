"""Makes the fixture folders: python make.py SHARED_FIXTURES OUT [FOLDER ...]. See README.md."""

import importlib.metadata
import itertools
import json
import shutil
import sys
from pathlib import Path

import numpy
import torch
from PIL import Image, ImageDraw

import build
from compare import image_parts
from engine import Engine
from families import FAMILIES
from glimpse import threshold_logit
from weights import read_json

TOKENIZER_FILES = ["tokenizer.json", "tokenizer.model", "tokenizer_config.json", "processor_config.json"]
THRESHOLD_MARGIN, RANK_MARGIN, TOKEN_MARGIN = 0.01, 0.003, 0.002
CHANGE = 0.05  # least effect of the cut on the first two rows of logits
# float32 against float64, a quarter of the tolerances of the fixtures: room for another order of sums
NOISE, LOGITS_NOISE = 5e-5, 8e-5


class Unlucky(Exception):
    """These random numbers miss a margin; take the next seed."""


def draw(name, width, height):
    """A shaded picture with some shapes; depends on name and size only."""
    random = numpy.random.Generator(numpy.random.PCG64(sum(name.encode())))
    x, y = numpy.meshgrid(numpy.arange(width) / width, numpy.arange(height) / height)
    shade = random.uniform(0, 255, (4, 3))
    corners = [(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y]
    image = Image.fromarray(sum(c[..., None] * s for c, s in zip(corners, shade)).astype(numpy.uint8))
    pen = ImageDraw.Draw(image)
    for shape in range(6):
        left, top = random.uniform(0, width * 0.8), random.uniform(0, height * 0.8)
        box = [left, top, left + width * random.uniform(0.1, 0.5), top + height * random.uniform(0.1, 0.5)]
        (pen.rectangle if shape % 2 else pen.ellipse)(box, fill=tuple(int(c) for c in random.integers(0, 256, 3)))
    return image


def widest_gap(logits):
    """The middle of the widest gap between two logits that have at least a third of them on either side."""
    ranked = logits.sort().values
    third = max(0, len(ranked) // 3 - 1)
    below = max(range(third, len(ranked) - 1 - third), key=lambda i: float(ranked[i + 1] - ranked[i]))
    return float(ranked[below] + ranked[below + 1]) / 2


class Maker:
    def __init__(self, family, shared, out):
        self.family, self.shared, self.out = family, Path(shared), Path(out) / family.folder
        self.qwen = family.family == "qwen2_5_vl"
        self.requests = {f"{i + 1:03d}": case.request(not self.qwen, family.steps, family.system)
                         for i, case in enumerate(family.cases)}
        self.cases = dict(zip(self.requests, family.cases))
        self.modules = {}

    def make(self, first_seed=1):
        for seed in itertools.count(first_seed):
            try:
                self.attempt(seed)
                return
            except Unlucky as reason:
                print(f"{self.family.folder}: seed {seed}: {reason}")

    def attempt(self, seed):
        shutil.rmtree(self.out, ignore_errors=True)
        tensors = build.rounded(self.family.weights(build.Source(seed)), self.family.dtype)
        self.write_model(tensors)
        self.write_pictures()
        for name in self.requests:
            self.check_unpruned(name)
        self.module_seeds = {name: self.find_module(name, spec, seed) for name, spec in self.family.modules.items()}
        self.arrange_head(tensors)
        results = {name: self.run(self.engine, name) for name in self.requests}
        for name, (expected, tensors) in results.items():
            self.check(name, expected, tensors)
        self.write_results(results, seed)

    # ---- files

    def write_model(self, tensors):
        family, folder, source = self.family, self.out / "model", self.shared / self.family.source / "model"
        build.write_model(folder, tensors, family.dtype, family.layout, family.shards)
        build.write_json(folder / "config.json", family.config)
        build.write_json(folder / "generation_config.json", family.generation)
        processor = {k: v for k, v in (read_json(source / "preprocessor_config.json") | family.processor).items()
                     if v is not None}
        build.write_json(folder / "preprocessor_config.json", processor)
        for name in TOKENIZER_FILES:
            if (source / name).exists():
                shutil.copy(source / name, folder / name)
        template = read_json(source / "chat_template.json")["chat_template"]
        tokenizer = read_json(folder / "tokenizer_config.json")
        tokenizer.pop("chat_template", None)
        if family.template == "chat_template.json":
            build.write_json(folder / family.template, {"chat_template": template})
        elif family.template == "chat_template.jinja":
            (folder / family.template).write_text(template, encoding="utf-8")
        else:
            tokenizer["chat_template"] = template
        build.write_json(folder / "tokenizer_config.json", tokenizer)
        self.engine, self.exact = Engine(folder), Engine(folder, torch.float64)

    def write_pictures(self):
        """Pictures into the cases that use them, tensors into images/."""
        (self.out / "images").mkdir()
        self.inputs = {}
        for name, request in self.requests.items():
            folder = self.out / "cases" / name
            folder.mkdir(parents=True)
            build.write_json(folder / "request.json", request)
            pixel_values, grids = [], []
            for picture in image_parts(request):
                draw(picture, *self.family.pictures[picture]).save(folder / picture, optimize=True)
                tensors, grid = self.engine.picture(folder / picture, request.get("image_aspect_ratio"))
                build.write_tensors(self.out / "images" / (picture + ".safetensors"), tensors)
                pixel_values.append(tensors["pixel_values"])
                grids.append(grid)
            self.inputs[name] = pixel_values, grids

    # ---- modules

    def find_module(self, name, spec, model_seed):
        """Writes a module that holds the margins; if it can be had, one that changes the answer. Gives its seed."""
        good = None
        for attempt in range(1, 100):
            try:
                changes = self.build_module(name, spec, model_seed, attempt)
            except Unlucky as reason:
                last = reason
                continue
            good = good or attempt
            if changes:
                return attempt
            if attempt > 40:
                break
        if not good:
            raise Unlucky(f"no module {name}: {last}")
        self.build_module(name, spec, model_seed, good)
        return good

    def build_module(self, name, spec, model_seed, attempt):
        cases = [c for c, request in self.requests.items() if request["glimpse_module"] == name and self.inputs[c][0]]
        source = build.Source([model_seed, attempt, sum(name.encode())])
        config = self.family.module_config | spec.config
        build.write_json(self.out / name / "config.json", dict(sorted(config.items())))
        self.write_module(name, spec, {})
        complete = self.engine.module(self.out / name).config
        tower = self.family.config["vision_config"]["hidden_size"]
        tensors = build.rounded(build.module(source, complete, tower, self.qwen, spec.quiet), spec.dtype)
        self.calibrate(name, spec, tensors, cases[0])
        tensors = build.rounded(tensors, spec.dtype)
        self.write_module(name, spec, tensors)
        for case in cases:
            if self.family.own_thresholds and case != cases[0]:
                self.choose_threshold(case)
            expected, tensors = self.run(self.engine, case, steps=1)
            self.check_decision(case, expected, tensors, self.family.own_thresholds or case == cases[0])
            self.check_noise(case, tensors, self.run(self.exact, case, steps=1)[1])
        expected, _ = self.run(self.engine, cases[0])
        return expected["pruned"]["generated_ids"] != expected["unpruned"]["generated_ids"]

    def settled(self, case):
        return bool(self.cases[case].settings.keys() & {"reduce_threshold", "max_remain_ratio", "min_remain_num"})

    def choose_threshold(self, case):
        """Where the case says nothing else: a threshold of three digits, in the widest gap near the middle."""
        if self.settled(case):
            return
        logits = self.run(self.engine, case, steps=1)[1]["vip.logits"][-1]
        threshold = round(float(torch.sigmoid(torch.tensor(widest_gap(logits)))), 3)
        if not 0.01 < threshold < 0.99:
            raise Unlucky(f"{case}: threshold {threshold}")
        self.requests[case]["reduce_threshold"] = threshold
        build.write_json(self.out / "cases" / case / "request.json", self.requests[case])

    def write_module(self, name, spec, tensors):
        build.write_checkpoint(self.out / name / "new_modules_gp.pt", tensors, spec.dtype, spec.views)

    def calibrate(self, name, spec, tensors, case):
        """Last head: logits 1.5 wide, the threshold in the widest gap near their middle."""
        heads = sorted(key for key in tensors if key.startswith("attn_fuser.attn_out_projs."))
        if not heads:
            return
        bias, weight = heads[-2:]
        if spec.constant is not None:
            tensors[weight].zero_()
            tensors[bias].fill_(spec.constant)
            return
        self.write_module(name, spec, tensors)
        logits = self.run(self.engine, case, steps=1)[1]["vip.logits"][-1]
        scale = 1.5 / float(logits.std())
        shift = threshold_logit(self.requests[case]["reduce_threshold"]) - widest_gap(logits) * scale
        tensors[weight] *= scale
        tensors[bias] = tensors[bias] * scale + shift

    # ---- runs and checks

    def run(self, engine, case, steps=None):
        pixel_values, grids = self.inputs[case]
        request = self.requests[case] | ({"max_new_tokens": steps} if steps else {})
        module = engine.module(self.out / request["glimpse_module"]) if pixel_values else None
        expected, tensors = engine.run(request, pixel_values, grids, module)
        if pixel_values:
            expected["images"] = image_parts(request)
        return {"case": case} | expected, tensors

    def check_decision(self, case, expected, tensors, split):
        request, spec = self.requests[case], self.family.modules[self.requests[case]["glimpse_module"]]
        if spec.constant is not None:
            return
        logits = tensors["vip.logits"][-1]
        distance = (logits - threshold_logit(request["reduce_threshold"])).abs()
        if spec.config.get("attn_fuse_type") == "AttnFuserDummy":
            distance = distance[logits != 0]  # the least token of an image is exactly 0
        if float(distance.min()) < THRESHOLD_MARGIN:
            raise Unlucky(f"{case}: threshold margin {float(distance.min())}")
        ranked = logits.sort(descending=True).values
        chosen = expected["kept"] if expected["kept"] != expected["passed_threshold"] else 0
        if request["anchor_positions"]:
            chosen = 0
        if 0 < chosen < len(ranked) and float(ranked[chosen - 1] - ranked[chosen]) < RANK_MARGIN:
            raise Unlucky(f"{case}: rank margin")
        if split and not self.settled(case) and expected["passed_threshold"] in (0, len(ranked)):
            raise Unlucky(f"{case}: {expected['passed_threshold']} pass")

    def check_noise(self, case, tensors, exact):
        """Differences to float64 by tensor name."""
        noise = {name: float((value.double() - exact[name].double()).abs().max()) for name, value in tensors.items()}
        for name in noise:
            if noise[name] > (LOGITS_NOISE if "step_logits" in name else NOISE):
                raise Unlucky(f"{case}: {name} differs from float64 by {noise[name]}")
        return noise

    def arrange_head(self, tensors):
        """Swaps rows of the head, so that a chosen id is generated where the stop and penalty cases need it."""
        for case, kind, step, wanted in self.family.head:
            answer = self.run(self.engine, case)[0][kind]["generated_ids"]
            if len(answer) <= step or answer[step] in answer[:step] + self.special():
                raise Unlucky(f"{case}: no id to replace in {answer}")
            pair = [answer[step], wanted]
            tensors["lm_head.weight"][pair] = tensors["lm_head.weight"][pair[::-1]]
            self.write_model(tensors)

    def special(self):
        return list(range(700, 724)) if self.qwen else [0, 1, 2, *range(512, 516)]

    def check_unpruned(self, case):
        request, engine = self.requests[case], self.engine
        answer = engine.run(request, *self.inputs[case])[0]["unpruned"]
        ids = answer["generated_ids"]
        if answer["min_top1_top2_gap"] < TOKEN_MARGIN or set(ids) & set(self.special()):
            raise Unlucky(f"{case}: unpruned {ids}, token margin {answer['min_top1_top2_gap']}")
        if len(ids) - len(set(ids)) > len(ids) // 4:
            raise Unlucky(f"{case}: repeats itself: {ids}")

    def check(self, case, expected, tensors):
        shows = self.cases[case].shows
        image_id, pruned = self.engine.image_id, (expected["pruned"] or {}).get("generated_ids")
        allowed = self.engine.stop_ids if shows == "stop" else [image_id] if shows == "image id" else []
        for kind in ("unpruned", "pruned"):
            answer = expected[kind]
            if answer is None:
                continue
            if answer["min_top1_top2_gap"] < TOKEN_MARGIN:
                raise Unlucky(f"{case}: token margin {answer['min_top1_top2_gap']}")
            if [i for i in answer["generated_ids"] if i in self.special() and i not in allowed]:
                raise Unlucky(f"{case}: special id in {answer['generated_ids']}")
        if expected.get("images") and expected["kept"] < expected["image_tokens"]:
            rows = [tensors[name][:2] for name in ("full.step_logits", "pruned.step_logits")]
            if max(float((f - p).abs().max()) for f, p in zip(*rows)) < CHANGE:
                raise Unlucky(f"{case}: pruning changes nothing")
        if shows in ("none kept", "penalty cut") and expected["kept"]:
            raise Unlucky(f"{case}: kept {expected['kept']}")
        if shows == "stop" and not (len(pruned) == 3 and pruned[-1] in self.engine.stop_ids):
            raise Unlucky(f"{case}: no stop in {pruned}")
        if shows == "image id" and image_id not in pruned:
            raise Unlucky(f"{case}: no image id in {pruned}")
        if shows in ("penalty", "penalty cut"):
            self.engine.unseen_ids = [image_id]
            other = self.run(self.engine, case)[0]["pruned"]["generated_ids"]
            self.engine.unseen_ids = []
            if image_id not in other:
                raise Unlucky(f"{case}: the penalty on the image id shows nothing in {other}")

    def write_results(self, results, seed):
        family, worst = self.family, {}
        entries = []
        for case, (expected, tensors) in results.items():
            double_expected, double_tensors = self.run(self.exact, case)
            for kind in ("unpruned", "pruned"):
                if expected[kind] and expected[kind]["generated_ids"] != double_expected[kind]["generated_ids"]:
                    raise Unlucky(f"{case}: float64 gives other tokens")
            if expected.get("kept_image_indices") != double_expected.get("kept_image_indices"):
                raise Unlucky(f"{case}: float64 keeps other tokens")
            for key, difference in self.check_noise(case, tensors, double_tensors).items():
                group = key.split("layer")[0] + key.split("_")[-1] if "layer" in key else key.rstrip("0123456789")
                worst[group] = max(worst.get(group, 0), difference)
            folder = self.out / "cases" / case
            write_compact_json(folder / "expected.json", expected)
            build.write_tensors(folder / "expected.safetensors", tensors)
            entries.append({"case": case, "title": self.cases[case].title,
                            "image_tokens": expected.get("image_tokens", 0), "kept": expected.get("kept", 0),
                            "glimpse_module": self.cases[case].module})
        libraries = {name: importlib.metadata.version(name)
                     for name in ("torch", "numpy", "pillow", "safetensors", "tokenizers", "jinja2")}
        build.write_json(self.out / "index.json", {
            "family": family.family, "libraries": libraries, "seed": seed, "module_seeds": self.module_seeds,
            "yardstick_max_abs_diff": {"float32_against_float64": dict(sorted(worst.items()))}, "cases": entries})
        for difference in sorted(worst.items()):
            print(f"  {difference[0]:32} {difference[1]:.1e}")


def write_compact_json(path, value):
    """Lists of numbers on one line."""
    def text(item, indent):
        pad = "\n" + " " * (indent + 1)
        if isinstance(item, dict):
            lines = [f"{json.dumps(k)}: {text(v, indent + 1)}" for k, v in item.items()]
            return "{" + pad + ("," + pad).join(lines) + "\n" + " " * indent + "}"
        if isinstance(item, list) and any(isinstance(v, (list, dict)) for v in item):
            return "[" + pad + ("," + pad).join(text(v, indent + 1) for v in item) + "\n" + " " * indent + "]"
        return json.dumps(item, ensure_ascii=False)

    path.write_text(text(value, 0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    torch.set_grad_enabled(False)
    torch.set_num_threads(1)
    for make_family in FAMILIES:
        spec = make_family()
        if len(sys.argv) < 4 or spec.folder in sys.argv[3:]:
            Maker(spec, sys.argv[1], sys.argv[2]).make()
