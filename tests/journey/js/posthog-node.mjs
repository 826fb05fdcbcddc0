// Sends with posthog-node; only host and key are ours.
import { PostHog } from "posthog-node";

const [host, key] = process.argv.slice(2);
const posthog = new PostHog(key, { host });
const said = { failed: 0 };
posthog.on("error", () => said.failed++);
for (let n = 0; n < 300; n++) {
  posthog.capture({ distinctId: `u${n}`, event: "paid", properties: { n }, groups: { company: "acme" } });
}
posthog.identify({ distinctId: "u1", properties: { plan: "pro" } });
posthog.alias({ distinctId: "u1", alias: "before" });
posthog.groupIdentify({ groupType: "company", groupKey: "acme", properties: { tier: 1 } });
said.flag = (await posthog.isFeatureEnabled("new-checkout", "u1")) ?? null;
await posthog.shutdown(20000);
console.log(JSON.stringify(said));
