// The page: pictures, questions, answers, and what an answer looked at.
import { readStep } from './rule.js';
import { parseSchedule, requestOf } from './conversation.js';
import { ask } from './stream.js';
import { asCurl, asJava, asYaml } from './copy.js';
import { Picture, maskTable, partOf, seenAs, unitsOf } from './picture.js';
import { DOING, bytes, compared, h, looked, millis, percent, sureOfAnswer, sureOfChoice, timingBar, unsure } from './words.js';

const SAMPLES = [
  ['receipt', 'A receipt', 'What is the total?'],
  ['signs', 'Signs', 'What code is on the red sign?'],
  ['chart', 'A bar chart', 'Which bar is the highest?'],
  ['scene', 'Shapes', 'What color is the circle?'],
];
const NUMBERS = ['threshold', 'ratio', 'cap', 'floor'];
const SETTING = { threshold: 'threshold', ratio: 'retentionRatio', cap: 'maxRetentionRatio', floor: 'minTokens' };
const $ = (id) => document.getElementById(id);

let facts = null;
/** All pictures of the conversation and those for the next question: {file, url, asked}. */
let pictures = [];
/** [{text, pictures: indices, runs}] */
let turns = [];
/** What is on the left: a run of an answer, and one of its pictures. */
let shown = { run: null, picture: 0 };
/** Numbers that the sliders say other than the shown run had. */
let moved = {};
/** Numbers that are sent with each question until the page starts anew. */
let numbers = {};
let running = null;
/** An earlier question that is being written anew: {turn, draft}, or null. */
let editing = null;
const pane = new Picture($('image'), $('overlay'));

// ---- words

let said = 0;
let later = 0;
/** Tells screen readers, at most four times a second. */
function tell(text) {
  clearTimeout(later);
  const wait = Math.max(0, said + 250 - performance.now());
  later = setTimeout(() => {
    said = performance.now();
    $('live').textContent = text;
  }, wait);
}

function alarm(message, property) {
  $('alert').replaceChildren();
  if (!message) return;
  $('alert').append(h('p', {}, message));
  if (property) $('alert').append(h('p', {}, 'The property that changes it: ', h('code', {}, property)));
}

// ---- pictures

function addFiles(files) {
  alarm();
  const wanted = [...files];
  let joins = !facts?.embedded || turns.length === 0 || editing !== null;
  for (const file of wanted) {
    if (!file.type.startsWith('image/')) {
      alarm(`“${file.name}” is no picture (${file.type || 'unknown type'}). Take a PNG, JPEG, WebP, GIF, BMP or TIFF file.`);
      continue;
    }
    const most = facts?.maxImageBytes ?? 20e6;
    if (file.size > most) {
      alarm(`“${file.name}” has ${bytes(file.size)}; this application takes ${bytes(most)} per picture. Make it smaller or raise the limit.`, 'glimpse.limits.max-image-size');
      continue;
    }
    if (!joins) startWithImage();
    joins = true;
    if (pictures.length >= (facts?.maxImages ?? 8)) {
      alarm(`A conversation takes ${facts?.maxImages ?? 8} pictures; “${file.name}” is one more. Start anew or raise the limit.`, 'glimpse.limits.max-images');
      break;
    }
    pictures.push({ file, url: URL.createObjectURL(file), asked: false });
    shown = { run: shown.run, picture: pictures.length - 1 };
  }
  render();
  if (wanted.length) $('question').focus();
}

function removePicture(index) {
  if (pictures[index].asked) {
    const text = $('question').value;
    forget(editing.turn);
    $('question').value = text;
  }
  URL.revokeObjectURL(pictures[index].url);
  pictures.splice(index, 1);
  shown.picture = Math.max(0, Math.min(shown.picture, pictures.length - 1));
  render();
}

function fresh() {
  running?.abort();
  pictures.forEach((picture) => URL.revokeObjectURL(picture.url));
  [pictures, turns, shown, moved, numbers] = [[], [], { run: null, picture: 0 }, {}, {}];
  $('answers').replaceChildren();
  edit(null);
  $('question').value = '';
  $('began').hidden = true;
  alarm();
  renderSaid();
  render();
}

