"""Compares the library with transformers and with our independent implementation of the module, on a model of yours.

    python verify.py --model DIR --module DIR --images DIR [--out DIR] [--dtype float32] [--device cpu]

Writes verify.json and verify.md into --out. Exit status 0: all equal; 1: something differs; 2: it could not be run.
"""

import argparse
import json
import platform
import resource
import subprocess
import sys
import time
import zlib
from pathlib import Path

import torch
from safetensors import safe_open

HERE = Path(__file__).resolve().parent
REFERENCE = HERE.parents[1] / "glimpse-langchain4j/src/test/python/reference"
sys.path.insert(0, str(REFERENCE))
import pictures  # noqa: E402
from engine import Engine  # noqa: E402
from weights import read_json  # noqa: E402

QUESTION = "Describe the picture in one sentence."
# Largest difference of first logits, as a share of the largest logit. float32: another order of sums, with room for depth.
TOLERANCE = {"float32": 1e-4, "bfloat16": 6e-2}
SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"}


class Library:
    """The library's half, in a process of its own that answers line by line."""

    def __init__(self, arguments, model, module):
        java = ["java", *(["-jar", arguments.jar] if arguments.classpath is None else
                          ["-cp", arguments.classpath, "io.github.glimpse.examples.verify.LibraryWorker"])]
        self.process = subprocess.Popen([*java, str(model), str(module), arguments.dtype, arguments.device],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        self.read = self.line()

    def line(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit("The library ended before it answered; its words are above.")
        return json.loads(line)

    def ask(self, image, question, tokens):
        self.process.stdin.write(json.dumps({"image": str(image), "question": question, "tokens": tokens}) + "\n")
        self.process.stdin.flush()
        return self.line()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def stored_sums(files):
    """Check sum of every tensor's stored bytes, by name, as Python reads them."""
    sums = {}
    for file in files:
        with safe_open(file, "pt") as tensors:
            for name in tensors.keys():
                sums[name] = zlib.crc32(tensors.get_tensor(name).contiguous().flatten().view(torch.uint8).numpy())
    return sums


def module_sums(file):
    if file.suffix == ".safetensors":
        return stored_sums([file])
    sums = {}
    for entry, value in torch.load(file, map_location="cpu", weights_only=True).items():
        named = value.items() if isinstance(value, dict) else [("", value)]
        for name, tensor in named:
            full = f"{entry}.{name}" if name else entry
            sums[full] = zlib.crc32(tensor.detach().float().contiguous().numpy())
    return sums


def tensor_problems(kind, ours, theirs):
    """Names of tensors that the two sides read differently."""
    problems = []
    for name in sorted(set(ours) | set(theirs)):
        if ours.get(name) != theirs.get(name):
            what = ("is read differently" if name in ours and name in theirs
                    else "is seen by " + ("the library" if name in ours else "Python") + " only")
            problems.append(f"{kind} tensor {name} {what}")
    return problems


def first_difference(one, other):
    for i, (a, b) in enumerate(zip(one, other)):
        if a != b:
            return i
    return min(len(one), len(other))


def logits_difference(one, other):
    return float((torch.tensor(one, dtype=torch.float64) - other.double()).abs().max())


def compare(label, ours, theirs, dtype, found):
    """Ids of the prompt, kept tokens, first logits, ids of the answer. A differing id is a tie if the two were as close
    as the logits differ."""
    problems = []
    if ours["prompt_ids"] != theirs["prompt_ids"]:
        place = first_difference(ours["prompt_ids"], theirs["prompt_ids"])
        problems.append(f"{label}: prompt ids differ from place {place}")
    if theirs.get("kept") is not None and ours["kept"] != theirs["kept"]:
        extra = sorted(set(ours["kept"]) ^ set(theirs["kept"]))
        problems.append(f"{label}: kept sets differ in {len(extra)} of {ours['image_tokens']} tokens: {extra[:8]}")
    rows = theirs["rows"]
    difference, largest = logits_difference(ours["first_logits"], rows[0]), float(rows[0].abs().max())
    found |= {"largest_logit": largest, "largest_difference": difference}
    if not difference <= TOLERANCE[dtype] * largest:
        problems.append(f"{label}: first logits differ by {difference:.3g}, the largest is {largest:.3g}")
    found["ids_equal"] = ours["ids"] == theirs["ids"]
    if not found["ids_equal"]:
        place = first_difference(ours["ids"], theirs["ids"])
        two = rows[place].topk(2).values if place < len(rows) else None
        gap = float(two[0] - two[1]) if two is not None else float("inf")
        if gap <= 2 * TOLERANCE[dtype] * largest and not problems:
            found["tie_at"] = place
        else:
            problems.append(f"{label}: answers differ from token {place}, where the best two are {gap:.3g} apart")
    return problems


class Reference:
    """Our own implementation in Python, written from the specification."""

    def __init__(self, model, module, dtype):
        start = time.perf_counter()
        self.engine = Engine(model, dtype)
        self.module = self.engine.module(module)
        self.load_seconds = time.perf_counter() - start

    def request(self, image, question, tokens):
        config = self.module.config
        return {
            "messages": [{"role": "user", "content": [{"type": "image", "image": str(image)},
                                                      {"type": "text", "text": question}]}],
            "reduce_threshold": config.get("reduce_threshold", 0.5),
            "max_remain_ratio": config.get("max_remain_ratio"),
            "min_remain_num": config.get("min_remain_num", 1),
            "anchor_positions": config.get("anchor_positions") or [],
            "max_new_tokens": tokens, "repetition_penalty": 1.0}

    def ask(self, image, question, tokens):
        tensors, grid = self.engine.picture(image, self.engine.config.get("image_aspect_ratio", "pad"))
        start = time.perf_counter()
        expected, values = self.engine.run(self.request(image, question, tokens), [tensors["pixel_values"]], [grid],
                                           self.module)
        return {"seconds": time.perf_counter() - start, "pixel_values": tensors["pixel_values"], "grid": grid,
                "margin": expected.get("margin_to_threshold"),
                "unpruned": {"prompt_ids": expected["input_ids"], "ids": expected["unpruned"]["generated_ids"],
                             "rows": values["full.step_logits"], "kept": None},
                "pruned": {"prompt_ids": expected["input_ids"], "ids": expected["pruned"]["generated_ids"],
                           "rows": values["pruned.step_logits"], "kept": expected["kept_image_indices"]}}


class Transformers:
    """Hugging Face's own model, without pruning."""

    def __init__(self, folder, dtype):
        import transformers
        self.version, self.notes, self.pixels = transformers.__version__, [], 0.0
        start = time.perf_counter()
        self.model = transformers.AutoModelForImageTextToText.from_pretrained(folder, dtype=dtype).eval()
        self.load_seconds = time.perf_counter() - start
        try:
            self.processor = transformers.AutoProcessor.from_pretrained(folder)
        except Exception as failure:  # whatever it lacks, the model itself can still be asked
            self.processor = None
            self.notes.append(f"transformers has no processor here ({str(failure).strip().splitlines()[0][:120]})")

    def ask(self, image, question, tokens, prompt_ids, pixel_values, grid):
        # Pixels as the reference makes them: newer processors resize by another library, which is no matter of the model.
        pixel_values = pixel_values if grid is not None else pixel_values[None]
        inputs = {"input_ids": torch.tensor([prompt_ids]), "pixel_values": pixel_values,
                  "attention_mask": torch.ones(1, len(prompt_ids), dtype=torch.long)}
        if grid is not None:
            inputs["image_grid_thw"] = torch.tensor([grid])
            inputs["mm_token_type_ids"] = (inputs["input_ids"] == self.model.config.image_token_id).long()
        if self.processor is not None:
            messages = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": question}]}]
            text = self.processor.apply_chat_template(messages, add_generation_prompt=True)
            made = self.processor(text=[text], images=[pictures.decode(image)], return_tensors="pt")
            inputs["input_ids"] = made["input_ids"]
            if made["pixel_values"].shape == pixel_values.shape:
                self.pixels = max(self.pixels, float((made["pixel_values"] - pixel_values).abs().max()))
            else:
                self.pixels = float("inf")
        inputs = {name: value.to(self.model.dtype) if value.is_floating_point() else value
                  for name, value in inputs.items()}
        start = time.perf_counter()
        with torch.no_grad():
            made = self.model.generate(**inputs, do_sample=False, max_new_tokens=tokens, repetition_penalty=1.0,
                                       return_dict_in_generate=True, output_logits=True)
        ids = inputs["input_ids"][0].tolist()
        return {"seconds": time.perf_counter() - start, "prompt_ids": ids,
                "ids": made.sequences[0, len(ids):].tolist(), "rows": torch.stack([row[0].float() for row in made.logits]),
                "kept": None}


def resident():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def images(folder):
    found = sorted(file for file in Path(folder).iterdir() if file.suffix.lower() in SUFFIXES)
    if not found:
        sys.exit(f"There is no picture in {folder}")
    return found


def page(result):
    lines = [f"# {'All equal' if not result['problems'] else 'Differences found'}", "",
             f"Model `{result['model']}`, module `{result['module']}`, {result['dtype']}, {result['library']['device']}; "
             f"{result['machine']}; torch {result['torch']}, transformers {result['transformers']}.", ""]
    lines += [f"- {problem}" for problem in result["problems"]] + [f"- note: {note}" for note in result["notes"]]
    lines += ["", "| picture | tokens kept | beside | largest difference of first logits | of | ids |",
              "|---|---|---|---|---|---|"]
    for case in result["cases"]:
        for row in case["compared"]:
            ids = "equal" if row["ids_equal"] else f"tie at {row['tie_at']}" if "tie_at" in row else "differ"
            lines.append(f"| {case['image']} | {case['kept']} of {case['image_tokens']} | {row['beside']} | "
                         f"{row['largest_difference']:.2g} | {row['largest_logit']:.3g} | {ids} |")
    lines += ["", "| picture | library: first token, rest (unpruned) | (pruned) | our Python: both answers | transformers |",
              "|---|---|---|---|---|"]
    for case in result["cases"]:
        t = case["seconds"]
        lines.append(f"| {case['image']} | {t['unpruned'][0]:.3f} s, {t['unpruned'][1]:.3f} s | "
                     f"{t['pruned'][0]:.3f} s, {t['pruned'][1]:.3f} s | {t['reference']:.3f} s | {t['transformers']:.3f} s |")
    memory = result["memory"]
    lines += ["", f"Memory: library {memory['library'] / 2**20:.0f} MiB, the two Python models together "
              f"{memory['python'] / 2**20:.0f} MiB at most. Loaded in {result['library']['load_seconds']:.1f} s, "
              f"{result['load_seconds']['reference']:.1f} s, {result['load_seconds']['transformers']:.1f} s. "
              f"{result['library']['tensors']} tensors of the model and {result['library']['module_tensors']} of the module "
              "have the same bytes on both sides but for what is listed above."]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--module", type=Path, required=True)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--question", default=QUESTION)
    parser.add_argument("--tokens", type=int, default=32)
    parser.add_argument("--dtype", choices=sorted(TOLERANCE), default="float32")
    parser.add_argument("--device", default="cpu", help="the library's device; Python's is the CPU")
    parser.add_argument("--out", type=Path, default=Path("target/verify-model"))
    parser.add_argument("--library-model", type=Path, help="where the library reads the model, if elsewhere")
    parser.add_argument("--library-module", type=Path, help="where the library reads the module, if elsewhere")
    parser.add_argument("--jar", default=str(HERE / "target/verify-model.jar"))
    parser.add_argument("--classpath", help="instead of --jar")
    arguments = parser.parse_args()
    dtype = getattr(torch, arguments.dtype)
    pictures_asked = images(arguments.images)
    library = Library(arguments, arguments.library_model or arguments.model, arguments.library_module or arguments.module)
    problems = tensor_problems("model", library.read["model"], stored_sums(sorted(arguments.model.glob("*.safetensors"))))
    module_file = arguments.module / Path(library.read["module_file"]).name
    problems += tensor_problems("module", library.read["module"], module_sums(module_file))
    reference, theirs = Reference(arguments.model, arguments.module, dtype), Transformers(arguments.model, dtype)
    cases, library_bytes = [], library.read["resident_bytes"]
    for image in pictures_asked:
        ours = library.ask(image, arguments.question, arguments.tokens)
        own = reference.ask(image, arguments.question, arguments.tokens)
        rival = theirs.ask(image, arguments.question, arguments.tokens, own["unpruned"]["prompt_ids"],
                           own["pixel_values"], own["grid"])
        compared = []
        for half, beside, other in (("unpruned", "our Python, unpruned", own["unpruned"]),
                                    ("pruned", "our Python, pruned", own["pruned"]),
                                    ("unpruned", "transformers, unpruned", rival)):
            compared.append(row := {"beside": beside})
            problems += compare(f"{image.name}: {beside}", ours[half], other, arguments.dtype, row)
        library_bytes = max(library_bytes, ours["resident_bytes"])
        cases.append({"image": image.name, "kept": len(ours["pruned"]["kept"]),
                      "image_tokens": ours["pruned"]["image_tokens"], "compared": compared,
                      "text": {half: ours[half]["text"] for half in ("unpruned", "pruned")},
                      "seconds": {half: [ours[half]["first_token_seconds"], ours[half]["decoding_seconds"]]
                                  for half in ("unpruned", "pruned")}
                      | {"reference": own["seconds"], "transformers": rival["seconds"]}})
    library.close()
    notes = theirs.notes
    if theirs.pixels > 1e-5:
        notes.append(f"transformers' own processor makes other pixels (by up to {theirs.pixels:.2g}); it was given the reference's")
    result = {"problems": problems, "notes": notes, "model": arguments.model.resolve().name,
              "module": arguments.module.resolve().name, "dtype": arguments.dtype, "tokens": arguments.tokens,
              "question": arguments.question, "machine": f"{platform.system()} {platform.machine()}",
              "torch": torch.__version__, "transformers": theirs.version,
              "library": {"device": library.read["device"], "load_seconds": library.read["load_seconds"],
                          "tensors": len(library.read["model"]), "module_tensors": len(library.read["module"])},
              "load_seconds": {"reference": reference.load_seconds, "transformers": theirs.load_seconds},
              "memory": {"library": library_bytes, "python": resident()}, "cases": cases}
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "verify.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    (arguments.out / "verify.md").write_text(page(result), encoding="utf-8")
    print(page(result))
    return 1 if problems else 0


if __name__ == "__main__":
    with torch.no_grad():
        sys.exit(main())
