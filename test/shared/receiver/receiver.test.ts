import { newBench } from "./receiver-bench.ts";
import { describeReceiver } from "./receiver-suite.ts";

describeReceiver("the app itself", newBench);
