// The picture with what became of its tokens drawn over it.
import { h, percent } from './words.js';

// Dark violet to yellow in even steps of brightness, also for the colour-blind (viridis).
const SCALE = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];
const LONGEST = 1200;
const OVERVIEWS = ['base', 'global'];

function colour(share) {
  const at = Math.min(Math.max(share, 0), 1) * (SCALE.length - 1);
  const low = Math.min(Math.floor(at), SCALE.length - 2);
  return `rgb(${SCALE[low].map((c, i) => Math.round(c + (at - low) * (SCALE[low + 1][i] - c))).join(' ')})`;
}

/** All units of a picture: itself, or its tiles and the small overview of it that goes with them. */
export function unitsOf(units, picture) {
  return units.map((unit, index) => ({ ...unit, index, overview: OVERVIEWS.includes(unit.kind) })).filter((unit) => unit.picture === picture);
}

/** Those of them that are drawn: the overview where it is wanted or there is nothing finer. */
export function partOf(units, overview) {
  const part = units.filter((unit) => unit.overview === overview);
  return part.length ? part : units;
}

/** How large the picture was when it was cut into tokens. */
export function seenAs(units) {
  const [unit] = partOf(units, false);
  const size = `${unit.resizedWidth} × ${unit.resizedHeight} pixels`;
  return unit.kind === 'tile' ? `${partOf(units, false).length} tiles of ${size}` : size;
}

export class Picture {
  constructor(img, canvas) {
    this.img = img;
    this.canvas = canvas;
  }

  /** Shows a picture without anything over it. */
  show(url, alt) {
    this.clear();
    this.img.alt = alt;
    if (this.img.src === url) return Promise.resolve();
    this.img.src = url;
    return this.img.decode().catch(() => undefined);
  }

  clear() {
    this.canvas.width = this.canvas.width;
  }

  /**
   * Draws.
   *
   * @param units of this picture
   * @param layers per unit {kept: bits, scores: numbers or null}
   * @param view {mask, map}: whether each is drawn
   */
  draw(units, layers, view) {
    const { naturalWidth: width, naturalHeight: height } = this.img;
    if (!width) return;
    const scale = Math.min(LONGEST / Math.max(width, height), 4);
    const { canvas } = this;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const pen = canvas.getContext('2d');
    const hatch = view.mask && this.hatch(pen);
    let most = -Infinity;
    let least = Infinity;
    for (const { scores } of layers)
      for (const score of scores ?? [])
        if (Number.isFinite(score)) [least, most] = [Math.min(least, score), Math.max(most, score)];
    units.forEach((unit, u) => {
      const { kept, scores } = layers[u];
      const cell = (row, column) => {
        const x = Math.round((unit.left + column * unit.tokenWidth) * scale);
        const y = Math.round((unit.top + row * unit.tokenHeight) * scale);
        const right = Math.round((unit.left + (column + 1) * unit.tokenWidth) * scale);
        const bottom = Math.round((unit.top + (row + 1) * unit.tokenHeight) * scale);
        return [x, y, right - x, bottom - y];
      };
      const has = (row, column) => row >= 0 && column >= 0 && row < unit.rows && column < unit.columns && kept[row * unit.columns + column];
      for (let row = 0; row < unit.rows; row++) {
        for (let column = 0; column < unit.columns; column++) {
          const token = row * unit.columns + column;
          const box = cell(row, column);
          if (view.map && scores && Number.isFinite(scores[token])) {
            pen.globalAlpha = view.mask && kept[token] ? 0.35 : 0.75;
            pen.fillStyle = colour((scores[token] - least) / (most - least || 1));
            pen.fillRect(...box);
            pen.globalAlpha = 1;
          }
          if (!view.mask) continue;
          if (!kept[token]) {
            pen.fillStyle = view.map ? 'rgb(0 0 0 / 0.35)' : 'rgb(8 8 16 / 0.72)';
            pen.fillRect(...box);
            pen.fillStyle = hatch;
            pen.fillRect(...box);
            continue;
          }
          const [x, y, w, v] = box;
          pen.fillStyle = '#00e676';
          if (!has(row - 1, column)) pen.fillRect(x, y, w, 3);
          if (!has(row + 1, column)) pen.fillRect(x, y + v - 3, w, 3);
          if (!has(row, column - 1)) pen.fillRect(x, y, 3, v);
          if (!has(row, column + 1)) pen.fillRect(x + w - 3, y, 3, v);
        }
      }
    });
  }

  /** Stripes, so that dropped is not told by darkness alone. */
  hatch(pen) {
    const tile = document.createElement('canvas');
    tile.width = tile.height = 12;
    const lines = tile.getContext('2d');
    lines.strokeStyle = 'rgb(255 255 255 / 0.28)';
    lines.lineWidth = 2;
    for (const at of [-12, 0, 12]) {
      lines.moveTo(at, 12);
      lines.lineTo(at + 12, 0);
    }
    lines.stroke();
    return pen.createPattern(tile, 'repeat');
  }
}

const ROWS = ['top', 'middle', 'bottom'];
const COLUMNS = ['left', 'centre', 'right'];

/** The mask as a table, for those who do not see it: what stayed in each ninth of the picture. */
export function maskTable(units, layers, size) {
  const ninths = Array.from({ length: 9 }, () => ({ kept: 0, all: 0, best: null }));
  units.forEach((unit, u) => {
    const { kept, scores } = layers[u];
    for (let token = 0; token < kept.length; token++) {
      const x = (unit.left + ((token % unit.columns) + 0.5) * unit.tokenWidth) / size.width;
      const y = (unit.top + (Math.floor(token / unit.columns) + 0.5) * unit.tokenHeight) / size.height;
      const third = (share) => Math.min(2, Math.max(0, Math.floor(3 * share)));
      const ninth = ninths[3 * third(y) + third(x)];
      ninth.all++;
      ninth.kept += kept[token];
      if (scores && Number.isFinite(scores[token])) ninth.best = Math.max(ninth.best ?? -Infinity, scores[token]);
    }
  });
  const name = (i) => `${ROWS[Math.floor(i / 3)]} ${COLUMNS[i % 3]}`;
  const parts = ninths.map((ninth, i) => ({ ...ninth, name: name(i) }));
  const some = parts.filter((part) => part.kept).sort((a, b) => b.kept - a.kept);
  const summary = some.length
    ? `${some.length} of 9 regions have kept tokens: ${some.map((part) => `${part.name} ${part.kept}`).join(', ')}.`
    : 'No region has kept tokens.';
  const table = h('table', {},
    h('thead', {}, h('tr', {}, ...['Region', 'Kept', 'Tokens', 'Share', 'Highest score'].map((t) => h('th', { scope: 'col' }, t)))),
    h('tbody', {}, ...parts.map((part) => h('tr', {},
      h('th', { scope: 'row' }, part.name), h('td', {}, String(part.kept)), h('td', {}, String(part.all)),
      h('td', {}, part.all ? percent(part.kept / part.all) : '–'), h('td', {}, part.best == null ? '–' : part.best.toPrecision(3))))));
  return { summary, table };
}
