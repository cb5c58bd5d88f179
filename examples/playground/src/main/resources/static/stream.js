// One request: multipart out, events in.

/** What went wrong, as the server or the network says it. */
export class Trouble extends Error {
  constructor(message, property) {
    super(message);
    this.property = property;
  }
}

/**
 * Asks, and hands each event on.
 *
 * @param request {messages, settings}
 * @param files pictures, in the order of their numbers
 * @param on called with (name, data)
 */
export async function ask(request, files, signal, on) {
  const form = new FormData();
  form.append('request', JSON.stringify(request));
  for (const file of files) form.append('picture', file, file.name);
  let response;
  try {
    response = await fetch('glimpse/playground/ask', { method: 'POST', body: form, signal });
  } catch (e) {
    if (signal.aborted) throw e;
    throw new Trouble('The application does not answer. Is it still running? Start it again, then ask again.');
  }
  if (!response.ok) {
    const trouble = await response.json().catch(() => ({ message: `The application answered ${response.status}.` }));
    throw new Trouble(trouble.message, trouble.property);
  }
  let ended = false;
  try {
    for await (const [name, data] of events(response.body)) {
      if (name === 'error') throw new Trouble(data.message, data.property);
      ended ||= name === 'done';
      on(name, data);
    }
  } catch (e) {
    if (e instanceof Trouble || signal.aborted) throw e;
  }
  if (!ended) throw new Trouble('The connection was lost in the middle of the answer; what stands here is not all of it. Ask again.');
}

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      let name = 'message';
      let data = '';
      for (const line of block.split('\n')) {
        if (line.startsWith('event:')) name = line.slice(6).trim();
        if (line.startsWith('data:')) data += line.slice(5);
      }
      if (data) yield [name, JSON.parse(data)];
    }
  }
}
