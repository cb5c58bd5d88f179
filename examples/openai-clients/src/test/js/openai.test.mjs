// npm's openai against the endpoint; the servers and their script are those of ScriptedServer.java.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { deflateSync, crc32 } from 'node:zlib';
import OpenAI, { APIError, BadRequestError, NotFoundError, RateLimitError } from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';

const URL = process.env.GLIMPSE_URL;
const NARROW = process.env.GLIMPSE_NARROW_URL;
const model = 'tiny';

const client = (url = URL, options = {}) => new OpenAI({ baseURL: url + '/v1', apiKey: 'none', ...options });
const user = (text, ...more) => ({ role: 'user', content: [{ type: 'text', text }, ...more] });
const active = async (url = URL) => Number(await (await fetch(url + '/test/active')).text());

async function freeWithin(millis) {
  const end = Date.now() + millis;
  while ((await active()) > 0 && Date.now() < end) await sleep(10);
  return (await active()) === 0;
}

function png(width = 168, height = 140) {
  const chunk = (kind, data) => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    const head = Buffer.alloc(4);
    head.writeUInt32BE(data.length);
    const tail = Buffer.alloc(4);
    tail.writeUInt32BE(crc32(body));
    return Buffer.concat([head, body, tail]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc((3 * width + 1) * height);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0)),
  ]).toString('base64');
}

const picture = () => ({ type: 'image_url', image_url: { url: 'data:image/png;base64,' + png() } });

const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    parameters: {
      type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false,
    },
  },
};

test('models', async () => {
  const ids = [];
  for await (const entry of client().models.list()) ids.push(entry.id);
  assert.deepEqual(ids, ['tiny', 'clip']);
  assert.equal((await client().models.retrieve('tiny')).owned_by, 'local');
  await assert.rejects(client().models.retrieve('other'), NotFoundError);
});

test('a picture with pruning and its report', async () => {
  const answer = await client().chat.completions.create({
    model, messages: [user('What is the capital?', picture())], max_tokens: 20, glimpse: { max_retention_ratio: 0.5 },
  });
  assert.equal(answer.choices[0].message.content, 'It is Berlin.');
  assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
  assert.ok(answer.glimpse.kept_tokens > 0 && answer.glimpse.kept_tokens <= (answer.glimpse.image_tokens + 1) / 2);
});

test('a stream with usage', async () => {
  const stream = await client().chat.completions.create({
    model, messages: [user('What is the capital?', picture())], stream: true, stream_options: { include_usage: true },
  });
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  assert.equal(chunks.map((c) => c.choices[0]?.delta.content ?? '').join(''), 'It is Berlin.');
  assert.equal(chunks.at(-2).choices[0].finish_reason, 'stop');
  assert.ok(chunks.at(-1).usage.completion_tokens > 0);
});

test('abort frees the place within a second', async () => {
  const stream = await client().chat.completions.create({
    model, messages: [user('LONG')], stream: true, max_completion_tokens: 100000,
  });
  let count = 0;
  for await (const chunk of stream) {
    assert.equal(chunk.object, 'chat.completion.chunk');
    if (++count === 4) {
      assert.equal(await active(), 1);
      stream.controller.abort();
      break;
    }
  }
  assert.ok(await freeWithin(1000));
});

test('eight in parallel', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, (_, number) =>
    client().chat.completions.create({ model, messages: [user(`What is the capital? ${number}`)] })));
  assert.deepEqual(answers.map((a) => a.choices[0].message.content), Array(8).fill('It is Berlin.'));
});

test('a full queue and retry', async () => {
  const stream = await client(NARROW).chat.completions.create({
    model, messages: [user('LONG')], stream: true, max_tokens: 100000,
  });
  const pieces = stream[Symbol.asyncIterator]();
  await pieces.next();
  const question = { model, messages: [user('What is the capital?')] };
  await assert.rejects(client(NARROW, { maxRetries: 0 }).chat.completions.create(question), (error) => {
    assert.ok(error instanceof RateLimitError);
    assert.ok(Number(error.headers.get('retry-after')) >= 1);
    return true;
  });
  setTimeout(() => stream.controller.abort(), 300);
  const answer = await client(NARROW, { maxRetries: 2 }).chat.completions.create(question);
  assert.equal(answer.choices[0].message.content, 'It is Berlin.');
});

test('an error in the middle is an error', async () => {
  let text = '';
  await assert.rejects(async () => {
    const stream = await client().chat.completions.create({ model, messages: [user('FAIL')], stream: true });
    for await (const chunk of stream) text += chunk.choices[0].delta.content ?? '';
  }, APIError);
  assert.ok(text.startsWith('It'));
  assert.ok(await freeWithin(1000));
});

test('refusals', async () => {
  await assert.rejects(client().chat.completions.create({ model, messages: [user('a')], n: 2 }), (error) => {
    assert.ok(error instanceof BadRequestError);
    assert.equal(error.param, 'n');
    assert.equal(error.code, 'unsupported_parameter');
    return true;
  });
});

test('embeddings', async () => {
  const packed = await client().embeddings.create({ model: 'clip', input: ['a cat', 'a dog'] });
  const plain = await client().embeddings.create({ model: 'clip', input: ['a cat'], encoding_format: 'float' });
  assert.equal(packed.data.length, 2);
  packed.data[0].embedding.forEach((value, i) => assert.ok(Math.abs(value - plain.data[0].embedding[i]) < 1e-5));
});

test('a schema is parsed', async () => {
  const person = z.object({ name: z.string(), age: z.number().int().nullable() });
  const answer = await client().chat.completions.parse({
    model, messages: [user('PERSON')], response_format: zodResponseFormat(person, 'person'),
  });
  assert.deepEqual(answer.choices[0].message.parsed, { name: 'Ada', age: null });
});

test('a tool loop', async () => {
  const asked = [];
  const runner = client().chat.completions.runTools({
    model,
    messages: [user('WEATHER in Munich')],
    tools: [{
      ...weather,
      function: { ...weather.function, parse: JSON.parse, function: ({ city }) => { asked.push(city); return 'sunny'; } },
    }],
  });
  assert.equal(await runner.finalContent(), 'There is sun.');
  assert.deepEqual(asked, ['Munich']);
});

test('a picture in the result of a tool', async () => {
  const first = await client().chat.completions.create({
    model, messages: [user('WEATHER')], tools: [weather], parallel_tool_calls: false,
  });
  const message = first.choices[0].message;
  const answer = await client().chat.completions.create({
    model,
    tools: [weather],
    messages: [
      user('WEATHER'), message,
      { role: 'tool', tool_call_id: message.tool_calls[0].id, content: [{ type: 'text', text: 'sunny' }, picture()] },
    ],
  });
  assert.equal(answer.choices[0].message.content, 'There is sun.');
  assert.ok(answer.glimpse.image_tokens > 0);
});
