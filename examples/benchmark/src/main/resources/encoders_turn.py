"""The turn of Hugging Face transformers with CLIP or BLIP: the same folder and pictures; one JSON line per value.

Attention is sdpa where the model has it (CLIP); BLIP has only its own. Needs torch, transformers, pillow. Takes one argument, the
JSON of Turn.java."""

import json
import sys
import time

turn = json.loads(sys.argv[1])

import torch  # noqa: E402

torch.set_num_threads(turn["threads"])
torch.set_grad_enabled(False)

from PIL import Image  # noqa: E402
from transformers import AutoConfig, AutoImageProcessor, AutoTokenizer, BlipForQuestionAnswering, CLIPModel  # noqa: E402

QUESTION = "What is the total?"
RIVAL = f"transformers, torch {torch.__version__.split('+')[0]}"
MODEL = turn["model"].rstrip("/").split("/")[-1]


def say(item, value, unit="s", patches=0):
    print(json.dumps({"rival": RIVAL, "item": f"{MODEL}: {item}", "dtype": turn["dtype"], "imageTokens": patches, "kept": patches,
                      "value": value, "unit": unit}), flush=True)


def resident():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))


def timed(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def load(kind):
    options = {"attn_implementation": "sdpa"} if kind._supports_sdpa else {}
    return kind.from_pretrained(turn["model"], dtype=getattr(torch, turn["dtype"]), **options).eval()


def pixels(processor, model, pictures):
    values = processor(images=[Image.open(picture).convert("RGB") for picture in pictures], return_tensors="pt")["pixel_values"]
    return values.to(model.dtype)


def pooled(features):
    return getattr(features, "pooler_output", features)


def clip(processor):
    model = load(CLIPModel)
    patches = model.vision_model.embeddings.num_patches
    count = len(turn["pictures"])
    tokenizer = AutoTokenizer.from_pretrained(turn["model"])
    texts = [f"a photo of number {i}" for i in range(32)]

    def request():
        read, values = timed(lambda: pixels(processor, model, turn["pictures"]))
        seen, features = timed(lambda: pooled(model.get_image_features(pixel_values=values)))
        return read, seen, torch.nn.functional.normalize(features.float(), dim=-1)

    def read_texts():
        ids = tokenizer(texts, padding=True, return_tensors="pt")
        return pooled(model.get_text_features(**ids))

    request()
    read_texts()
    for _ in range(turn["repeat"]):
        read, seen, vectors = request()
        say(f"{count} pictures, read and resized", read, patches=patches)
        say(f"{count} pictures, tower", seen, patches=patches)
        say(f"{count} pictures, whole request", read + seen, patches=patches)
        say(f"{len(texts)} short texts", timed(read_texts)[0])
    say("first number of the first vector", float(vectors[0][0]), "")


def blip(processor):
    model = load(BlipForQuestionAnswering)
    tokenizer = AutoTokenizer.from_pretrained(turn["model"])
    patches = model.vision_model.embeddings.num_patches
    ids = tokenizer(QUESTION, return_tensors="pt").input_ids
    tokens = turn["outputTokens"]

    def answer(seen):
        """What generate() does behind the tower."""
        question = model.text_encoder(input_ids=ids, encoder_hidden_states=seen,
                                      encoder_attention_mask=torch.ones(seen.shape[:-1], dtype=torch.long), return_dict=False)[0]
        return model.text_decoder.generate(
            input_ids=torch.full((1, 1), model.decoder_start_token_id), eos_token_id=model.config.text_config.sep_token_id,
            pad_token_id=model.config.text_config.pad_token_id, encoder_hidden_states=question,
            encoder_attention_mask=torch.ones(question.shape[:-1], dtype=torch.long), do_sample=False,
            min_new_tokens=tokens, max_new_tokens=tokens)

    def request(picture):
        read, values = timed(lambda: pixels(processor, model, [picture]))
        look, seen = timed(lambda: model.vision_model(pixel_values=values)[0])
        told, words = timed(lambda: answer(seen))
        again, _ = timed(lambda: answer(seen))
        return read, look, told, again, words

    request(turn["pictures"][0])
    for _ in range(turn["repeat"]):
        for picture in turn["pictures"]:
            read, look, told, again, words = request(picture)
            assert words.shape[1] == tokens + 1
            say("picture, read and resized", read, patches=patches)
            say("tower", look, patches=patches)
            say("question and answer", told, patches=patches)
            say("tower, question and answer", look + told, patches=patches)
            say("whole request", read + look + told, patches=patches)
            say("further question", again, patches=patches)
    say("tokens of the question", ids.shape[1], "")
    say("first token of the answer", int(words[0, 1]), "")


{"clip": clip, "blip": blip}[AutoConfig.from_pretrained(turn["model"]).model_type](AutoImageProcessor.from_pretrained(turn["model"]))
say("resident", resident(), "bytes")
