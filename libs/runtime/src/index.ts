// What every process needs: run, configuration, log, health, metrics and traces, listeners, TLS contexts, resolver.
export * from './accept-tls.ts';
export * from './env.ts';
export * from './gather.ts';
export * from './health.ts';
export * from './listener.ts';
export * from './log.ts';
export * from './login-guard.ts';
export * from './port-holder.ts';
export * from './proxy-protocol.ts';
export * from './resolver.ts';
export * from './run.ts';
export * from './semaphore.ts';
export * from './socket-input.ts';
export * from './socket-output.ts';
export * from './telemetry.ts';
export * from './tls.ts';
export * from './uuid.ts';