/** Begins a new conversation with an image: the embedded model was trained on one image per conversation. Draft and settings stay. */
function startWithImage() {
  const draft = $('question').value;
  const set = numbers;
  fresh();
  $('question').value = draft;
  numbers = set;
  renderSaid();
  $('began').hidden = false;
  tell($('began').textContent);
}

async function trySample([name, , question]) {
  fresh();
  const response = await fetch(`samples/${name}.jpg`);
  addFiles([new File([await response.blob()], `${name}.jpg`, { type: 'image/jpeg' })]);
  $('question').value = question;
  $('ask').focus();
}

function renderPictures() {
  const any = pictures.length > 0;
  $('empty').hidden = any;
  $('frame').hidden = !any;
  $('drop').classList.toggle('full', any);
  $('thumbs').replaceChildren(...(pictures.length > 1 || any ? pictures.map((picture, i) => h('li', {},
    h('button', { type: 'button', class: 'pick', 'aria-pressed': String(i === shown.picture), 'aria-label': `Show picture ${i + 1}, ${picture.file.name}`, onclick: () => { shown.picture = i; render(); } },
      h('img', { src: picture.url, alt: '' })),
    (!picture.asked || editing?.turn.pictures.includes(i)) && h('button', { type: 'button', class: 'remove', 'aria-label': `Remove picture ${i + 1}`, onclick: () => removePicture(i) }, '×'))) : []));
  return any;
}

// ---- what a run looked at

/** The shown run's step with its sliders, or null. */
function current() {
  const steps = shown.run?.steps;
  if (!steps?.length) return null;
  const step = steps[Math.min($('step').value, steps.length) - 1];
  return { step, last: step === steps.at(-1) };
}

const movedNumbers = () => Object.fromEntries(Object.entries(moved).map(([name, value]) => [SETTING[name], value]));

async function render() {
  const any = renderPictures();
  $('look').hidden = !any || !shown.run?.pruned;
  if (!any) return;
  const picture = pictures[shown.picture];
  await pane.show(picture.url, `Picture ${shown.picture + 1}: ${picture.file.name}`);
  $('hidden-format').hidden = pane.img.naturalWidth > 0;
  if (picture === pictures[shown.picture]) draw();
}

function draw() {
  const { run } = shown;
  const pruned = run?.pruned;
  if (!pruned) return pane.clear();
  const now = current();
  const step = now?.step;
  const preview = step?.preview && Object.keys(moved).length ? step.preview(movedNumbers()) : null;
  const bits = preview?.bits ?? step?.kept;
  const all = unitsOf(pruned.units, shown.picture);
  const units = partOf(all, $('overview').checked);
  $('part').hidden = all.every((unit) => unit.overview === all[0].overview);
  const first = (index) => pruned.units.slice(0, index).reduce((n, unit) => n + unit.rows * unit.columns, 0);
  const layer = (unit) => ({
    kept: bits ? bits.slice(first(unit.index), first(unit.index) + unit.rows * unit.columns) : new Uint8Array(unit.rows * unit.columns).fill(1),
    scores: step?.images[unit.index].scores ?? null,
  });
  const layers = units.map(layer);
  const view = document.querySelector('[name=view]:checked').value;
  if (view === 'none' || !units.length) pane.clear();
  else pane.draw(units, layers, { mask: view !== 'map', map: view !== 'mask' });
  const count = (some) => some.reduce(([kept, tokens], unit) => [kept + layer(unit).kept.reduce((a, b) => a + b, 0), tokens + unit.rows * unit.columns], [0, 0]);
  const [kept, tokens] = count(all);
  const [inOverview, ofOverview] = count(all.filter((unit) => unit.overview));
  $('kept').textContent = units.length
    ? `${preview ? 'Preview: would keep' : step && !now.last ? `After step ${$('step').value}: kept` : 'Kept'} ${kept} of ${tokens} tokens (${percent(kept / tokens)}) of this picture${$('part').hidden ? '' : `, ${inOverview} of the ${ofOverview} of its small overview among them`}; the model saw it as ${seenAs(all)}.`
    : 'The model did not see this picture in that answer.';
  const { summary, table } = maskTable(units, layers, { width: pane.img.naturalWidth || 1, height: pane.img.naturalHeight || 1 });
  $('table-summary').textContent = summary;
  $('table-body').replaceChildren(table);
  renderSliders(now, preview);
}

