// WCAG 2.1.4: shortcuts of one letter can be turned off.
const stored = 'pochtar.letters';

export function areLettersOn(): boolean {
  return localStorage.getItem(stored) !== 'off';
}

export function setLetters(areOn: boolean): void {
  localStorage.setItem(stored, areOn ? 'on' : 'off');
}
