/** What is told to whoever watches: names of columns and figures, nothing of a customer. */
export interface AlertMessage {
  readonly model: string;
  readonly alerts: readonly { readonly what: string; readonly detail: string }[];
  readonly ended: readonly { readonly what: string; readonly since: string }[];
}

const patienceMs = 5000;

/** Posts the message as JSON, with a `text` as chat systems show it; throws where it was not taken. */
export async function sendAlerts(url: string, message: AlertMessage): Promise<void> {
  const lines = [
    ...message.alerts.map(({ what, detail }) => `${what}: ${detail}`),
    ...message.ended.map(({ what, since }) => `${what}: as it should be again (since ${since} it was not)`),
  ];
  const text = `telelink, ${message.model}:\n${lines.join("\n")}`;
  const reply = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ text, at: new Date().toISOString(), ...message }),
    signal: AbortSignal.timeout(patienceMs),
    redirect: "error",
  });
  await reply.body?.cancel();
  if (!reply.ok) throw new Error(`Cannot send the alert: the address must answer 2xx, got ${reply.status}`);
}
