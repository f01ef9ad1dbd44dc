import { describeBadDeliveries } from "../unit/receiver/bad-deliveries-suite.ts";
import { describeReceiverFailures } from "../unit/receiver/field-failures-suite.ts";
import { describeReceiver } from "../unit/receiver/receiver-suite.ts";
import { newHttpBench } from "./http-bench.ts";

const DOOR = "the standalone receiver's HTTP";

describeReceiver(DOOR, newHttpBench);
describeBadDeliveries(DOOR, newHttpBench);
describeReceiverFailures(DOOR, newHttpBench);
