import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { writeSlotLabels } from "../../../agent/slots/docker/container-labels.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { JOURNAL_FILE, SLOTS_FILE } from "../../../agent/journal/open-journal.ts";
import { SlotRecords } from "../../../agent/journal/slot-records.ts";
import { ownPrefix } from "../../../agent/slots/slot-name.ts";
import { rawCall } from "../../stand-ins/docker/raw-call.ts";
import type { BrokenWorld } from "./broken-world.ts";

const TEN_MINUTES_MS = 10 * 60_000;
const NO_POOLS = /^(agent-slots|config-loaded|room)$/;
/** Where the doctor finds neither the daemon nor its journal. */
const ELSEWHERE = /^(agent-(slots|sweep|alone|pause)|jobs-waiting|pools|config-loaded|slots-outcome|corpses)$/;

/** Configuration, clock, journal, slots. */
export const BROKEN_AGENTS: readonly BrokenWorld[] = [
  {
    name: "a pools file that is not there",
    check: "config-pools",
    status: "fail",
    summary: /there is no pools file .*none\.yaml/,
    remedy: /cp config\/pools\.example\.yaml/,
    skips: NO_POOLS,
    breakIt: () => ({ env: { HOOKLINE_CONFIG: "none.yaml" } }),
  },
  {
    name: "a pools file with a mistake",
    check: "config-pools",
    status: "fail",
    summary: /cannot be used/,
    remedy: /hookline config check/,
    skips: NO_POOLS,
    breakIt: ({ pools }) => ({ env: { HOOKLINE_CONFIG: pools({ lables: ["nas"] }) } }),
  },
  {
    name: "a misspelt variable",
    check: "config-settings",
    status: "warn",
    summary: /HOOKLINE_SWEEP_INTERVALL_SECONDS .*did you mean HOOKLINE_SWEEP_INTERVAL_SECONDS/,
    remedy: /unset HOOKLINE_SWEEP_INTERVALL_SECONDS/,
    breakIt: () => ({ env: { HOOKLINE_SWEEP_INTERVALL_SECONDS: "10" } }),
  },
  {
    name: "what is served is open to everybody",
    check: "config-http",
    status: "warn",
    summary: /whoever reaches :8124 may read names of repositories/,
    remedy: /HOOKLINE_HTTP_TOKEN_FILE/,
    breakIt: () => ({ env: { HOOKLINE_HTTP: ":8124", HOOKLINE_HTTP_READ: "open" } }),
  },
  {
    name: "what is served has no token",
    check: "config-http",
    status: "fail",
    summary: /without a token: the agent does not start/,
    remedy: /openssl rand -hex 32/,
    breakIt: () => ({ env: { HOOKLINE_HTTP: ":8124" } }),
  },
  {
    name: "O10 a clock that is two minutes ahead",
    check: "agent-clock",
    status: "warn",
    summary: /clock is [12] min ahead of that of/,
    remedy: /timedatectl set-ntp true/,
    breakIt: () => ({ clockAheadMs: 125_000 }),
  },
  {
    name: "O10 a clock that is six minutes behind",
    check: "agent-clock",
    status: "fail",
    summary: /clock is [56] min behind that of .*runners are refused/,
    remedy: /timedatectl set-ntp true/,
    breakIt: () => ({ clockAheadMs: -365_000 }),
  },
  {
    name: "no journal where it should be",
    check: "agent-journal",
    status: "warn",
    summary: /there is no journal in/,
    remedy: /HOOKLINE_DATA=/,
    skips: ELSEWHERE,
    breakIt: ({ data }) => ({ env: { HOOKLINE_DATA: join(data, "elsewhere") } }),
  },
  {
    name: "a journal that is no database any more",
    check: "agent-journal",
    status: "fail",
    summary: /cannot be used/,
    remedy: /mv .*\.broken/,
    skips: ELSEWHERE,
    breakIt: ({ data }) => {
      const folder = join(data, "broken");
      mkdirSync(folder);
      writeFileSync(join(folder, JOURNAL_FILE), "this was a database once");
      copyFileSync(join(data, SLOTS_FILE), join(folder, SLOTS_FILE));
      return { env: { HOOKLINE_DATA: folder } };
    },
  },
  {
    name: "a container of ours that the journal does not know",
    check: "agent-slots",
    status: "warn",
    summary: /1 container that the journal does not know: hookline-doc-/,
    remedy: /docker ps -a --filter label=hookline\.instance=/,
    breakIt: async ({ image, instance }) => {
      const name = `${ownPrefix(instance)}nas-stranger`;
      const createdAtMs = Date.now() - TEN_MINUTES_MS;
      const labels = {
        instance,
        poolKey: "nas",
        scope: "acme",
        runnerId: 7,
        createdAtMs,
        specHash: "",
        poolHash: null,
        folderId: null,
      };
      const body = { Image: image, Labels: writeSlotLabels(labels), Cmd: ["/bin/sh"] };
      await rawCall("POST", `/containers/create?name=${name}`, JSON.stringify(body));
      return { undo: () => rawCall("DELETE", `/containers/${name}?force=1`) };
    },
  },
  {
    name: "a slot of the journal that has no container",
    check: "agent-slots",
    status: "warn",
    summary: /1 slot of the journal without a container/,
    remedy: /docker restart hookline-agent/,
    breakIt: ({ data, instance }) => {
      const sql = new NodeSql(join(data, SLOTS_FILE));
      const records = new SlotRecords(sql);
      const name = `${ownPrefix(instance)}nas-lost`;
      records.plan({ name, pool: "nas", scope: "acme", plannedAtMs: Date.now() - TEN_MINUTES_MS });
      return {
        undo: () => {
          records.update(name, { removedAtMs: Date.now() });
          sql.close();
        },
      };
    },
  },
];
