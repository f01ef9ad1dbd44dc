/** Why calls of a process that was killed end: nobody is left to hear it. */
export const KILLED = Symbol("killed");
