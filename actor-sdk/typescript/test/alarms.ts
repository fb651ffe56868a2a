import type { Actor } from "@rivet-gg/actor";

interface Reminder {
  to: string;
}

export default {
  async start({ alarm }) {
    const at: Date = await alarm.set({ at: Date.now() + 60_000, payload: { to: "ada" } satisfies Reminder });
    await alarm.set({ name: "sweep", every: 5_000 });
    await alarm.set({ name: "report", cron: "0 9 * * MON-FRI", timeZone: "Europe/Berlin" });
    const reminder = await alarm.get<Reminder>();
    for (const { name, nextAt } of await alarm.list()) {
      console.log(name, nextAt > at, reminder?.payload.to, await alarm.delete("sweep"));
    }
    const end = alarm.on(async ({ id, name, scheduledAt, lateMs, missed, attempt, payload }) => {
      console.log(id, name, scheduledAt.getTime() + lateMs, missed + attempt, payload.to);
      end();
    });
  },
} satisfies Actor;
