import * as z from "zod/mini";
import { ConfigError } from "./config-error.ts";
import type { ConfigProblem } from "./config-error.ts";
import { formatPath, isWithin } from "./config-path.ts";
import type { ConfigPath } from "./config-path.ts";
import { asMapping, isMapping } from "./draft.ts";
import { quote } from "./finding.ts";
import type { FleetFinding } from "./finding.ts";
import { fleetWarnings } from "./fleet-warnings.ts";
import { interpolate } from "./interpolation.ts";
import type { Lookup } from "./interpolation.ts";
import type { Fleet } from "./pool.ts";
import { crossFindings } from "./pool-checks.ts";
import { resolveVersion1 } from "./resolve-version-1.ts";
import { resolveVersion2 } from "./resolve-version-2.ts";
import { schemaFindings } from "./schema-findings.ts";
import { version1Schema } from "./version-1.ts";
import { version2Schema } from "./version-2.ts";

/** A parsed pools file and what is needed to complete it. */
export interface FleetSource {
  /** What the operator calls the file. */
  readonly name: string;
  /** The file as plain values: mappings, lists, texts, numbers. */
  readonly value: unknown;
  /** The environment, for `${NAME}`. */
  readonly lookup: Lookup;
  /** Variables that hold credentials; a file that names one is refused. */
  readonly secretNames?: ReadonlySet<string>;
  /** The line of a path, from 1, where it is known. */
  readonly lineOf?: (path: ConfigPath) => number | undefined;
}

export interface LoadedFleet {
  readonly fleet: Fleet;
  readonly warnings: readonly ConfigProblem[];
}

/**
 * The fleet that a pools file of version 1 or 2 describes.
 *
 * @throws {ConfigError} with every problem found. Messages quote the file, never the value of a variable.
 */
export function loadFleet(source: FleetSource): LoadedFleet {
  const version = versionOf(source);
  const { value, findings } = interpolate(source.value, {
    lookup: version === 1 ? version1Lookup(source.lookup) : source.lookup,
    secretNames: source.secretNames ?? new Set(),
    strict: version === 2,
  });
  const schema = version === 1 ? version1Schema : version2Schema;
  const others = [
    ...schemaFindings(schema, value, source.value, version),
    ...crossFindings(value, source.value, version),
  ];
  const fresh = others.filter(({ at }) => !findings.some((finding) => isWithin(at, finding.at)));
  refuse(source, [...findings, ...fresh]);
  const fleet =
    version === 1 ? resolveVersion1(z.parse(version1Schema, value)) : resolveVersion2(z.parse(version2Schema, value));
  return { fleet, warnings: placed(source, fleetWarnings(fleet)) };
}

function versionOf(source: FleetSource): 1 | 2 {
  if (source.value === null || source.value === undefined) {
    refuse(source, [{ at: [], message: "the file is empty; begin with version: 2 and a list of pools" }]);
  }
  if (!isMapping(source.value)) {
    refuse(source, [{ at: [], message: `must be a mapping with version and pools; found ${quote(source.value)}` }]);
  }
  const version = asMapping(source.value)["version"];
  if (version === 1 || version === 2) return version;
  const found = version === undefined ? "it is missing" : `found ${quote(version)}`;
  throw errorOf(source, [{ at: ["version"], message: `must be 2, or 1 for a file of github-runner-fleet; ${found}` }]);
}

function refuse(source: FleetSource, findings: readonly FleetFinding[]): void {
  if (findings.length > 0) throw errorOf(source, findings);
}

function errorOf(source: FleetSource, findings: readonly FleetFinding[]): ConfigError {
  return new ConfigError(source.name, placed(source, findings));
}

/** With written paths and lines, in the order of the file. */
function placed(source: FleetSource, findings: readonly FleetFinding[]): ConfigProblem[] {
  const problems = findings.map(({ at, message }): ConfigProblem => {
    const line = source.lineOf?.(at);
    return { path: formatPath(at), message, ...(line === undefined ? {} : { line }) };
  });
  return problems.toSorted((left, right) => (left.line ?? 0) - (right.line ?? 0));
}

/** github-runner-fleet knows this folder without being told; its own file relies on that. */
function version1Lookup(lookup: Lookup): Lookup {
  return (name) => {
    const value = lookup(name);
    return name === "SYNOLOGY_RUNNER_BASE_DIR" && (value ?? "") === "" ? "/volume1/docker/github-runner-fleet" : value;
  };
}
