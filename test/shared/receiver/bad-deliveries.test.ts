import { newBench } from "./receiver-bench.ts";
import { describeBadDeliveries } from "./bad-deliveries-suite.ts";

describeBadDeliveries("the app itself", newBench);
