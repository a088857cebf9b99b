// What is printed, in the language of the locale.
export type Language = 'ru' | 'en';

export interface Text {
  readonly ru: string;
  readonly en: string;
}

export function text(ru: string, en: string): Text {
  return { ru, en };
}
