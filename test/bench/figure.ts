/** Prints a figure that a test has counted or measured, in the form that `figures-of-tests.ts` reads. */
export function figure(name: string, value: Readonly<Record<string, number | object>>): void {
  console.info(`figure: ${name} ${JSON.stringify(value)}`);
}
