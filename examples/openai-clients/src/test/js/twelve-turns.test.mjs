// npm's openai in a conversation with tools; plan and server are those of TwelveTurnsOverHttpTest.java.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import OpenAI from 'openai';

const client = new OpenAI({ baseURL: process.env.GLIMPSE_URL + '/v1', apiKey: 'none' });
const plan = JSON.parse(readFileSync(process.env.GLIMPSE_PLAN, 'utf8'));

const contents = (text, image) =>
  image ? [{ type: 'text', text }, { type: 'image_url', image_url: { url: plan.image } }] : text;

async function whole(messages) {
  const [choice] = (await client.chat.completions.create({ model: 'tiny', messages, tools: plan.tools })).choices;
  const { message } = choice;
  return {
    message,
    text: message.content,
    thinking: message.reasoning_content ?? null,
    calls: message.tool_calls ?? [],
    finish: choice.finish_reason,
  };
}

async function streamed(messages) {
  const stream = client.chat.completions.stream({ model: 'tiny', messages, tools: plan.tools });
  let thinking = '';
  for await (const chunk of stream) {
    for (const { delta } of chunk.choices) {
      assert.ok(!(delta.reasoning_content && delta.content));
      thinking += delta.reasoning_content ?? '';
    }
  }
  const [choice] = (await stream.finalChatCompletion()).choices;
  const calls = (choice.message.tool_calls ?? []).map(({ id, type, function: { name, arguments: text } }) => ({
    id, type, function: { name, arguments: text },
  }));
  const message = { role: 'assistant', content: choice.message.content || null };
  if (thinking) message.reasoning_content = thinking;
  if (calls.length) message.tool_calls = calls;
  return { message, text: message.content, thinking: thinking || null, calls, finish: choice.finish_reason };
}

for (const ask of [whole, streamed]) {
  test('a conversation with tools, ' + ask.name, async () => {
    const messages = [];
    const ids = new Set();
    for (const turn of plan.turns) {
      messages.push({ role: 'user', content: contents(turn.question, turn.image) });
      for (const planned of turn.answers) {
        const answer = await ask(messages);
        assert.equal(answer.text, planned.text);
        assert.equal(answer.thinking, planned.thinking?.trim() || null);
        assert.deepEqual(
          answer.calls.map((call) => [call.function.name, JSON.parse(call.function.arguments)]),
          planned.calls.map((call) => [call.name, call.arguments]),
        );
        assert.equal(answer.finish, planned.calls.length ? 'tool_calls' : 'stop');
        messages.push(answer.message);
        for (let index = answer.calls.length - 1; index >= 0; index--) {
          const { id } = answer.calls[index];
          assert.ok(!ids.has(id));
          ids.add(id);
          const { result, image } = planned.calls[index];
          messages.push({ role: 'tool', tool_call_id: id, content: contents(result, image) });
        }
      }
    }
  });
}
