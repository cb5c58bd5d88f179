// npm's openai and the Responses API against the endpoint; the servers and their script are those of ScriptedServer.java.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI, { BadRequestError } from 'openai';
import { zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';

const client = new OpenAI({ baseURL: process.env.GLIMPSE_URL + '/v1', apiKey: 'none' });
const model = 'tiny';
// One pixel.
const image = {
  type: 'input_image',
  detail: 'auto',
  image_url: 'data:image/png;base64,'
    + 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
};
const weather = {
  type: 'function',
  name: 'get_weather',
  strict: true,
  parameters: {
    type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false,
  },
};

test('a text', async () => {
  const answer = await client.responses.create({ model, instructions: 'Be short.', input: 'What is the capital?' });
  assert.equal(answer.output_text, 'It is Berlin.');
  assert.equal(answer.status, 'completed');
  assert.equal(answer.usage.total_tokens, answer.usage.input_tokens + answer.usage.output_tokens);
});

test('an image', async () => {
  const answer = await client.responses.create({
    model,
    input: [{ role: 'user', content: [{ type: 'input_text', text: 'What is the capital?' }, image] }],
  });
  assert.equal(answer.output_text, 'It is Berlin.');
  assert.ok(answer.glimpse.image_tokens > 0);
});

test('a stream', async () => {
  const stream = client.responses.stream({ model, input: 'What is the capital?' });
  const events = [];
  for await (const event of stream) events.push(event);
  assert.equal(
    events.filter((e) => e.type === 'response.output_text.delta').map((e) => e.delta).join(''), 'It is Berlin.');
  assert.deepEqual(events.map((e) => e.sequence_number), events.map((_, number) => number));
  assert.equal(events.at(-1).type, 'response.completed');
  assert.equal((await stream.finalResponse()).output_text, 'It is Berlin.');
});

test('a tool loop', async () => {
  const input = [{ role: 'user', content: 'WEATHER in Munich' }];
  const first = await client.responses.create({ model, input, tools: [weather], parallel_tool_calls: false });
  const call = first.output[0];
  assert.deepEqual(JSON.parse(call.arguments), { city: 'Munich' });
  input.push(...first.output, { type: 'function_call_output', call_id: call.call_id, output: 'sunny' });
  const answer = await client.responses.create({ model, input, tools: [weather] });
  assert.equal(answer.output_text, 'There is sun.');
});

test('a streamed tool call', async () => {
  const stream = client.responses.stream({ model, input: 'WEATHER in Munich', tools: [weather] });
  const final = await stream.finalResponse();
  assert.equal(final.output[0].name, 'get_weather');
  assert.equal(final.output[0].arguments, '{"city": "Munich"}');
});

test('a schema is parsed', async () => {
  const person = z.object({ name: z.string(), age: z.number().int().nullable() });
  const answer = await client.responses.parse({
    model, input: 'PERSON', text: { format: zodTextFormat(person, 'person') },
  });
  assert.deepEqual(answer.output_parsed, { name: 'Ada', age: null });
});

test('refusals', async () => {
  await assert.rejects(client.responses.create({ model, input: 'a', previous_response_id: 'resp_1' }), (error) => {
    assert.ok(error instanceof BadRequestError);
    assert.equal(error.param, 'previous_response_id');
    return true;
  });
});
