import { OperatorError } from "../../shared/errors/operator-error.ts";
import { describeListenAddress, type ListenAddress } from "./listen-address.ts";

/** This process cannot listen where it was told to. */
export class ListenError extends OperatorError<"listen-failed"> {}

const REMEDIES: Readonly<Record<string, readonly [string, string]>> = {
  EADDRINUSE: [
    "the port is in use",
    "Stop what listens there (ss -ltnp shows it), or give SETTING another port; :0 takes a free one.",
  ],
  EACCES: ["this user may not listen there", "Ports below 1024 want privileges: take a higher one behind a proxy."],
  EADDRNOTAVAIL: ["this machine has no such address", "ip addr shows its addresses; :PORT listens on all of them."],
  ENOTFOUND: ["the host name is not known", "Give SETTING an address of this machine, or :PORT for all of them."],
};

/** What the system said of an address, for the operator; `setting` is where the address stands. */
export function listenError(error: NodeJS.ErrnoException, address: ListenAddress, setting = "--listen"): ListenError {
  const [what, text] = REMEDIES[error.code ?? ""] ?? [error.message, "Give SETTING another address."];
  const remedy = text.replace("SETTING", setting);
  return new ListenError("listen-failed", `Cannot listen on ${describeListenAddress(address)}: ${what}.`, remedy, {
    cause: error,
  });
}
