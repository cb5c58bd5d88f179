// What is sent: the conversation so far and the settings.
import { Trouble } from './stream.js';

/** Cuts, one a line: `place: strategy ratio`. */
export function parseSchedule(text) {
  return text.split('\n').map((line) => line.trim()).filter(Boolean).map((line) => {
    const found = /^(.+?):\s*([\w-]+)(?:\s+([\d.]+))?$/.exec(line);
    if (!found) throw new Trouble(`The schedule's line “${line}” is not of the form “place: strategy ratio”, such as “vision: div-prune 0.6”.`, 'glimpse.pruning.schedule');
    const step = { at: found[1], strategy: found[2] };
    if (found[3]) step.retentionRatio = Number(found[3]);
    return step;
  });
}

/** The conversation up to a turn, each question with its newest answer, and the pictures that it names renumbered in their order. */
export function requestOf(turns, pictures, turn, set) {
  const files = [];
  const messages = [];
  const number = (i) => files.push(pictures[i].file) - 1;
  for (const past of turns.slice(0, turns.indexOf(turn) + 1)) {
    messages.push({ role: 'user', text: past.text, pictures: past.pictures.map(number) });
    const answer = past.runs.findLast((run) => run.done && !run.other)?.done.text;
    if (past !== turn && answer) messages.push({ role: 'assistant', text: answer });
    else if (past !== turn) messages.splice(-1, 1, ...(past.pictures.length ? [messages.at(-1)] : []));
  }
  const order = turns.slice(0, turns.indexOf(turn) + 1).flatMap((past) => past.pictures);
  return { request: { messages: merged(messages), settings: set }, files, order };
}

/** A question that was never answered is asked together with the next one. */
function merged(messages) {
  const all = [];
  for (const message of messages) {
    const last = all.at(-1);
    if (last?.role === 'user' && message.role === 'user') {
      last.pictures = [...last.pictures, ...message.pictures];
      last.text = message.text;
    } else all.push({ ...message });
  }
  return all;
}
