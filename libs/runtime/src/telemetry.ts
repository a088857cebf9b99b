// Metrics always (Prometheus text on the health port), traces by ratio when an OTLP endpoint is named.
//
// The W3C trace context is carried by hand in bus headers (`injectTrace`, `extractTrace`): one small header,
// written only for a trace that is recorded.
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type Attributes,
  type Context,
  context,
  metrics,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

export interface TelemetryOptions {
  name: string;
  instance: string;
  otlpEndpoint?: string | undefined;
  /** 0..1, the share of traces that are recorded */
  traceRatio: number;
}

export interface Telemetry extends AsyncDisposable {
  /** Answers GET /metrics. */
  answerMetrics(request: IncomingMessage, response: ServerResponse): void;
}

/** Registers the global meter and, when an endpoint is given, the global tracer. Once a process. */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const resource = resourceFromAttributes({
    'service.name': options.name,
    'service.instance.id': options.instance,
  });
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const meters = new MeterProvider({ resource, readers: [exporter] });
  metrics.setGlobalMeterProvider(meters);
  const { otlpEndpoint, traceRatio } = options;
  const isTraced = otlpEndpoint !== undefined && traceRatio > 0;
  const tracers = isTraced
    ? (await import('./tracing.ts')).startTracing({ otlpEndpoint, traceRatio, resource })
    : null;
  return {
    answerMetrics: (request, response) => exporter.getMetricsRequestHandler(request, response),
    async [Symbol.asyncDispose]() {
      await tracers?.shutdown();
      await meters.shutdown();
    },
  };
}

/** The traceparent header of the active span, or null when nothing is recorded (W3C Trace Context §3.2). */
export function injectTrace(): string | null {
  const span = trace.getActiveSpan()?.spanContext();
  if (!span || (span.traceFlags & TraceFlags.SAMPLED) === 0) return null;
  return `00-${span.traceId}-${span.spanId}-01`;
}

/** The context to run a handler in; malformed headers count as none. */
export function extractTrace(traceparent: string | undefined): Context {
  const match = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent ?? '');
  if (!match) return ROOT_CONTEXT;
  const [, traceId, spanId, flags] = match as unknown as [string, string, string, string];
  const traceFlags = Number.parseInt(flags, 16);
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}

/**
 * Runs `work` as a span. Costs nothing while no endpoint is named. One span a unit of work (a mail accepted, a step
 * of a mail, an attempt), never one a protocol line.
 */
export async function traced<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
  return trace.getTracer('pochtar').startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
      throw error;
    } finally {
      span.end();
    }
  });
}
