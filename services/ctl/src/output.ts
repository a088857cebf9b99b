// What people see: tables, times, sizes. Foreign text (subjects, replies of far servers) can't move the cursor.

/** Replaces control characters and keeps it on one line. */
export function plain(value: string): string {
  return value.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\ufffd');
}

/** Columns as wide as their widest cell; nothing when there are no rows. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const all = [header, ...rows].map((row) => row.map(plain));
  const widths = header.map((_, column) => Math.max(...all.map((row) => width(row[column] ?? ''))));
  const lines = all.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - width(cell))))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

/** Names and values under each other. */
export function list(rows: readonly (readonly [string, string])[]): string {
  const widest = Math.max(0, ...rows.map(([name]) => width(name)));
  return rows
    .map(([name, value]) => `${name}${' '.repeat(widest - width(name))}  ${plain(value)}\n`)
    .join('');
}

const segments = new Intl.Segmenter();

function width(cell: string): number {
  return [...segments.segment(cell)].length;
}

/** Local time to the second; '' for none. */
export function time(iso: string | null): string {
  if (iso === null) return '';
  const at = new Date(iso);
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** 1536 -> 1.5K */
export function size(bytes: number | null): string {
  if (bytes === null) return '';
  let value = bytes;
  for (const unit of ['', 'K', 'M', 'G', 'T']) {
    if (value < 1024 || unit === 'T')
      return `${unit === '' || value >= 100 ? Math.round(value) : value.toFixed(1)}${unit}`;
    value /= 1024;
  }
  return String(bytes);
}
