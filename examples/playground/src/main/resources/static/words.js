// Elements, and numbers in words.

/** An element; text is only ever text. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null && child !== false));
  return element;
}

export const percent = (share) => {
  const p = 100 * share;
  return `${p > 0 && p < 10 ? p.toFixed(1) : Math.round(p)} %`;
};

export const millis = (ms) => (ms >= 10000 ? `${(ms / 1000).toFixed(1)} s` : ms >= 10 ? `${Math.round(ms)} ms` : `${ms.toFixed(1)} ms`);

export function bytes(n) {
  if (n >= 1e9) return `${(n / 1e9).toFixed(2)} GB`;
  if (n >= 1e6) return `${(n / 1e6).toFixed(1)} MB`;
  return n >= 1e3 ? `${Math.round(n / 1e3)} kB` : `${n} B`;
}

/** How sure the choice of tokens was. */
export function sureOfChoice(confidence) {
  if (confidence == null) return 'The choice of tokens does not say how sure it is.';
  const number = ` (${confidence.toFixed(2)} of 1).`;
  if (confidence >= 0.75) return 'It was sure which part of the picture matters' + number;
  if (confidence >= 0.5) return 'It was fairly sure which part of the picture matters' + number;
  if (confidence >= 0.25) return 'It was not sure which part of the picture matters' + number + ' Try the profile careful.';
  return 'It hardly knew which part of the picture matters' + number + ' Compare with every token kept.';
}

/** Mark beside an answer with a token of which the model was unsure, else null. */
export const unsure = (least) => (least != null && least < 0.5 ? `unsure (${least.toFixed(2)})` : null);

/** How sure the words of the answer were. */
export function sureOfAnswer(least) {
  if (least == null) return 'The answer does not say how sure it is.';
  const number = ` (least likely token: ${least.toFixed(2)}).`;
  if (least >= 0.9) return 'It was sure of every word' + number;
  if (least >= 0.5) return 'It was fairly sure of its words' + number;
  return 'It was unsure of at least one word' + number + ' Check it against the picture.';
}

const REASONS = {
  threshold: 'those above the threshold',
  cap: 'as many as the cap allows',
  floor: 'as many as the floor demands',
  distance: 'until every dropped one has a like one',
  mass: 'as many as hold enough of the attention',
  count: 'as many as were asked for',
};

/** What was looked at. */
export function looked(pruned) {
  if (!pruned || pruned.imageTokens === 0) return 'There was no picture to look at.';
  const share = pruned.keptTokens / pruned.imageTokens;
  if (share === 1) return `It kept all ${pruned.imageTokens} tokens of the picture.`;
  const reason = REASONS[pruned.steps.at(-1)?.reason];
  return `It answered from ${percent(share)} of the picture: ${pruned.keptTokens} of ${pruned.imageTokens} tokens${reason ? `, ${reason}` : ''}.`;
}

export const STAGES = [
  ['images', 'decode picture'],
  ['vision', 'vision tower'],
  ['prefillBeforeCut', 'layers before the cut'],
  ['pruning', 'choose and cut'],
  ['prefillAfterCut', 'layers after the cut'],
  ['first', 'first token'],
  ['decoding', 'other tokens'],
];

export const DOING = {
  waiting: 'waiting for a free place',
  images: 'decoding the picture',
  vision: 'looking at the picture',
  prefill_before_cut: 'reading the question',
  pruning: 'choosing tokens',
  prefill_after_cut: 'reading on with what is left',
  decoding: 'answering',
};

/** Timings by stage as a bar, with its numbers as a list. */
export function timingBar(timings) {
  const parts = { ...timings };
  const before = STAGES.slice(0, 5).reduce((sum, [name]) => sum + parts[name], 0);
  parts.first = Math.max(0, timings.toFirstToken - before);
  const all = STAGES.reduce((sum, [name]) => sum + parts[name], 0);
  const bar = h('div', { class: 'bar', 'aria-hidden': 'true' });
  const list = h('dl', { class: 'legend' });
  STAGES.forEach(([name, label], i) => {
    const part = h('span', { class: `s${i}`, title: `${label}: ${millis(parts[name])}` });
    part.style.flexGrow = parts[name] / (all || 1);
    bar.append(part);
    list.append(h('div', {}, h('dt', {}, h('i', { class: `s${i}` }), label), h('dd', {}, millis(parts[name]))));
  });
  return h('div', { class: 'timings' }, bar, list);
}

/** Words of two texts, each with whether the other lacks it. */
export function compared(a, b) {
  const [x, y] = [a, b].map((text) => text.split(/(\s+)/).filter((word) => word !== '').slice(0, 2000));
  const table = Array.from({ length: x.length + 1 }, () => new Uint16Array(y.length + 1));
  for (let i = x.length - 1; i >= 0; i--)
    for (let j = y.length - 1; j >= 0; j--)
      table[i][j] = x[i] === y[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
  const left = [];
  const right = [];
  for (let i = 0, j = 0; i < x.length || j < y.length; ) {
    if (i < x.length && j < y.length && x[i] === y[j]) {
      left.push([x[i++], false]);
      right.push([y[j++], false]);
    } else if (j >= y.length || (i < x.length && table[i + 1][j] >= table[i][j + 1])) left.push([x[i++], true]);
    else right.push([y[j++], true]);
  }
  return [left, right];
}