function renderSliders(now, preview) {
  const { run } = shown;
  const steps = run.steps;
  for (const element of [$('step'), $('step-name'), document.querySelector('label[for=step]')]) element.hidden = steps.length < 2;
  $('step').max = Math.max(1, steps.length);
  $('step-name').textContent = now ? `${now.step.strategy} at ${now.step.at}` : '';
  const can = now?.step.preview;
  $('preview').disabled = !now;
  const applied = now?.step.numbers ?? {};
  const most = run.pruned.units.reduce((n, unit) => n + unit.rows * unit.columns, 0);
  $('floor').max = most;
  const text = { threshold: (n) => n.toFixed(3), ratio: percent, cap: percent, floor: (n) => (n === 1 ? '1 token' : `${n} tokens`) };
  const has = { threshold: now?.step.byThreshold ?? applied.threshold != null, ratio: applied.retentionRatio != null, cap: !!now, floor: !!now };
  for (const name of NUMBERS) {
    const value = moved[name] ?? applied[SETTING[name]] ?? { threshold: 0.5, ratio: 1, cap: 1, floor: 1 }[name];
    if (document.activeElement !== $(name) || moved[name] == null) $(name).value = value;
    const output = document.querySelector(`output[for=${name}]`);
    output.textContent = name === 'cap' && value === 1 ? 'none' : text[name](value);
    for (const element of [$(name), output, document.querySelector(`label[for=${name}]`)]) element.hidden = !has[name];
  }
  const changed = Object.keys(moved).length > 0;
  $('again').disabled = !changed || running !== null;
  $('undo').disabled = !changed;
  $('what-if').textContent = !now
    ? 'Nothing was pruned in this answer: there is no map to try numbers on.'
    : preview
      ? `With these numbers ${preview.count} of ${most} tokens would stay (${{ threshold: 'by the threshold', cap: 'by the cap', floor: 'by the floor', count: 'by the ratio' }[preview.reason]}). The answer was made with ${run.pruned.keptTokens}; only running again changes it.`
      : changed
        ? 'This choice does not go by its scores alone, so there is no preview: run again to see.'
        : can
          ? 'Move a slider: the picture is drawn anew at once, from the scores of this answer.'
          : 'Move a slider and run again; this choice does not go by its scores alone, so there is no preview.';
  if (changed) tell($('what-if').textContent);
}

// ---- asking

/** Settings of the next question, without what is not set. */
function settings() {
  const number = (id) => ($(id).value === '' ? undefined : Number($(id).value));
  const schedule = parseSchedule($('schedule').value);
  const strategy = $('strategy').value || undefined;
  const set = {
    profile: $('profile').value || undefined,
    strategy: schedule.length ? undefined : strategy,
    schedule: schedule.length ? schedule : undefined,
    ...numbers,
    seed: number('seed'),
    temperature: number('temperature'),
    maxOutputTokens: number('longest'),
  };
  if (strategy && !schedule.length && set.retentionRatio == null && !['none', 'glimpse'].includes(strategy)) set.retentionRatio = 0.25;
  return JSON.parse(JSON.stringify(set));
}

