const CUT = "[cut]";
/** As long as no word of a log is, and shorter than any credential in base64 that a runner has. */
const LONG_RUN = /[A-Za-z0-9+/_=-]{120,}/g;
const JIT_CONFIG = /(ACTIONS_RUNNER_INPUT_JITCONFIG\W{1,3})\S+/g;

/** What a container printed, fit for a log record: an image may print its environment, the JIT configuration included. */
export function safeTail(printed: string): string {
  return printed.replaceAll(JIT_CONFIG, `$1${CUT}`).replaceAll(LONG_RUN, CUT);
}
