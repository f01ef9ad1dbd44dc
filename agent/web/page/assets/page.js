// @ts-check
// Keeps the page new. Without it the page says the same and is loaded anew by hand.
import { drawCharts, followPage } from "./charts.js";
import { follow } from "./news.js";
import { tickTimes } from "./times.js";

tickTimes(Number(document.body.dataset["at"]));
follow();
drawCharts();
followPage();
