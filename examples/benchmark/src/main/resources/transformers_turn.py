"""The turn of Hugging Face transformers: the same folder, pictures and question, sdpa attention; one JSON line per value.

Needs torch, transformers, pillow. Takes one argument, the JSON of Turn.java."""

import json
import sys
import time

turn = json.loads(sys.argv[1])

import torch  # noqa: E402

torch.set_num_threads(turn["threads"])
torch.set_grad_enabled(False)

from PIL import Image  # noqa: E402
from transformers import AutoModelForImageTextToText, AutoTokenizer, Qwen2VLImageProcessor  # noqa: E402

QUESTION = "What is the total?"
RIVAL = f"transformers, torch {torch.__version__.split('+')[0]}"


def say(item, value, unit="s", tokens=0):
    print(json.dumps({"rival": RIVAL, "item": item, "dtype": turn["dtype"], "imageTokens": tokens, "kept": tokens,
                      "value": value, "unit": unit}), flush=True)


def resident():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))


def timed(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def load():
    return AutoModelForImageTextToText.from_pretrained(
        turn["model"], dtype=getattr(torch, turn["dtype"]), attn_implementation="sdpa").eval()


def prompt_ids(tokenizer, config, tokens):
    text = ("<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n<|vision_start|>\0<|vision_end|>"
            + QUESTION + "<|im_end|>\n<|im_start|>assistant\n")
    before, after = (tokenizer(part, add_special_tokens=False)["input_ids"] for part in text.split("\0"))
    return torch.tensor([before + [config.image_token_id] * tokens + after])


def request(model, processor, tokenizer, picture):
    """One answer, stage by stage: what generate() does, without its bookkeeping."""
    inner = model.model
    image_seconds, pixels = timed(lambda: processor(images=[Image.open(picture).convert("RGB")], return_tensors="pt"))
    grid = pixels["image_grid_thw"]
    tokens = int(grid.prod()) // 4
    ids = prompt_ids(tokenizer, model.config, tokens)
    values = pixels["pixel_values"].to(model.dtype)

    def see():
        seen = inner.get_image_features(values, grid)
        seen = getattr(seen, "pooler_output", seen)
        return torch.cat(list(seen), 0) if isinstance(seen, (list, tuple)) else seen

    vision_seconds, features = timed(see)

    def read():
        embeds = inner.get_input_embeddings()(ids)
        mask = (ids == model.config.image_token_id).unsqueeze(-1).expand_as(embeds)
        embeds = embeds.masked_scatter(mask, features.to(embeds.dtype))
        types = (ids == model.config.image_token_id).int()
        try:
            positions, delta = inner.get_rope_index(ids, mm_token_type_ids=types, image_grid_thw=grid)
        except TypeError:
            positions, delta = inner.get_rope_index(ids, grid)
        out = inner.language_model(inputs_embeds=embeds, position_ids=positions, use_cache=True)
        logits = model.lm_head(out.last_hidden_state[:, -1:])
        return out.past_key_values, logits[0, -1].argmax(), int(positions.max()) + 1

    prefill_seconds, (cache, token, position) = timed(read)

    def answer():
        nonlocal token
        for step in range(turn["outputTokens"] - 1):
            embeds = inner.get_input_embeddings()(token.view(1, 1))
            positions = torch.full((3, 1, 1), position + step)
            out = inner.language_model(inputs_embeds=embeds, position_ids=positions, past_key_values=cache, use_cache=True)
            token = model.lm_head(out.last_hidden_state[:, -1:])[0, -1].argmax()

    decode_seconds, _ = timed(answer)
    return tokens, {"image": image_seconds, "vision": vision_seconds, "prefill": prefill_seconds,
                    "ttft": image_seconds + vision_seconds + prefill_seconds,
                    "decode": decode_seconds / max(1, turn["outputTokens"] - 1)}


def main():
    load_seconds, model = timed(load)
    # Weights that are still mapped would be read at the first request: read them now, as loading does elsewhere.
    touch_seconds, _ = timed(lambda: [weight.flatten()[::1024].sum() for weight in model.parameters()])
    say("load", load_seconds + touch_seconds)
    tokenizer = AutoTokenizer.from_pretrained(turn["model"])
    processor = Qwen2VLImageProcessor.from_pretrained(turn["model"])
    for picture in turn["pictures"]:
        request(model, processor, tokenizer, picture)
        for _ in range(turn["repeat"]):
            tokens, values = request(model, processor, tokenizer, picture)
            for item, value in values.items():
                say(item, value, tokens=tokens)
    say("resident", resident(), "bytes")


main()
