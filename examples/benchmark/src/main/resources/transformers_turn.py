"""The turn of Hugging Face transformers: the same folder, pictures and question, sdpa attention; one JSON line per value.

Needs torch, transformers, torchvision, pillow. Takes one argument, the JSON of Turn.java."""

import json
import sys
import time

turn = json.loads(sys.argv[1])

import torch  # noqa: E402

torch.set_num_threads(turn["threads"])
torch.set_grad_enabled(False)

from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: E402
from PIL import Image  # noqa: E402
from transformers import AutoImageProcessor, AutoModelForImageTextToText, AutoTokenizer  # noqa: E402

QUESTION = "What is the total?"
RIVAL = f"transformers, torch {torch.__version__.split('+')[0]}"


def say(item, value, unit="s", tokens=0):
    print(json.dumps({"rival": RIVAL, "item": item, "dtype": turn["dtype"], "imageTokens": tokens, "kept": tokens,
                      "value": value, "unit": unit}), flush=True)


def resident():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))


def timed(work):
    clock = time.thread_time if turn.get("clock") == "thread" else time.perf_counter
    start = clock()
    result = work()
    return clock() - start, result


def load():
    return AutoModelForImageTextToText.from_pretrained(
        turn["model"], dtype=getattr(torch, turn["dtype"]), attn_implementation="sdpa").eval()


def template():
    with open(turn["model"] + "/chat_template.json", encoding="utf-8") as file:
        return ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True).from_string(json.load(file)["chat_template"])


def prompt_ids(tokenizer, placeholder, picture):
    """The prompt's ids; the picture's stand where the template writes its placeholder."""
    content = [{"type": "image"}, {"type": "text", "text": QUESTION}]
    text = template().render(messages=[{"role": "user", "content": content}], add_generation_prompt=True)
    before, after = (tokenizer(part, add_special_tokens=False)["input_ids"] for part in text.split(placeholder))
    return torch.tensor([before + picture + after])


class Qwen:
    """Qwen2.5-VL and Qwen3-VL: pictures of any size, three rows of positions; Qwen3's tower gives rows for the first layers too."""

    def __init__(self, model):
        self.model, self.inner = model, model.model
        self.text = self.inner.language_model

    def pixels(self, processor, picture):
        return processor(images=[Image.open(picture).convert("RGB")], return_tensors="pt")

    def see(self, pixels):
        seen = self.inner.get_image_features(pixels["pixel_values"].to(self.model.dtype), pixels["image_grid_thw"])
        deep = [torch.cat(list(rows), 0) for rows in getattr(seen, "deepstack_features", None) or []]
        rows = getattr(seen, "pooler_output", seen)
        return torch.cat(list(rows), 0) if isinstance(rows, (list, tuple)) else rows, deep

    def ids(self, tokenizer, pixels):
        tokens = int(pixels["image_grid_thw"].prod()) // 4
        return prompt_ids(tokenizer, "<|image_pad|>", [self.model.config.image_token_id] * tokens)

    def arguments(self, ids, pixels, deep):
        mask = ids == self.model.config.image_token_id
        try:
            positions, _ = self.inner.get_rope_index(ids, mm_token_type_ids=mask.int(), image_grid_thw=pixels["image_grid_thw"])
        except TypeError:
            positions, _ = self.inner.get_rope_index(ids, pixels["image_grid_thw"])
        more = {"visual_pos_masks": mask, "deepstack_visual_embeds": deep} if deep else {}
        return {"position_ids": positions, **more}, int(positions.max()) + 1

    def next(self, position):
        return {"position_ids": torch.full((3, 1, 1), position)}


