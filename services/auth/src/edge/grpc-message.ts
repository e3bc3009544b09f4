/** `grpc-message` as the gRPC protocol writes it: UTF-8, percent-encoded but for printable ASCII other than `%`. */
export function grpcMessage(text: string): string {
  return text.toWellFormed().replace(/[^ -$&-~]+/g, encodeURIComponent);
}
