import { Counter, Histogram, type Registry } from 'prom-client';

/** Canonical gRPC status names by number. */
export const GRPC_STATUS = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

/** What gRPC servers report, by registered method and status. */
export interface GrpcMetrics {
  expectMethod(method: string): void;
  observe(method: string, status: number, seconds: number): void;
}

export function makeGrpcMetrics(registry: Registry): GrpcMetrics {
  const calls = new Counter({
    name: 'diode_grpc_calls_total',
    help: 'gRPC calls answered, by method and status',
    labelNames: ['method', 'status'] as const,
    registers: [registry],
  });
  const duration = new Histogram({
    name: 'diode_grpc_call_duration_seconds',
    help: 'Seconds from call to answer, by method',
    labelNames: ['method'] as const,
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
    registers: [registry],
  });
  return {
    expectMethod(method) {
      for (const status of GRPC_STATUS) calls.inc({ method, status }, 0);
      duration.zero({ method });
    },
    observe(method, status, seconds) {
      calls.inc({ method, status: GRPC_STATUS[status] ?? 'UNKNOWN' });
      duration.observe({ method }, seconds);
    },
  };
}
