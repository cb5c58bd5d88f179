"""PyPI's openai in a conversation with tools; plan and server are those of TwelveTurnsOverHttpTest.java."""

import json
import os
from types import SimpleNamespace

import openai
import pytest

CLIENT = openai.OpenAI(base_url=os.environ["GLIMPSE_URL"] + "/v1", api_key="none")
with open(os.environ["GLIMPSE_PLAN"], encoding="utf-8") as file:
    PLAN = json.load(file)


def contents(text, image):
    parts = [{"type": "text", "text": text}]
    return parts + [{"type": "image_url", "image_url": {"url": PLAN["image"]}}] if image else text


def whole(messages):
    choice = CLIENT.chat.completions.create(model="tiny", messages=messages, tools=PLAN["tools"]).choices[0]
    message = choice.message
    calls = [
        SimpleNamespace(id=call.id, name=call.function.name, arguments=call.function.arguments)
        for call in message.tool_calls or []
    ]
    thinking = getattr(message, "reasoning_content", None)
    return SimpleNamespace(
        text=message.content, thinking=thinking, calls=calls, finish=choice.finish_reason, message=message
    )


def streamed(messages):
    text, thinking, calls, finish = "", "", {}, None
    for chunk in CLIENT.chat.completions.create(model="tiny", messages=messages, tools=PLAN["tools"], stream=True):
        for choice in chunk.choices:
            piece = getattr(choice.delta, "reasoning_content", None) or ""
            assert not (piece and choice.delta.content)
            thinking += piece
            text += choice.delta.content or ""
            finish = choice.finish_reason or finish
            for call in choice.delta.tool_calls or []:
                if call.id:
                    assert call.index not in calls
                    calls[call.index] = SimpleNamespace(id=call.id, name=call.function.name, arguments="")
                calls[call.index].arguments += call.function.arguments or ""
    calls = [calls[index] for index in sorted(calls)]
    message = {"role": "assistant", "content": text or None}
    if thinking:
        message["reasoning_content"] = thinking
    if calls:
        message["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in calls
        ]
    return SimpleNamespace(
        text=text or None, thinking=thinking or None, calls=calls, finish=finish, message=message
    )


@pytest.mark.parametrize("ask", [whole, streamed])
def test_conversation(ask):
    messages, ids = [], set()
    for turn in PLAN["turns"]:
        messages.append({"role": "user", "content": contents(turn["question"], turn["image"])})
        for planned in turn["answers"]:
            answer = ask(messages)
            assert answer.text == planned["text"]
            assert answer.thinking == ((planned["thinking"] or "").strip() or None)
            assert [(call.name, json.loads(call.arguments)) for call in answer.calls] == [
                (call["name"], call["arguments"]) for call in planned["calls"]
            ]
            assert answer.finish == ("tool_calls" if planned["calls"] else "stop")
            messages.append(answer.message)
            for call, result in reversed(list(zip(answer.calls, planned["calls"]))):
                assert call.id not in ids
                ids.add(call.id)
                content = contents(result["result"], result["image"])
                messages.append({"role": "tool", "tool_call_id": call.id, "content": content})
