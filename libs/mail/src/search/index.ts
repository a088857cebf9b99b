// What a search compares, and the signature that says where it need not look. Of its own, since few programs search.
export { bodyTexts, type TextPiece, type TextSource } from './body-texts.ts';
export { fold } from './fold.ts';
export { fieldTexts, headerText, searchedHeader } from './header-texts.ts';
export { decodeCharset, withoutTags } from './readable-text.ts';
export {
  bitsOf,
  ROW,
  SIGNATURE_BITS,
  SIGNATURE_VERSION,
  SignatureMaker,
  type SignatureRow,
} from './text-signature.ts';