/** Runs a turn once more, or for the first time. */
async function go(turn, set, label, other = false) {
  const run = { turn, label, other, set, text: '', steps: [], ...requestOf(turns, pictures, turn, set) };
  turn.runs.push(run);
  turn.place.append(card(run));
  running = new AbortController();
  busy(true);
  tell('Answering.');
  let drawing = 0;
  try {
    await ask(run.request, run.files, running.signal, (name, data) => {
      if (name === 'stage') run.state.textContent = `${DOING[data.name] ?? data.name} …`;
      if (name === 'text') {
        run.text += data.text;
        cancelAnimationFrame(drawing);
        drawing = requestAnimationFrame(() => (run.body.textContent = run.text));
      }
      if (name === 'pruned') {
        run.pruned = { ...data, units: data.units.map((unit) => ({ ...unit, picture: run.order[unit.picture] ?? -1 })) };
        run.steps = data.steps.map((step) => readStep(step, data.units));
      }
      if (name === 'done') run.done = data;
    });
    run.text = run.done.text ?? run.text;
    tell(`Answer: ${run.text}. ${looked(run.pruned)}`);
  } catch (e) {
    if (running.signal.aborted) {
      run.stopped = true;
      tell('Stopped.');
    } else {
      run.failed = true;
      alarm(e.message, e.property);
    }
  } finally {
    cancelAnimationFrame(drawing);
    running = null;
    busy(false);
    finish(run);
  }
  return run;
}

function busy(is) {
  $('ask').hidden = is;
  $('stop').hidden = !is;
  $('regenerate').disabled = is || turns.length === 0;
  for (const button of document.querySelectorAll('.edit')) button.disabled = is;
  if (is) $('again').disabled = true;
}

async function submit() {
  alarm();
  if (running) return;
  const text = $('question').value.trim();
  if (!text) {
    alarm('Write a question first.');
    return $('question').focus();
  }
  try {
    const set = settings();
    const anew = editing !== null;
    if (anew) forget(editing.turn);
    const asked = pictures.flatMap((picture, i) => (picture.asked ? [] : [i]));
    $('began').hidden = true;
    const turn = { text, pictures: asked, runs: [], place: h('div', { class: 'runs' }) };
    asked.forEach((i) => (pictures[i].asked = true));
    turns.push(turn);
    const label = `Question ${turns.length}`;
    turn.element = h('article', { class: 'turn', 'aria-label': label },
      h('div', { class: 'said' }, h('button', { type: 'button', class: 'plain edit', 'aria-label': `Edit ${label.toLowerCase()}`, onclick: () => edit(turn) }, 'Edit'), h('h3', { class: 'asked' }, text)),
      turn.place);
    $('answers').append(turn.element);
    if (!anew) $('question').value = '';
    $('question').focus();
    render();
    await goBoth(turn, set);
  } catch (e) {
    alarm(e.message, e.property);
  }
}

/** Puts an earlier question back into the box, or with null what was there before. */
function edit(turn) {
  const was = editing;
  editing = turn && { turn, draft: was ? was.draft : $('question').value };
  $('question').value = turn ? turn.text : (was?.draft ?? $('question').value);
  was?.turn.element.classList.remove('edited');
  turn?.element.classList.add('edited');
  $('editing').hidden = !turn;
  renderPictures();
  if (!turn) return;
  $('editing-what').textContent = `Question ${turns.indexOf(turn) + 1} is asked anew; what came after it goes.`;
  $('question').focus();
  tell($('editing-what').textContent);
}

/** Takes a question and all behind it out of the conversation; its own pictures go with what is asked in its place. */
function forget(turn) {
  const gone = turns.splice(turns.indexOf(turn));
  gone.forEach((past) => past.element.remove());
  const lost = gone.slice(1).flatMap((past) => past.pictures);
  lost.forEach((i) => URL.revokeObjectURL(pictures[i].url));
  pictures = pictures.filter((_, i) => !lost.includes(i));
  turn.pictures.forEach((i) => (pictures[i].asked = false));
  [shown, moved] = [{ run: null, picture: Math.min(shown.picture, Math.max(0, pictures.length - 1)) }, {}];
  edit(null);
}

