import { describeBadDeliveries } from "../../shared/receiver/bad-deliveries-suite.ts";
import { describeReceiverFailures } from "../../shared/receiver/field-failures-suite.ts";
import { describeReceiver } from "../../shared/receiver/receiver-suite.ts";
import { newHttpBench } from "./http-bench.ts";

const DOOR = "the standalone receiver's HTTP";

describeReceiver(DOOR, newHttpBench);
describeBadDeliveries(DOOR, newHttpBench);
describeReceiverFailures(DOOR, newHttpBench);
