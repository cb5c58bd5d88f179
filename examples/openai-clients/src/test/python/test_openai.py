"""PyPI's openai against the endpoint; the servers and their script are those of ScriptedServer.java."""

import base64
import os
import struct
import threading
import time
import urllib.request
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import Optional

import openai
import pytest
from pydantic import BaseModel

URL = os.environ["GLIMPSE_URL"]
NARROW = os.environ["GLIMPSE_NARROW_URL"]
MODEL = "tiny"
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
}


def png(width=168, height=140):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\x80" * (3 * width)) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(data).decode()


def picture():
    return {"type": "image_url", "image_url": {"url": png()}}


def user(text, *more):
    return {"role": "user", "content": [{"type": "text", "text": text}, *more]}


def client(url=URL, **options):
    return openai.OpenAI(base_url=url + "/v1", api_key="none", **options)


def active(url=URL):
    with urllib.request.urlopen(url + "/test/active") as answer:
        return int(answer.read())


def free_within(seconds, url=URL):
    end = time.monotonic() + seconds
    while active(url) > 0 and time.monotonic() < end:
        time.sleep(0.01)
    return active(url) == 0


def test_models():
    assert [model.id for model in client().models.list()] == ["tiny", "clip"]
    assert client().models.retrieve("tiny").owned_by == "local"
    with pytest.raises(openai.NotFoundError):
        client().models.retrieve("other")


def test_picture_with_pruning_and_its_report():
    answer = client().chat.completions.create(
        model=MODEL,
        messages=[user("What is the capital?", picture())],
        max_tokens=20,
        seed=3,
        extra_body={"glimpse": {"max_retention_ratio": 0.5, "return_scores": True}},
    )
    report = answer.model_extra["glimpse"]
    image = report["images"][0]
    assert answer.choices[0].message.content == "It is Berlin."
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    assert len(image["scores"]) == image["rows"] * image["columns"] == report["image_tokens"]
    assert 0 < report["kept_tokens"] <= (report["image_tokens"] + 1) // 2


def test_stream_with_usage():
    stream = client().chat.completions.create(
        model=MODEL,
        messages=[user("What is the capital?", picture())],
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = list(stream)
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "It is Berlin."
    assert chunks[-1].usage.completion_tokens > 0
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-2].model_extra["glimpse"]["kept_tokens"] > 0


def test_abort_frees_the_place_within_a_second():
    stream = client().chat.completions.create(
        model=MODEL, messages=[user("LONG")], stream=True, max_completion_tokens=100000
    )
    for number, _ in enumerate(stream):
        if number == 3:
            break
    assert active() == 1
    stream.close()
    assert free_within(1)


def test_eight_in_parallel():
    def ask(number):
        return client().chat.completions.create(model=MODEL, messages=[user(f"What is the capital? {number}")])

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert [a.choices[0].message.content for a in answers] == ["It is Berlin."] * 8


def test_full_queue_and_retry():
    stream = client(NARROW).chat.completions.create(
        model=MODEL, messages=[user("LONG")], stream=True, max_tokens=100000
    )
    next(iter(stream))
    question = {"model": MODEL, "messages": [user("What is the capital?")]}
    with pytest.raises(openai.RateLimitError) as refused:
        client(NARROW, max_retries=0).chat.completions.create(**question)
    assert int(refused.value.response.headers["retry-after"]) >= 1
    assert refused.value.type == "rate_limit_error"
    threading.Timer(0.3, stream.close).start()
    answer = client(NARROW, max_retries=2).chat.completions.create(**question)
    assert answer.choices[0].message.content == "It is Berlin."


def test_error_in_the_middle_is_an_error():
    stream = client().chat.completions.create(model=MODEL, messages=[user("FAIL")], stream=True)
    text = ""
    with pytest.raises(openai.APIError):
        for chunk in stream:
            text += chunk.choices[0].delta.content or ""
    assert text.startswith("It")
    assert free_within(1)


def test_refusals():
    with pytest.raises(openai.BadRequestError) as refused:
        client().chat.completions.create(model=MODEL, messages=[user("a")], n=2)
    assert refused.value.param == "n"
    assert refused.value.code == "unsupported_parameter"
    with pytest.raises(openai.BadRequestError) as refused:
        client().chat.completions.create(
            model=MODEL, messages=[user("a", {"type": "image_url", "image_url": {"url": "http://localhost/a.png"}})]
        )
    assert "glimpse.images.url-access" in str(refused.value)
    with pytest.raises(openai.NotFoundError):
        client().chat.completions.create(model="other", messages=[user("a")])


def test_embeddings():
    # As base64, which the client asks for by itself, and as numbers.
    packed = client().embeddings.create(model="clip", input=["a cat", "a dog"])
    plain = client().embeddings.create(model="clip", input=["a cat", "a dog"], encoding_format="float")
    assert len(packed.data) == 2
    assert packed.data[0].embedding == pytest.approx(plain.data[0].embedding)
    assert packed.data[0].embedding != packed.data[1].embedding


class Person(BaseModel):
    name: str
    age: Optional[int]


def test_schema_is_parsed():
    answer = client().chat.completions.parse(model=MODEL, messages=[user("PERSON")], response_format=Person)
    assert answer.choices[0].message.parsed == Person(name="Ada", age=None)


def test_tool_loop_with_a_picture_in_the_result():
    messages = [user("WEATHER in Munich")]
    answer = client().chat.completions.create(
        model=MODEL, messages=messages, tools=[WEATHER], parallel_tool_calls=False
    )
    call = answer.choices[0].message.tool_calls[0]
    assert answer.choices[0].finish_reason == "tool_calls"
    assert (call.function.name, call.function.arguments) == ("get_weather", '{"city": "Munich"}')
    messages.append(answer.choices[0].message)
    messages.append(
        {"role": "tool", "tool_call_id": call.id, "content": [{"type": "text", "text": "sunny"}, picture()]}
    )
    answer = client().chat.completions.create(model=MODEL, messages=messages, tools=[WEATHER])
    assert answer.choices[0].message.content == "There is sun."
    assert answer.model_extra["glimpse"]["image_tokens"] > 0


def test_streamed_tool_call():
    with client().chat.completions.stream(
        model=MODEL, messages=[user("WEATHER in Munich")], tools=[WEATHER]
    ) as stream:
        for _ in stream:
            pass
        call = stream.get_final_completion().choices[0].message.tool_calls[0]
    assert call.function.arguments == '{"city": "Munich"}'
