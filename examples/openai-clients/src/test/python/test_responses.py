"""PyPI's openai and the Responses API against the endpoint; the servers and their script are those of ScriptedServer.java."""

from typing import Optional

import openai
import pytest
from pydantic import BaseModel

from test_openai import MODEL, active, client, free_within, png

WEATHER = {
    "type": "function",
    "name": "get_weather",
    "strict": True,
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}


def image():
    return {"type": "input_image", "image_url": png(), "detail": "auto"}


def user(text, *more):
    return {"role": "user", "content": [{"type": "input_text", "text": text}, *more]}


def test_text_and_image_with_the_report():
    answer = client().responses.create(
        model=MODEL,
        instructions="Be short.",
        input=[user("What is the capital?", image())],
        extra_body={"glimpse": {"max_retention_ratio": 0.5}},
    )
    assert answer.output_text == "It is Berlin."
    assert answer.status == "completed"
    assert answer.store is False
    assert answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens
    assert answer.usage.output_tokens_details.reasoning_tokens == 0
    assert answer.model_extra["glimpse"]["kept_tokens"] > 0
    assert client().responses.create(model=MODEL, input="What is the capital?").output_text == "It is Berlin."


def test_stream():
    with client().responses.stream(model=MODEL, input=[user("What is the capital?", image())]) as stream:
        events = list(stream)
        final = stream.get_final_response()
    types = [event.type for event in events]
    assert types[:2] == ["response.created", "response.in_progress"]
    assert types[-1] == "response.completed"
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert "".join(e.delta for e in events if e.type == "response.output_text.delta") == "It is Berlin."
    assert final.output_text == "It is Berlin."
    assert final.model_extra["glimpse"]["image_tokens"] > 0


def test_length():
    answer = client().responses.create(model=MODEL, input="LONG", max_output_tokens=5)
    assert answer.status == "incomplete"
    assert answer.incomplete_details.reason == "max_output_tokens"


def test_tool_loop_with_an_image_in_the_result():
    items = [user("WEATHER in Munich")]
    answer = client().responses.create(model=MODEL, input=items, tools=[WEATHER], parallel_tool_calls=False)
    call = answer.output[0]
    assert (call.type, call.name, call.arguments) == ("function_call", "get_weather", '{"city": "Munich"}')
    items += answer.output
    items.append(
        {
            "type": "function_call_output",
            "call_id": call.call_id,
            "output": [{"type": "input_text", "text": "sunny"}, image()],
        }
    )
    answer = client().responses.create(model=MODEL, input=items, tools=[WEATHER])
    assert answer.output_text == "There is sun."
    assert answer.model_extra["glimpse"]["image_tokens"] > 0


def test_streamed_tool_call():
    with client().responses.stream(model=MODEL, input="WEATHER in Munich", tools=[WEATHER]) as stream:
        events = list(stream)
        final = stream.get_final_response()
    types = [event.type for event in events]
    done = next(e for e in events if e.type == "response.function_call_arguments.done")
    assert "response.function_call_arguments.delta" in types
    assert done.arguments == '{"city": "Munich"}'
    assert final.output[0].arguments == '{"city": "Munich"}'


class Person(BaseModel):
    name: str
    age: Optional[int]


def test_schema_is_parsed():
    answer = client().responses.parse(model=MODEL, input="PERSON", text_format=Person)
    assert answer.output_parsed == Person(name="Ada", age=None)


def test_abort_frees_the_place():
    stream = client().responses.create(model=MODEL, input="LONG", stream=True, max_output_tokens=100000)
    for event in stream:
        if event.type == "response.output_text.delta":
            break
    assert active() == 1
    stream.close()
    assert free_within(60)


def test_failure_in_the_middle_is_an_event():
    events = list(client().responses.create(model=MODEL, input="FAIL", stream=True))
    assert events[-1].type == "response.failed"
    assert events[-1].response.error.message
    assert events[-1].response.status == "failed"
    assert free_within(60)


@pytest.mark.parametrize(
    ("param", "fields"),
    [
        ("previous_response_id", {"previous_response_id": "resp_1"}),
        ("store", {"store": True}),
        ("background", {"background": True}),
        ("conversation", {"conversation": "conv_1"}),
        ("tools[0]", {"tools": [{"type": "web_search"}]}),
        ("tools[0]", {"tools": [{"type": "mcp", "server_label": "a", "server_url": "https://a.example"}]}),
    ],
)
def test_what_is_not_offered_is_refused(param, fields):
    with pytest.raises(openai.BadRequestError) as refused:
        client().responses.create(model=MODEL, input="a", **fields)
    assert refused.value.param == param
    assert refused.value.code == "unsupported_parameter"


def test_stored_responses_are_not_found():
    with pytest.raises(openai.NotFoundError):
        client().responses.retrieve("resp_1")
