create index actor_alarm_scheduled on actor_alarm (scheduled_at);
