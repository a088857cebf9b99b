/** Starting would harm what is there. Nothing was changed; repeating does not help, a person has to do something. */
export class Refusal extends Error {
  override name = 'Refusal';
  /** The message in Russian. */
  readonly ru: string;

  constructor(ru: string, en: string) {
    super(en);
    this.ru = ru;
  }
}