async function goBoth(turn, set) {
  const both = $('ab').checked;
  const a = await go(turn, set, both ? 'A: these settings' : '');
  if (!both || !a.done) return;
  const [kind, name] = $('other').value.split(' ');
  const base = { seed: set.seed, temperature: set.temperature, maxOutputTokens: set.maxOutputTokens };
  const share = a.pruned?.imageTokens ? Math.max(1 / a.pruned.imageTokens, a.pruned.keptTokens / a.pruned.imageTokens) : 1;
  const other = { ...base, [kind]: name };
  if (kind === 'strategy' && !['none', 'glimpse'].includes(name)) other.retentionRatio = share;
  const b = await go(turn, JSON.parse(JSON.stringify(other)), `B: ${$('other').selectedOptions[0].textContent}`, true);
  if (b.done) turn.place.after(comparison(a, b));
  show(a);
}

function comparison(a, b) {
  const [left, right] = compared(a.text, b.text);
  const differ = left.concat(right).filter(([, other]) => other).length;
  const line = (words) => h('p', { class: 'text' }, ...words.map(([word, other]) => (other && word.trim() ? h('mark', {}, word) : word)));
  const total = ({ timings: t }) => t.toFirstToken + t.decoding;
  const row = (name, value) => h('tr', {}, h('th', { scope: 'row' }, name), h('td', {}, value(a)), h('td', {}, value(b)));
  return h('div', { class: 'run comparison' },
    h('p', {}, differ ? 'The texts differ; what only one of them says is marked.' : 'Both say the same.'),
    differ ? h('div', { class: 'runs' }, line(left), line(right)) : null,
    h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'A and B in numbers' }, h('table', {},
      h('thead', {}, h('tr', {}, h('td', {}), h('th', { scope: 'col' }, 'A'), h('th', { scope: 'col' }, 'B'))),
      h('tbody', {},
        row('First token after', (r) => millis(r.done.timings.toFirstToken)),
        row('All of it', (r) => millis(total(r.done))),
        row('Picture tokens kept', (r) => `${r.pruned.keptTokens} of ${r.pruned.imageTokens}`),
        row('KV cache', (r) => bytes(r.done.cacheBytes)),
        row('Tokens of the answer', (r) => String(r.done.outputTokens)),
        row('Least likely token', (r) => (r.done.leastProbability == null ? '–' : r.done.leastProbability.toFixed(2))),
        row('Seed', (r) => String(r.set.seed ?? 'new'))))),
    h('p', { class: 'small' }, 'A second look at the same picture may be faster, since pictures are remembered.'));
}

// ---- answers

function card(run) {
  run.body = h('p', { class: 'text busy' });
  run.state = h('p', { class: 'small' }, 'asking …');
  run.details = h('div');
  run.element = h('div', { class: 'run' }, run.label ? h('p', { class: 'small' }, run.label) : null, run.body, run.state, run.details);
  return run.element;
}

function finish(run) {
  run.body.classList.remove('busy');
  run.body.textContent = run.text;
  run.state.textContent = run.stopped ? 'Stopped; this is not all of it.' : run.failed ? 'Failed; see below.' : '';
  run.state.hidden = !run.state.textContent;
  if (run.done) {
    const mark = unsure(run.done.leastProbability);
    if (mark) run.body.append(' ', h('span', { class: 'unsure' }, mark));
    const t = run.done.timings;
    const rate = run.done.outputTokens > 1 && t.decoding > 0 ? `, ${((1000 * (run.done.outputTokens - 1)) / t.decoding).toFixed(0)} tokens/s` : '';
    run.details.replaceChildren(
      h('p', {}, looked(run.pruned)),
      h('p', { class: 'small' }, run.pruned.imageTokens && run.steps.length ? sureOfChoice(run.pruned.confidence) + ' ' : '', sureOfAnswer(run.done.leastProbability),
        run.steps.map((step) => step.guardMessage).filter(Boolean).map((message) => ` Guard: ${message}.`).join('')),
      run.done.leftOutMessages ? h('p', { class: 'small' }, `${run.done.leftOutMessages} earlier messages were left out, since the conversation is too long for the model.`) : '',
      run.done.reason === 'LENGTH' ? h('p', { class: 'small' }, 'It was cut off by the longest answer: ', h('code', {}, 'glimpse.generation.max-output-tokens')) : '',
      timingBar(t),
      h('p', { class: 'small' }, `First token after ${millis(t.toFirstToken)}, ${millis(t.toFirstToken + t.decoding)} in all${t.waiting > 1 ? `, ${millis(t.waiting)} waiting before` : ''}. Prompt ${run.done.inputTokens} tokens, answer ${run.done.outputTokens}${rate}${facts?.contextLength ? `; ${percent((run.done.inputTokens + run.done.outputTokens) / facts.contextLength)} of the context of ${facts.contextLength}` : ''}; KV cache ${bytes(run.done.cacheBytes)}${run.done.prunedTokens ? ` instead of ${bytes(run.done.cacheBytesUnpruned)}` : ''}.`),
      h('p', { class: 'actions' },
        h('button', { type: 'button', class: 'look', onclick: () => show(run) }, 'Show on picture'),
        h('button', { type: 'button', onclick: () => openCopy(run) }, 'Copy as …')));
    show(run);
  }
  render();
}

