import type { Clock } from "../../../shared/clock/clock.ts";
import type { Freshness } from "../../../shared/mailbox/freshness.ts";
import { requireEdge } from "../../settings/require-settings.ts";
import type { AgentSettings } from "../../settings/settings.ts";
import { askFreshness } from "../../edge/ask-freshness.ts";
import { EdgeError } from "../../edge/call-edge.ts";
import { Readings } from "../check/readings.ts";

/** What the checks know of the edge, asked for once. */
export class EdgeFacts {
  readonly #settings: AgentSettings;
  readonly #clock: Clock;
  readonly #readings: Readings;

  constructor(settings: AgentSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
    this.#readings = new Readings({ clock, most: 1, late: silent });
  }

  /** With this machine's time at which the answer came. Throws EdgeError, and ConfigError where a setting is missing. */
  reading(): Promise<{ readonly freshness: Freshness; readonly readAtMs: number }> {
    return this.#readings.get("freshness", async (signal) => {
      const { url, token } = requireEdge(this.#settings);
      const freshness = await askFreshness(url, token.reveal(), signal);
      return { freshness, readAtMs: this.#clock.now() };
    });
  }

  async freshness(): Promise<Freshness> {
    return (await this.reading()).freshness;
  }

  close(): void {
    this.#readings.close();
  }
}

function silent(): EdgeError {
  const remedy = "check HOOKLINE_EDGE_URL, the DNS of this machine and its way to the internet";
  return new EdgeError("unreachable", "the edge does not answer", remedy);
}
