// How the states of a queued mail look.
export const stateTones = { active: 'plain', parked: 'warn', held: 'danger', scheduled: 'warn' } as const;