function show(run) {
  shown.run?.element.classList.remove('shown');
  shown.run = run;
  run.element.classList.add('shown');
  moved = {};
  const seen = run.pruned.units.map((unit) => unit.picture);
  if (!seen.includes(shown.picture) && seen[0] >= 0) [shown.picture] = seen;
  $('step').max = Math.max(1, run.steps.length);
  $('step').value = Math.max(1, run.steps.length);
  render();
}

// ---- copy as code

let copied = null;
const LANGUAGES = {
  Java: (run) => asJava(run.request, run.files),
  YAML: (run) => asYaml(run.request),
  curl: (run) => asCurl(run.request, run.files, location.origin),
};

function openCopy(run) {
  copied = run;
  pickTab('Java');
  $('copy').showModal();
}

function pickTab(name) {
  for (const tab of $('tabs').children) {
    const is = tab.textContent === name;
    tab.setAttribute('aria-selected', String(is));
    tab.tabIndex = is ? 0 : -1;
    if (is) $('code').setAttribute('aria-labelledby', tab.id);
  }
  $('code').textContent = LANGUAGES[name](copied);
  $('do-copy').textContent = 'Copy';
}

for (const name of Object.keys(LANGUAGES)) {
  $('tabs').append(h('button', { type: 'button', role: 'tab', id: `tab-${name}`, 'aria-controls': 'code', onclick: () => pickTab(name) }, name));
}
$('tabs').addEventListener('keydown', (e) => {
  const tabs = [...$('tabs').children];
  const move = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
  if (!move) return;
  const next = tabs[(tabs.indexOf(document.activeElement) + move + tabs.length) % tabs.length];
  pickTab(next.textContent);
  next.focus();
});
$('do-copy').addEventListener('click', async () => {
  await navigator.clipboard.writeText($('code').textContent);
  $('do-copy').textContent = 'Copied';
  tell('Copied.');
});
$('close-copy').addEventListener('click', () => $('copy').close());

// ---- events

