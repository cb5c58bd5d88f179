"""Makes src/test/resources/fixtures/siglip-tiny: a small random SigLIP, what the reference library computes with it, and one pruned
run of the library's own modules with rows dropped between its blocks. Format: the fixtures' README.

    python make_siglip.py <repository>/glimpse-langchain4j/src/test/resources/fixtures/siglip-tiny

Needs torch, transformers (4.51 or 5.x), tokenizers, pillow, numpy, safetensors. Pixels are Pillow's bicubic, as the
reference's processor made them up to 4.51.
"""

import json
import math
import pathlib
import sys

import numpy as np
import torch
import transformers
from PIL import Image
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import SiglipConfig, SiglipModel

SIDE = 32
POSITIONS = 16
TEXTS = ["A photo of a red CAR!", "two dogs, one cat", "x"]
LAYER, RATIO = 1, 0.5


def tokenizer(folder):
    words = ["a", "photo", "of", "red", "car", "two", "dogs", "one", "cat"]
    pieces = [("<unk>", -10.0), ("</s>", 0.0)]
    pieces += [("\u2581" + word, -3.0 - 0.1 * i) for i, word in enumerate(words)]
    pieces += [(letter, -6.0 - 0.01 * i) for i, letter in enumerate("\u2581abcdefghijklmnopqrstuvwxyz")]
    made = Tokenizer(models.Unigram(pieces, unk_id=0, byte_fallback=False))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.decoder = decoders.Metaspace()
    made.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    made.add_special_tokens(["</s>", "<unk>"])
    made.save(str(folder / "tokenizer.json"))
    settings = {"tokenizer_class": "SiglipTokenizer", "pad_token": "</s>", "eos_token": "</s>", "unk_token": "<unk>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=1) + "\n")
    return made, len(pieces)


def ids_of(made, text):
    plain = "".join(c for c in text.lower() if c not in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
    return made.encode(" ".join(plain.split())).ids[:POSITIONS]


def model(vocabulary):
    torch.manual_seed(77)
    sizes = dict(hidden_size=32, intermediate_size=64, num_attention_heads=4)
    text = dict(sizes, num_hidden_layers=2, vocab_size=vocabulary, max_position_embeddings=POSITIONS, pad_token_id=1)
    vision = dict(sizes, num_hidden_layers=4, image_size=SIDE, patch_size=4)
    made = SiglipModel(SiglipConfig(text_config=text, vision_config=vision)).eval()
    with torch.no_grad():
        for name, values in made.named_parameters():
            if "norm" in name:
                values.copy_((1.0 if name.endswith("weight") else 0.0) + 0.1 * torch.randn(values.shape))
            else:
                values.copy_(0.3 * torch.randn(values.shape))
        made.logit_scale.fill_(math.log(10.0))
        made.logit_bias.fill_(-2.5)
    return made


def picture(file, seed):
    random = np.random.default_rng(seed)
    small = random.integers(0, 256, (9, 7, 3), dtype=np.uint8)
    image = Image.fromarray(small).resize((50, 41), Image.BILINEAR)
    image.save(file)
    resized = np.asarray(image.resize((SIDE, SIDE), Image.BICUBIC))
    values = (resized.astype(np.float64) / 255 - 0.5) / 0.5
    return resized.copy(), torch.tensor(values.astype(np.float32)).permute(2, 0, 1)


def received(block, rows):
    """Mean over heads and rows of the block's attention: what each row receives."""
    attention = block.self_attn
    normed = block.layer_norm1(rows)
    heads = attention.num_heads

    def split(linear):
        return linear(normed).view(rows.shape[1], heads, -1).transpose(0, 1)

    scores = split(attention.q_proj) @ split(attention.k_proj).transpose(1, 2) / math.sqrt(rows.shape[2] // heads)
    return scores.softmax(-1).mean((0, 1))


def after(block, rows):
    result = block(rows, attention_mask=None)
    return result if torch.is_tensor(result) else result[0]


def pruned(tower, pixels):
    rows = tower.embeddings(pixels[None])
    total = rows.shape[1]
    blocks = tower.encoder.layers
    for block in blocks[:LAYER]:
        rows = after(block, rows)
    scores = received(blocks[LAYER], rows)
    order = sorted(range(total), key=lambda i: (-scores[i].item(), i))
    count = max(1, int(RATIO * total))
    kept = sorted(order[:count])
    margin = scores[order[count - 1]].item() - scores[order[count]].item()
    rows = after(blocks[LAYER], rows)[:, kept]
    cut = rows[0].clone()
    for block in blocks[LAYER + 1:]:
        rows = after(block, rows)
    return {"scores": scores, "kept": kept, "margin": margin}, cut, tower.head(tower.post_layernorm(rows))[0]


def unit(rows):
    return rows / rows.norm(dim=-1, keepdim=True)


@torch.no_grad()
def main(target):
    folder = pathlib.Path(target)
    case = folder / "cases" / "001"
    for part in (folder / "model", folder / "images", case):
        part.mkdir(parents=True, exist_ok=True)
    made, vocabulary = tokenizer(folder / "model")
    siglip = model(vocabulary)
    siglip.save_pretrained(folder / "model")
    settings = {"do_resize": True, "size": {"height": SIDE, "width": SIDE}, "resample": 3, "do_rescale": True,
                "do_normalize": True, "image_mean": [0.5] * 3, "image_std": [0.5] * 3}
    (folder / "model" / "preprocessor_config.json").write_text(json.dumps(settings, indent=1) + "\n")

    pixels = []
    for seed, name in enumerate("ab"):
        resized, values = picture(case / f"{name}.png", seed)
        save_file({"pixel_values": values.contiguous(), "resized_rgb": torch.tensor(resized)},
                  folder / "images" / f"{name}.safetensors")
        pixels.append(values)
    ids = [ids_of(made, text) for text in TEXTS]
    padded = torch.tensor([row + [1] * (POSITIONS - len(row)) for row in ids])
    out = siglip(input_ids=padded, pixel_values=torch.stack(pixels), output_hidden_states=True)
    text = siglip.text_model(input_ids=padded, output_hidden_states=True)
    tensors = {"text.0.hidden_0": text.hidden_states[0][0], "text.0.hidden_2": text.hidden_states[2][0],
               "text.0.last_hidden_state": text.last_hidden_state[0], "text.pooled": text.last_hidden_state[:, -1],
               "text_embeds": out.text_embeds, "image_embeds": out.image_embeds,
               "logits_per_image": out.logits_per_image, "probabilities": out.logits_per_image.sigmoid()}
    for i, values in enumerate(pixels):
        vision = siglip.vision_model(pixel_values=values[None], output_hidden_states=True)
        tensors[f"vision.{i}.last_hidden_state"] = vision.last_hidden_state[0]
        if i == 0:
            for state in (0, 1, 3):
                tensors[f"vision.0.hidden_{state}"] = vision.hidden_states[state][0]
    runs, vectors = [], []
    for i, values in enumerate(pixels):
        decision, cut, pooled = pruned(siglip.vision_model, values)
        prefix = f"received-50.i{i}."
        tensors[prefix + f"step{LAYER}.scores"] = decision["scores"]
        if i == 0:
            tensors[prefix + f"step{LAYER}.hidden_after"] = cut
        tensors[prefix + "image_embed"] = unit(pooled)
        vectors.append(unit(pooled))
        step = {"layer": LAYER, "kept": decision["kept"], "margin": decision["margin"]}
        runs.append({"run": f"i{i}", "steps": [step]})
        print(prefix, "relative margin", decision["margin"] / decision["scores"].max().item())
    logits = torch.stack(vectors) @ out.text_embeds.T * siglip.logit_scale.exp() + siglip.logit_bias
    tensors["received-50.logits_per_image"] = logits
    save_file({name: values.float().contiguous().clone() for name, values in tensors.items()},
              case / "expected.safetensors")
    step = {"layer": LAYER, "ratio": RATIO, "evidence": "received"}
    request = {"title": "two images, three texts", "images": ["a.png", "b.png"], "texts": TEXTS,
               "variants": [{"name": "received-50", "steps": [step], "texts": "any"}]}
    expected = {"case": "001", "input_ids": ids, "logit_scale": 10.0,
                "variants": [{"name": "received-50", "runs": runs}]}
    (case / "request.json").write_text(json.dumps(request, indent=1) + "\n")
    (case / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    index = {"family": "siglip", "libraries": {"torch": torch.__version__, "transformers": transformers.__version__}}
    (folder / "index.json").write_text(json.dumps(index, indent=1) + "\n")
    print(ids)


if __name__ == "__main__":
    main(sys.argv[1])
