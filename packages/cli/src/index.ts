export { CliError, EXIT } from './exit-codes.js';
export { makeProgram, type ProgramIo } from './program.js';
export { run } from './run.js';