class SmolVlm:
    """SmolVLM2: tiles and the whole picture, with text between them; one row of positions."""

    def __init__(self, model):
        self.model, self.inner = model, model.model
        self.text = self.inner.text_model

    def pixels(self, processor, picture):
        return processor(images=[[Image.open(picture).convert("RGB")]], return_tensors="pt", return_row_col_info=True)

    def see(self, pixels):
        seen = self.inner.get_image_features(pixels["pixel_values"].to(self.model.dtype), pixels["pixel_attention_mask"])
        rows = getattr(seen, "pooler_output", seen)
        return torch.cat([part.reshape(-1, part.shape[-1]) for part in rows], 0), []

    def ids(self, tokenizer, pixels):
        config = self.model.config
        side = config.vision_config.image_size // config.vision_config.patch_size // config.scale_factor
        rows, columns = pixels["rows"][0][0], pixels["cols"][0][0]

        def tile(name):
            words = tokenizer("<fake_token_around_image>" + name, add_special_tokens=False)["input_ids"]
            return words + [config.image_token_id] * (side * side)

        def words(text):
            return tokenizer(text, add_special_tokens=False)["input_ids"]

        ids = []
        for row in range(rows):
            for column in range(columns):
                ids += tile(f"<row_{row + 1}_col_{column + 1}>")
            ids += words("\n")
        ids += (words("\n") if rows else []) + tile("<global-img>") + words("<fake_token_around_image>")
        return prompt_ids(tokenizer, "<image>", ids)

    def arguments(self, ids, pixels, deep):
        return {}, ids.shape[1]

    def next(self, position):
        return {}


def request(kind, processor, tokenizer, picture):
    """One answer, stage by stage: what generate() does, without its bookkeeping."""
    model, inner = kind.model, kind.inner
    image_seconds, pixels = timed(lambda: kind.pixels(processor, picture))
    ids = kind.ids(tokenizer, pixels)
    mask = ids == model.config.image_token_id
    vision_seconds, (features, deep) = timed(lambda: kind.see(pixels))

    def read():
        embeds = inner.get_input_embeddings()(ids)
        embeds = embeds.masked_scatter(mask.unsqueeze(-1).expand_as(embeds), features.to(embeds.dtype))
        arguments, following = kind.arguments(ids, pixels, deep)
        out = kind.text(inputs_embeds=embeds, use_cache=True, **arguments)
        logits = model.lm_head(out.last_hidden_state[:, -1:])
        return out.past_key_values, logits[0, -1].argmax(), following

    prefill_seconds, (cache, token, position) = timed(read)

    more = turn["outputTokens"] - 1

    def next_token(step):
        nonlocal token
        embeds = inner.get_input_embeddings()(token.view(1, 1))
        out = kind.text(inputs_embeds=embeds, past_key_values=cache, use_cache=True, **kind.next(position + step))
        token = model.lm_head(out.last_hidden_state[:, -1:])[0, -1].argmax()

    decode_seconds, _ = timed(lambda: [next_token(step) for step in range(more)])
    if more > 0:
        memory = torch.ones(256 << 20)
        memory.sum()
        beside = [timed(lambda: next_token(more + step))[0] / timed(memory.sum)[0] for step in range(more)]
        say("a token by plain reads of 1 GiB", sorted(beside)[more // 2], "", int(mask.sum()))
    tokens = int(mask.sum())
    assert tokens == len(features), (tokens, features.shape)
    say("rows of the prompt", ids.shape[1], "", tokens)
    return tokens, {"image": image_seconds, "vision": vision_seconds, "prefill": prefill_seconds,
                    "ttft": image_seconds + vision_seconds + prefill_seconds,
                    "decode": decode_seconds / max(1, more)}


def main():
    load_seconds, model = timed(load)
    # Weights that are still mapped would be read at the first request: read them now, as loading does elsewhere.
    touch_seconds, _ = timed(lambda: [weight.flatten()[::1024].sum() for weight in model.parameters()])
    say("load", load_seconds + touch_seconds)
    tokenizer = AutoTokenizer.from_pretrained(turn["model"])
    processor = AutoImageProcessor.from_pretrained(turn["model"])
    kind = SmolVlm(model) if model.config.model_type == "smolvlm" else Qwen(model)
    for picture in turn["pictures"]:
        request(kind, processor, tokenizer, picture)
        for _ in range(turn["repeat"]):
            tokens, values = request(kind, processor, tokenizer, picture)
            for item, value in values.items():
                say(item, value, tokens=tokens)
    say("resident", resident(), "bytes")


main()
