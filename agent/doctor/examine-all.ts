import { buildDoctor, type DoctorOptions } from "./build-checks.ts";
import { runCheck, type CheckAnswer, type CheckResult } from "./check/check.ts";
import { settle } from "./check/settle.ts";
import { probeChecks } from "./probe/probe.ts";

/** Runs every check of the doctor, and with `probe` one event through the chain. Rejects where a setting contradicts itself. */
export async function examineAll(options: DoctorOptions, probe: boolean): Promise<readonly CheckResult[]> {
  const { clock } = options;
  const doctor = buildDoctor(options);
  try {
    const answers: CheckAnswer[] = await Promise.all(doctor.checks.map((check) => runCheck(check, clock)));
    const legs = probe ? probeChecks({ ...options, ...doctor }).checks : [];
    for (const leg of legs) answers.push(await runCheck(leg, clock));
    return settle(answers);
  } finally {
    doctor.close();
  }
}
