// Numbers by the hour as stacked bars: one thing that takes the focus, read hour by hour with the arrows; the same numbers
// stand in a table.
import { type KeyboardEvent, type PointerEvent, useId, useState } from 'react';
import './chart.css';

export interface ChartSeries {
  name: string;
  /** A colour of tokens.css: `accepted`. */
  color: string;
  /** One for each hour. */
  values: readonly number[];
}

export interface ChartPanel {
  title: string;
  series: readonly ChartSeries[];
}

interface HourChartProps {
  label: string;
  help: string;
  /** What each hour is called. */
  hours: readonly string[];
  panels: readonly ChartPanel[];
  number: (value: number) => string;
  onOpen: (index: number) => void;
}

const HEIGHT = 100;
/** Of a bar that is there at all, so that one mail is seen beside a thousand. */
const LEAST = 2;

export function HourChart({ label, help, hours, panels, number, onOpen }: HourChartProps) {
  const last = hours.length - 1;
  const [chosen, setChosen] = useState<number | null>(null);
  const helpId = useId();
  const at = Math.min(chosen ?? last, last);
  const told = (index: number): string =>
    panels
      .flatMap(({ series }) => series.map(({ name, values }) => `${name}: ${number(values[index] ?? 0)}`))
      .join(', ');
  function onKey(event: KeyboardEvent): void {
    const steps: Record<string, number> = {
      ...{ ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1 },
      ...{ Home: 0, End: last, PageUp: at - 6, PageDown: at + 6 },
    };
    const next = steps[event.key];
    if (event.key === 'Enter') onOpen(at);
    if (next === undefined) return;
    event.preventDefault();
    setChosen(Math.max(0, Math.min(last, next)));
  }
  function onMove(event: PointerEvent<HTMLElement>): void {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const share = (event.clientX - left) / width;
    setChosen(Math.max(0, Math.min(last, Math.floor(share * hours.length))));
  }
  return (
    <div className="p-chart">
      <div
        className="p-chart-plot"
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-describedby={helpId}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={at}
        aria-valuetext={`${hours[at] ?? ''}: ${told(at)}`}
        onKeyDown={onKey}
        onPointerMove={onMove}
        onPointerLeave={() => setChosen(null)}
        onClick={() => onOpen(at)}
      >
        {panels.map((panel) => (
          <Panel key={panel.title} panel={panel} at={at} number={number} />
        ))}
      </div>
      <div className="p-chart-axis" aria-hidden>
        <span>{hours[0]}</span>
        <span>{hours[Math.floor(last / 2)]}</span>
        <span>{hours[last]}</span>
      </div>
      <div className="p-chart-read" aria-hidden>
        <b>{hours[at]}</b>
        {panels.map(({ title, series }) => (
          <div key={title} className="p-chart-legend">
            <span className="p-muted">{title}:</span>
            {series.map(({ name, color, values }) => (
              <span key={name}>
                <i className="p-chart-key" data-series={color} />
                {name} {number(values[at] ?? 0)}
              </span>
            ))}
          </div>
        ))}
      </div>
      <div className="p-muted p-small p-gap" id={helpId}>
        {help}
      </div>
    </div>
  );
}

interface PanelProps {
  panel: ChartPanel;
  at: number;
  number: (value: number) => string;
}

function Panel({ panel: { title, series }, at, number }: PanelProps) {
  const count = series[0]?.values.length ?? 0;
  const sums = Array.from({ length: count }, (_, index) =>
    series.reduce((sum, { values }) => sum + (values[index] ?? 0), 0),
  );
  const most = Math.max(1, ...sums);
  return (
    <div className="p-chart-panel">
      <div className="p-chart-head">
        <span>{title}</span>
        <span className="p-muted">{number(most)}</span>
      </div>
      <svg viewBox={`0 0 ${count * 10} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
        <rect className="p-chart-at" x={at * 10} y={0} width={10} height={HEIGHT} />
        {sums.map((_, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- an hour is its place
          <Bar key={index} index={index} series={series} most={most} />
        ))}
      </svg>
    </div>
  );
}

function Bar({ index, series, most }: { index: number; series: readonly ChartSeries[]; most: number }) {
  let top = HEIGHT;
  return series.map(({ name, color, values }) => {
    const value = values[index] ?? 0;
    if (value === 0) return null;
    const height = Math.max(LEAST, (value / most) * HEIGHT);
    top -= height;
    return (
      <rect
        key={name}
        data-series={color}
        x={index * 10 + 1}
        y={Math.max(0, top)}
        width={8}
        height={height}
      />
    );
  });
}
