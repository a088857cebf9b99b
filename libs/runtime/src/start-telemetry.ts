// Metrics always (Prometheus text on the health port), traces by ratio when an OTLP endpoint is named. Loaded by a
// process that runs, not by a command: it is a hundred modules.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { metrics } from '@opentelemetry/api';
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
