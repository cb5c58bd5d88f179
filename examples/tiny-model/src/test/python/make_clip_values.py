"""Vectors that transformers makes with the folder that the example writes, for ClipFolderIT; needs torch, transformers, pillow.

    mvn -pl examples/tiny-model -am verify -Dit.test=ClipFolderIT        writes the folder, then fails on values of an older one
    VENV/bin/python make_clip_values.py ../../../target/clip-folder ../resources/io/github/glimpse/examples/tiny/training/clip-values.json
"""

import json
import sys
from pathlib import Path

import torch
from PIL import Image
from transformers import CLIPModel, CLIPProcessor

folder, target = Path(sys.argv[1]), Path(sys.argv[2])
texts = json.loads((folder / "texts.json").read_text())
pictures = [Image.open(file) for file in sorted(folder.glob("*.png"))]

model, loading = CLIPModel.from_pretrained(folder / "model", dtype=torch.float32, output_loading_info=True)
wrong = {kind: names for kind, names in loading.items() if names}
if wrong:
    raise SystemExit(f"transformers does not find the weights of its model: {wrong}")
processor = CLIPProcessor.from_pretrained(folder / "model")


def rows(tensor):
    return [[float(f"{value:.9g}") for value in row] for row in tensor.tolist()]


with torch.no_grad():
    found = model.eval()(**processor(text=texts, images=pictures, return_tensors="pt", padding=True))
target.write_text(json.dumps({"pictures": rows(found.image_embeds), "texts": rows(found.text_embeds)}) + "\n")
