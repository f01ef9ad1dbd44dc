import { newBench } from "./receiver-bench.ts";
import { describeReceiverFailures } from "./field-failures-suite.ts";

describeReceiverFailures("the app itself", newBench);
