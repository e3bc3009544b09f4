export { COMPOSE } from './config/compose-settings.js';
export { demand } from './config/demand.js';
export { renderEnvExample } from './config/env-example.js';
export { type ConfigOf, type ReadConfigOptions, readConfig, type Settings } from './config/read-config.js';
export {
  flag,
  logLevel,
  networks,
  oneOf,
  port,
  type Setting,
  secret,
  setting,
  text,
  url,
  whole,
} from './config/setting.js';
export { SHARED } from './config/shared-settings.js';
export { closeOnStop, type Door } from './front/door.js';
export { type FrontServer, type FrontServerOptions, makeFrontServer } from './front/front-server.js';
export { makeHttpDoor } from './front/http-door.js';
export { type GrpcServerOptions, makeGrpcServer, type UnaryCall, type UnaryHandler } from './grpc/grpc-server.js';
export { type GrpcStatus, toStatus } from './grpc/status.js';
export {
  type CheckResult,
  downWhenStopping,
  type Health,
  type HealthCheck,
  type HealthOptions,
  type HealthReport,
  type HealthStatus,
  makeHealth,
  withoutDetails,
} from './health.js';
export { addApiDocs } from './http/api-docs.js';
export { addFormParser } from './http/form-parser.js';
export { HEALTH_OPENAPI } from './http/health-openapi.js';
export { addHealthRoutes, type HealthRouteOptions } from './http/health-routes.js';
export { buildHttpApp, type HttpApp, type HttpAppOptions } from './http/http-app.js';
export { collapseSlashes } from './http/path.js';
export { PROBLEM_TYPE, type Problem, retryAfterSeconds, toDiodeError, toProblem } from './http/problem.js';
export { type Lifecycle, makeLifecycle, PHASES, type Phase, type StopStep } from './lifecycle.js';
export { clientAddress } from './limits/client-address.js';
export { limitsLog } from './limits/limits-log.js';
export {
  type GuardOptions,
  type LimitedCall,
  makeRequestLimits,
  type RequestLimits,
  type RequestLimitsOptions,
} from './limits/request-limits.js';
export {
  type DestinationStream,
  LOG_LEVELS,
  type Logger,
  type LoggerOptions,
  type LogLevel,
  makeLogger,
  readLogLevel,
} from './logger.js';
export { GRPC_STATUS, type GrpcMetrics } from './metrics/grpc-metrics.js';
export type { HttpMetrics } from './metrics/http-metrics.js';
export type { LimitMetrics } from './metrics/limit-metrics.js';
export { type Metrics, type MetricsOptions, makeMetrics } from './metrics/metrics.js';
export {
  type MetricsListener,
  type MetricsServer,
  type MetricsServerOptions,
  openMetrics,
  startMetricsServer,
} from './metrics/metrics-server.js';
export type { NetboxMetrics, NetboxOutcome } from './metrics/netbox-metrics.js';
export {
  BACKLOG_STAGES,
  type BacklogStage,
  DESTINATIONS,
  type Destination,
  type IngestMetrics,
  OTHER_SOURCE,
  RETRY_REASONS,
  type ReconcileMetrics,
  type RetryReason,
} from './metrics/pipeline-metrics.js';
export type { MeasuredPool } from './metrics/pool-metrics.js';
export { REDACTED, redactKeys, redactText } from './redact.js';
export {
  describeConfigMistakes,
  EXIT,
  type MainContext,
  type ProcessPort,
  type RunMainOptions,
  runMain,
} from './run-main.js';
export { uuidv7 } from './uuidv7.js';
