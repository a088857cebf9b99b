// Does nothing, and knows how late it was with that (idle-control.ts).
const EVERY_MS = 5;

let worst = 0;
let due = performance.now() + EVERY_MS;
const tick = (): void => {
  const now = performance.now();
  worst = Math.max(worst, now - due);
  due = now + EVERY_MS;
  setTimeout(tick, EVERY_MS);
};
setTimeout(tick, EVERY_MS);

process.on('message', () => {
  process.send?.(worst);
  worst = 0;
});
// Nobody is there to ask any more.
process.on('disconnect', () => process.exit(0));
