/** A table of an OpenDocument file as HTML. It says of its cells and rows how often they follow each other, up to millions of times. */

interface Cell {
  readonly column: number;
  readonly html: string;
}
interface Row {
  /** From 0, of those that it stands for the first. */
  readonly row: number;
  readonly times: number;
  readonly cells: readonly Cell[];
}

/** Of a page, in points, where nothing asks for more. */
export const pageWidth = 450;
/** More do not fit beside each other: each cell is then a line of its own, behind its place. */
const columnsMax = 30;
const columnWidth = 60;
const columnsNarrow = 8;
/** Laying out a table takes time by the square of its rows: a longer one is drawn as several. */
const rowsMax = 500;
const repeatsMax = 2 ** 24;
const cellLength = '<td></td>'.length;

export class OdfTable {
  readonly #charge: (length: number) => void;
  readonly #rows: Row[] = [];
  #cells: Cell[] = [];
  #column = 0;
  #row = 0;
  #times = 1;
  #columns = 0;

  /** @param charge told how much longer all becomes by what is repeated; throws where that is too much */
  constructor(charge: (length: number) => void) {
    this.#charge = charge;
  }

  beginRow(times: number): void {
    this.#times = times;
    this.#column = 0;
    this.#cells = [];
  }

  addCell(html: string, times: number): void {
    if (html !== '') {
      this.#charge((times - 1) * html.length + times * cellLength);
      for (let cell = 0; cell < times; cell++) this.#cells.push({ column: this.#column + cell, html });
      this.#columns = Math.max(this.#columns, this.#column + times);
    }
    this.#column += times;
  }

  endRow(): void {
    if (this.#cells.length > 0) {
      const length = this.#cells.reduce((sum, { html }) => sum + html.length + cellLength, 0);
      this.#charge((this.#times - 1) * length + this.#times * columnsMax);
      this.#rows.push({ row: this.#row, times: this.#times, cells: this.#cells });
    }
    this.#row += this.#times;
    this.beginRow(1);
  }

  /** In points, of a page on which it fits. */
  get width(): number {
    return pageWidth + columnWidth * Math.max(0, Math.min(this.#columns, columnsMax) - columnsNarrow);
  }

  /** Empty where no cell says anything. */
  html(): string {
    if (this.#rows.length === 0) return '';
    if (this.#columns > columnsMax) return this.#lines();
    const rows = this.#grid();
    const tables = Array.from({ length: Math.ceil(rows.length / rowsMax) }, (_, at) =>
      rows.slice(at * rowsMax, (at + 1) * rowsMax).join(''),
    );
    return tables.map((table) => `<table>${table}</table>`).join('\n');
  }

  #grid(): string[] {
    let next = 0;
    const made: string[] = [];
    for (const { row, times, cells } of this.#rows) {
      // One for all that say nothing.
      if (row > next) made.push('<tr><td></td></tr>');
      const columns = Array.from({ length: this.#columns }, () => '');
      for (const { column, html } of cells) columns[column] = html;
      const line = `<tr>${columns.map((html) => `<td>${html}</td>`).join('')}</tr>`;
      for (let time = 0; time < times; time++) made.push(line);
      next = row + times;
    }
    return made;
  }

  #lines(): string {
    return this.#rows
      .flatMap(({ row, times, cells }) =>
        cells.map(({ column, html }) => {
          const rows = times === 1 ? `${row + 1}` : `${row + 1}\u2013${row + times}`;
          return `<p>${lettersOf(column)}${rows}</p>${html}`;
        }),
      )
      .join('\n');
  }
}

/** As an attribute says it: 1 where it does not. */
export function repeatsOf(value: string | undefined): number {
  return /^[1-9]\d{0,7}$/.test(value ?? '') ? Math.min(repeatsMax, Number(value)) : 1;
}

/** A to Z, then AA. */
function lettersOf(column: number): string {
  const last = String.fromCharCode(0x41 + (column % 26));
  return column < 26 ? last : lettersOf(Math.floor(column / 26) - 1) + last;
}