$('samples').append(...SAMPLES.map((sample) => h('li', {}, h('button', { type: 'button', onclick: () => trySample(sample) }, h('img', { src: `samples/${sample[0]}.jpg`, alt: '', width: 104, height: 104 }), sample[1]))));
$('choose').addEventListener('click', () => $('file').click());
$('add').addEventListener('click', () => $('file').click());
$('fresh').addEventListener('click', () => { fresh(); $('choose').focus(); });
$('file').addEventListener('change', () => { addFiles($('file').files); $('file').value = ''; });
for (const kind of ['dragover', 'drop', 'dragleave']) {
  document.addEventListener(kind, (e) => {
    e.preventDefault();
    $('drop').classList.toggle('over', kind === 'dragover');
    if (kind === 'drop') addFiles(e.dataTransfer.files);
  });
}
document.addEventListener('paste', (e) => {
  if (!e.clipboardData.files.length) return;
  e.preventDefault();
  addFiles(e.clipboardData.files);
});
$('form').addEventListener('submit', (e) => { e.preventDefault(); submit(); });
$('question').addEventListener('keydown', (e) => {
  if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) { e.preventDefault(); submit(); }
});
$('stop').addEventListener('click', () => { running?.abort(); $('question').focus(); });
$('regenerate').addEventListener('click', () => {
  if ($('seed').value !== '') $('seed').value = Number($('seed').value) + 1;
  alarm();
  try { go(turns.at(-1), settings(), `Again, seed ${$('seed').value || 'new'}`); } catch (e) { alarm(e.message, e.property); }
});
$('again').addEventListener('click', () => {
  const set = { ...shown.run.set, ...movedNumbers() };
  Object.assign(numbers, movedNumbers());
  renderSaid();
  alarm();
  go(shown.run.turn, set, `Again with ${Object.entries(movedNumbers()).map(([name, n]) => `${name} ${n}`).join(', ')}`);
});
$('keep').addEventListener('click', () => { edit(null); $('question').focus(); });
$('undo').addEventListener('click', () => { moved = {}; draw(); });
for (const name of NUMBERS) $(name).addEventListener('input', () => { moved[name] = Number($(name).value); draw(); });
for (const choice of document.querySelectorAll('[name=view], #overview')) choice.addEventListener('change', draw);
$('step').addEventListener('input', () => { moved = {}; draw(); });
$('opacity').addEventListener('input', () => {
  $('frame').style.setProperty('--opacity', $('opacity').value / 100);
  document.querySelector('output[for=opacity]').textContent = `${$('opacity').value} %`;
});
$('wiper').addEventListener('input', () => {
  const at = Number($('wiper').value);
  $('frame').style.setProperty('--wipe', `${at}%`);
  $('frame').classList.toggle('wiped', at > 0);
  document.querySelector('output[for=wiper]').textContent = at ? `at ${at} %` : 'off';
});
$('help').addEventListener('click', () => $('keys').showModal());
$('close-keys').addEventListener('click', () => $('keys').close());
document.addEventListener('keydown', (e) => {
  if (e.key === 'Escape' && !document.querySelector('dialog[open]')) running ? running.abort() : edit(null);
  if (e.key === '?' && !e.target.matches('input, textarea, select')) $('keys').showModal();
});
window.addEventListener('resize', () => shown.run && draw());

function renderSaid() {
  const set = Object.entries(numbers).map(([name, n]) => `${name} ${n}`);
  $('said').textContent = set.length ? `Also set by the sliders: ${set.join(', ')}. Start anew to forget them.` : '';
}

function options(select, groups) {
  select.replaceChildren(...groups.flatMap(([label, entries]) => {
    const all = entries.map(([value, text]) => h('option', { value }, text));
    return label ? [h('optgroup', { label }, ...all)] : all;
  }));
}

async function learn() {
  try {
    const response = await fetch('glimpse/playground/facts');
    if (!response.ok) throw new Error();
    facts = await response.json();
  } catch {
    $('model').textContent = 'The application does not answer; start it again and load this page anew.';
    return;
  }
  const plan = facts.plan.map((cut) => `${cut.strategy} at ${cut.at}`).join(', then ');
  $('model').textContent = facts.loaded
    ? `${facts.model} (${facts.family}, ${facts.dtype}, ${facts.device}); ${plan || 'nothing is pruned'}.${facts.embedded ? ' The embedded model reads drawn receipts, signs, charts and shapes, no photos.' : ''}`
    : 'The model is being loaded …';
  options($('profile'), [['', [['', "the application's"], ...facts.profiles.map((p) => [p, p])]]]);
  options($('strategy'), [['', [['', "the application's"], ...facts.strategies.map((s) => [s, s])]]]);
  options($('other'), [
    ['', [['strategy none', 'every token']]],
    ['Profiles', facts.profiles.filter((p) => p !== 'off').map((p) => [`profile ${p}`, p])],
    ['As many tokens, chosen by', facts.strategies.filter((s) => s !== 'none').map((s) => [`strategy ${s}`, s])],
  ]);
  if (!facts.loaded) setTimeout(learn, 1000);
}

learn();
