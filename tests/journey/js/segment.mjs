// Sends with @segment/analytics-node; only host and key are ours. Prints what its own callbacks said.
import { Analytics } from "@segment/analytics-node";

const [host, writeKey] = process.argv.slice(2);
const analytics = new Analytics({ host, writeKey, flushAt: 15 });
const said = { sent: 0, failed: 0 };
analytics.on("error", () => said.failed++);
for (let n = 0; n < 300; n++) {
  analytics.track({ userId: `u${n}`, anonymousId: `a${n}`, event: "paid", properties: { n } }, (err) => (err ? said.failed++ : said.sent++));
}
analytics.page({ userId: "u1", name: "Home", category: "Docs", properties: { path: "/" } });
analytics.screen({ userId: "u1", name: "Main" });
analytics.identify({ userId: "u1", traits: { plan: "pro" } });
analytics.alias({ userId: "u1", previousId: "before" });
analytics.group({ userId: "u1", groupId: "acme", traits: { tier: 1 } });
await analytics.closeAndFlush({ timeout: 20000 });
console.log(JSON.stringify(said));
